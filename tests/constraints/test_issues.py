"""The problems' room: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import Model

from issues import services
from issues.choices import (
    BulletinState,
    ExclusionReason,
    MeetingKind,
    MeetingState,
    Outcome,
    Part,
    PlanState,
    RequestState,
    Status,
)
from issues.models import (
    ClockSpan,
    PlanReport,
    PlanStep,
    TaskForceMember,
    TicketAdoption,
    TicketEvent,
    TicketPlan,
    TicketRequest,
    TicketUnit,
)
from tests import factories as f
from tests.constraints import FROZEN_ROW, Acts, again, change
from tests.factories import TicketFactory, at


def second_unit(part: Part, same: bool) -> None:
    lead = TicketFactory(dispatched=True).units.get()
    TicketUnit.objects.create(
        ticket=lead.ticket,
        department=lead.department if same else f.DepartmentFactory(),
        part=part,
        given_at=lead.given_at,
        sign_due_on=lead.sign_due_on,
        due_on=lead.due_on,
    )


def helper() -> TicketUnit:
    f.publish_calendar()
    power = f.PostingFactory(role="unit").department
    return TicketFactory(dispatched=True, cooperating=[power]).units.get(part=Part.COOPERATE)


def asked() -> TicketRequest:
    ticket = TicketFactory(dispatched=True)
    services.ask_exclusion(
        ticket=ticket,
        reason=ExclusionReason.UNLAWFUL,
        words="已进入诉讼程序",
        by=f.OfficialFactory(),
        at=at(2026, 3, 3),
    )
    return ticket.requests.get()


def own_request_granted() -> None:
    request = asked()
    change(request, state=RequestState.GRANTED, decided_at=at(2026, 3, 4), decided_by=request.asked_by)


def running() -> ClockSpan:
    return TicketFactory(dispatched=True).spans.get()


def plan() -> TicketPlan:
    return TicketFactory(plan_review=True).plan


def step() -> PlanStep:
    return plan().steps.get()


def said_nothing() -> None:
    PlanReport.objects.create(
        plan=plan(), period=1, due_on=date(2026, 4, 1), on=date(2026, 4, 1), at=at(2026, 4, 1),
        by=f.OfficialFactory(),
    )  # fmt: skip


def member(**fields: Any) -> TaskForceMember:
    return TaskForceMember.objects.create(force=f.TaskForceFactory(), **fields)


def adopted_twice() -> None:
    ticket = TicketFactory()
    again(TicketAdoption.objects.create(ticket=ticket, newer=ticket.version, at=at(2026, 3, 2)))


def filed_twice() -> None:
    filing = f.FilingFactory()
    filing.client_id = uuid4()
    again(filing)


REFUSED: Acts = {
    "issues_ticket_adopts_once": adopted_twice,
    "issues_ticket_status_known": lambda: change(TicketFactory(dispatched=True), status="lost"),
    "issues_ticket_source_known": lambda: change(TicketFactory(), source="rumour"),
    "issues_ticket_rung_known": lambda: change(TicketFactory(), rung="roof"),
    "issues_ticket_titled": lambda: change(TicketFactory(), title=""),
    "issues_ticket_open_has_next_day": lambda: change(TicketFactory(), next_on=None),
    "issues_ticket_reported_once_left_draft": lambda: change(TicketFactory(), reported_at=at(2026, 3, 2)),
    "issues_ticket_due_once_dispatched": lambda: change(TicketFactory(dispatched=True), due_on=None),
    "issues_ticket_outcome_once_resolved": lambda: change(TicketFactory(resolved=True), outcome=""),
    "issues_ticket_cannot_now_has_reason": lambda: change(
        TicketFactory(resolved=True), outcome=Outcome.CANNOT_NOW, result=""
    ),
    "issues_ticket_closed_iff_stamped": lambda: change(TicketFactory(closed=True), closed_at=None),
    "issues_ticket_graded_once_triaged": lambda: change(TicketFactory(triaged=True), category=None),
    "issues_ticket_merged_iff_into_another": lambda: change(TicketFactory(merged=True), merged_into=None),
    "issues_savedview_name_once": lambda: again(f.SavedViewFactory()),
    "issues_savedview_known": lambda: change(f.SavedViewFactory(), sharing="world"),
    "issues_bulkrun_lead_iff_dispatch": lambda: change(f.BulkRunFactory(), move="triage"),
    "issues_bulkitem_once": lambda: again(f.BulkItemFactory()),
    "issues_bulkitem_refused_says_why": lambda: change(f.BulkItemFactory(), state="refused"),
    "issues_request_one_waits": lambda: again(asked()),
    "issues_request_known": lambda: change(asked(), kind="wish"),
    "issues_request_says_why": lambda: change(asked(), words=""),
    "issues_request_decided_iff_stamped": lambda: change(asked(), state=RequestState.GRANTED),
    "issues_request_decided_by_another": own_request_granted,
    "issues_request_extension_dated": lambda: change(asked(), wanted_on=date(2026, 3, 20)),
    "issues_plan_known": lambda: change(plan(), kind="wish"),
    "issues_plan_has_goal": lambda: change(plan(), goal=""),
    "issues_plan_in_force_whole": lambda: change(plan(), natural_on=date(2026, 4, 1)),
    "issues_plan_returned_says_why": lambda: change(plan(), state=PlanState.RETURNED),
    "issues_planstep_position_once": lambda: again(step()),
    "issues_planstep_says_what": lambda: change(step(), words=""),
    "issues_planstep_result_once_done": lambda: change(step(), result="好了"),
    "issues_planreport_says_something": said_nothing,
    "issues_force_named": lambda: f.TaskForceFactory(name=""),
    "issues_forcemember_one": member,
    "issues_forcemember_official_once": lambda: again(member(official=f.OfficialFactory())),
    "issues_forcemember_unit_once": lambda: again(member(department=f.DepartmentFactory())),
    "issues_group_named": lambda: f.TicketGroupFactory(name=""),
    "issues_group_name_once": lambda: again(f.TicketGroupFactory()),
    "issues_measure_filled": lambda: f.PolicyMeasureFactory(text=""),
    "issues_measure_document_once": lambda: again(f.PolicyMeasureFactory()),
    "issues_policyfile_kind_known": lambda: f.PolicyFileFactory(kind="exe"),
    "issues_policyfile_is_something": lambda: f.PolicyFileFactory(size=0),
    "issues_policyfile_once": lambda: again(f.PolicyFileFactory()),
    "issues_number_known": lambda: f.ExternalNumberFactory(number=""),
    "issues_number_once": lambda: f.ExternalNumberFactory(number=f.ExternalNumberFactory().number),
    "issues_number_once_of_ticket": lambda: again(f.ExternalNumberFactory(system="ledger")),
    "issues_span_one_open": lambda: again(running()),
    "issues_span_known": lambda: change(running(), kind="sleeping"),
    "issues_span_forward": lambda: change(running(), until=date(2026, 3, 1)),
    "issues_span_left_iff_paused": lambda: change(running(), days_left=3),
    "issues_unit_one_lead": lambda: second_unit(Part.LEAD, same=False),
    "issues_unit_once": lambda: second_unit(Part.COOPERATE, same=True),
    "issues_unit_part_known": lambda: change(TicketFactory(dispatched=True).units.get(), part="watch"),
    "issues_unit_returned_has_reason": lambda: change(
        TicketFactory(dispatched=True).units.get(), returned_at=at(2026, 3, 3)
    ),
    "issues_unit_signed_is_accepted": lambda: change(
        TicketFactory(dispatched=True).units.get(), signed_at=at(2026, 3, 3)
    ),
    "issues_unit_released_is_past": lambda: change(
        TicketFactory(dispatched=True).units.get(), released_at=at(2026, 3, 3)
    ),
    "issues_unit_ruled_once_returned": lambda: change(
        TicketFactory(dispatched=True).units.get(), ruling_due_on=date(2026, 3, 4)
    ),
    "issues_unit_lead_meets_company": lambda: change(helper(), contacted_on=date(2026, 3, 3)),
    "issues_event_move_known": lambda: TicketEvent.objects.create(
        ticket=TicketFactory(), move="fly", to_status=Status.DRAFT, at=at(2026, 3, 2), actor="系统"
    ),
    "issues_escalation_rung_once": lambda: again(f.EscalationFactory()),
    "issues_escalation_known": lambda: f.EscalationFactory(rung="roof"),
    "issues_meeting_once_a_month": lambda: again(f.MeetingFactory()),
    "issues_meeting_month_first_day": lambda: f.MeetingFactory(month=date(2026, 3, 2)),
    "issues_meeting_held_iff_dated": lambda: f.MeetingFactory(state=MeetingState.HELD),
    "issues_meeting_group_once": lambda: again(group_meeting()),
    "issues_meeting_once_a_period": lambda: again(f.MeetingFactory(since=date(2026, 3, 2))),
    "issues_meeting_group_iff_special": lambda: f.MeetingFactory(
        kind=MeetingKind.STANDING, since=date(2026, 3, 2)
    ),
    "issues_meeting_called_off_says_why": lambda: f.MeetingFactory(called_off="没有议题"),
    "issues_notice_known": lambda: change(f.NoticeFactory(), colour="blue"),
    "issues_notice_numbered_iff_issued": lambda: change(f.NoticeFactory(), serial=None),
    "issues_notice_number_once": lambda: again_as(f.NoticeFactory(), colour="red"),
    "issues_notice_colour_once": lambda: again_as(f.NoticeFactory(), serial=999),
    "issues_notice_proposed_once": lambda: again_as(f.NoticeFactory(proposed=True), colour="red"),
    "issues_notice_signed_iff_stamped": lambda: change(f.NoticeFactory(), received_at=at(2026, 4, 2)),
    "issues_notice_replied_iff_stamped": lambda: change(f.NoticeFactory(), reply="已办"),
    "issues_notice_closed_iff_stamped": lambda: change(f.NoticeFactory(), state="closed"),
    "issues_reminder_once_a_day": lambda: again(f.ReminderFactory()),
    "issues_reminder_says_what": lambda: f.ReminderFactory(words=""),
    "issues_note_says_what": lambda: f.LeaderNoteFactory(words=""),
    "issues_note_from_paper_has_number": lambda: f.LeaderNoteFactory(recorded_by=f.OfficialFactory()),
    "issues_addressee_once": lambda: again(f.NoteAddresseeFactory()),
    "issues_addressee_answered_iff_stamped": lambda: change(f.NoteAddresseeFactory(), answer="已办"),
    "issues_agendaitem_once": lambda: again(f.AgendaItemFactory()),
    "issues_agendaitem_ruling_known": lambda: f.AgendaItemFactory(ruling="perhaps"),
    "issues_agendaitem_removed_says_why": lambda: change(f.AgendaItemFactory(), removed_why="已解决"),
    "issues_task_once_per_unit": lambda: again(f.MeetingTaskFactory()),
    "issues_task_says_what": lambda: f.MeetingTaskFactory(words=""),
    "issues_task_done_iff_stamped": lambda: change(f.MeetingTaskFactory(), done_at=at(2026, 4, 2)),
    "issues_monthend_once": lambda: again(f.MonthEndFactory()),
    "issues_monthend_month_first_day": lambda: f.MonthEndFactory(month=date(2026, 3, 2)),
    "issues_monthend_forward": lambda: f.MonthEndFactory(until=at(2026, 2, 28, 18)),
    "issues_frozenticket_once": lambda: again(f.FrozenTicketFactory()),
    "issues_frozenenrolment_once": lambda: again(f.FrozenEnrolmentFactory()),
    "issues_followlink_one_standing": lambda: again(f.FollowLinkFactory()),
    "issues_followlink_revoked_iff_stamped": lambda: f.FollowLinkFactory(revoked_at=at(2026, 3, 3)),
    "issues_filing_one_origin": filed_twice,
    "issues_filing_has_contact": lambda: f.FilingFactory(phone=""),
    "issues_message_side_known": lambda: f.MessageFactory(side="ghost", author=f.OfficialFactory()),
    "issues_message_says_something": lambda: f.MessageFactory(words=""),
    "issues_message_company_is_visible": lambda: f.MessageFactory(is_visible=False),
    "issues_messagefile_kind_known": lambda: f.MessageFileFactory(kind="exe"),
    "issues_messagefile_is_something": lambda: f.MessageFileFactory(size=0),
    "issues_messagefile_once": lambda: again(f.MessageFileFactory()),
    "issues_bulletin_issued_iff_stamped": lambda: f.BulletinFactory(state=BulletinState.ISSUED),
}


def again_as(row: Model, **fields: object) -> None:
    """A second copy of a row that differs in the fields."""
    for name, value in fields.items():
        setattr(row, name, value)
    again(row)


def group_meeting() -> object:
    group = f.GroupFactory()
    return f.MeetingFactory(
        programme=group.programme, kind=MeetingKind.SPECIAL, group=group, since=date(2026, 3, 2)
    )


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


FROZEN = {
    "TicketEvent.append_only": lambda: TicketFactory().events.get(),
    "MonthEnd.frozen": f.MonthEndFactory,
    "FrozenTicket.frozen": f.FrozenTicketFactory,
    "FrozenEnrolment.frozen": f.FrozenEnrolmentFactory,
    "Filing.append_only": f.FilingFactory,
    "Message.append_only": f.MessageFactory,
    "MessageFile.append_only": f.MessageFileFactory,
    "Bulletin.issued_stands": lambda: f.BulletinFactory(issued=True),
}


@pytest.mark.parametrize("name", FROZEN)
def test_what_was_frozen_is_neither_changed_nor_deleted(name: str):
    row = FROZEN[name]()
    with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
        row.save()
    with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
        row.delete()


# What must be true when a transaction ends.
KEPT: Acts = {
    "Ticket.lead_kept": lambda: change(
        TicketFactory(triaged=True),
        status="dispatched",
        due_on=date(2026, 3, 9),
        dispatched_at=at(2026, 3, 3),
    ),
    "TicketUnit.lead_kept": lambda: TicketFactory(dispatched=True).units.update(is_current=False),
}


@pytest.mark.parametrize("name", KEPT)
def test_no_transaction_ends_with_a_problem_that_nobody_leads(name: str):
    with transaction.atomic():
        KEPT[name]()
        with pytest.raises(IntegrityError, match="no unit leads problem"):
            connection.check_constraints()
        transaction.set_rollback(True)
