"""Problems and their course, meetings and frozen months. A ticket gets where it is through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory, FileField

from issues import models, services
from issues.choices import (
    AnswerMode,
    BulletinState,
    DeferralReason,
    ExclusionReason,
    MeetingKind,
    MeetingState,
    Move,
    Outcome,
    ReturnReason,
    Source,
    Status,
)
from liaison.choices import Rung, SystemRole, Trigger
from liaison.models import GradeRule
from tests.factories.clock import at
from tests.factories.companies import EnrolmentFactory
from tests.factories.ground import DepartmentFactory, OfficialFactory, PostingFactory
from tests.factories.rulebook import p2_version

MONDAY = at(2026, 3, 2)
COURSE = [
    Status.DRAFT,
    Status.REPORTED,
    Status.DISPATCHED,
    Status.IN_PROGRESS,
    Status.RESOLVED,
    Status.ANSWERED,
    Status.CLOSED,
]
ASIDE = {  # states off the straight way, and the state from which they are reached
    Status.TRIAGED: Status.REPORTED,
    Status.RETURNED: Status.DISPATCHED,
    Status.PLAN_REVIEW: Status.IN_PROGRESS,
    Status.DEFERRED: Status.IN_PROGRESS,
    Status.MERGED: Status.DISPATCHED,
    Status.EXCLUDED: Status.DISPATCHED,
    Status.WITHDRAWN: Status.DISPATCHED,
}


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = models.Category
        django_get_or_create = ("code",)

    code = "labour"
    name = "用工"


class TicketFactory(DjangoModelFactory):
    """A problem of a company, by default just collected; a trait takes it further, an hour per step.

    `TicketFactory(dispatched=True, lead=department, grade="B")`; `at=` is the hour of collection.
    """

    class Meta:
        model = models.Ticket

    class Params:
        reported = Trait(state=Status.REPORTED)
        dispatched = Trait(state=Status.DISPATCHED)
        in_progress = Trait(state=Status.IN_PROGRESS)
        resolved = Trait(state=Status.RESOLVED)
        answered = Trait(state=Status.ANSWERED)
        closed = Trait(state=Status.CLOSED)
        triaged = Trait(state=Status.TRIAGED)
        returned = Trait(state=Status.RETURNED)
        plan_review = Trait(state=Status.PLAN_REVIEW)
        deferred = Trait(state=Status.DEFERRED)
        merged = Trait(state=Status.MERGED)
        excluded = Trait(state=Status.EXCLUDED)
        withdrawn = Trait(state=Status.WITHDRAWN)

    state = Status.DRAFT
    enrolment = SubFactory(EnrolmentFactory)
    title = Sequence(lambda n: f"旺季缺熟练工 {n} 名")
    source = Source.VISIT
    by = SubFactory(OfficialFactory)
    at = MONDAY

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **given: Any) -> models.Ticket:
        state, by, moment = given.pop("state"), given.pop("by"), given.pop("at")
        dispatch = {
            name: given.pop(name, None)
            for name in ("grade", "category", "lead", "cooperating", "office", "unit")
        }
        if state == Status.PLAN_REVIEW:
            dispatch["grade"] = dispatch["grade"] or "D"
        outcome = given.pop("outcome", Outcome.SOLVED)
        ticket = services.collect_ticket(by=by, at=moment, **given)
        hour = timedelta(hours=1)
        straight = COURSE[1 : COURSE.index(ASIDE.get(state, state)) + 1]
        for number, step in enumerate(straight, start=1):
            ticket = cls._take(ticket, step, dispatch, by=by, outcome=outcome, at=moment + number * hour)
        if state in ASIDE:
            ticket = cls._turn(ticket, state, dispatch, by=by, at=moment + (len(straight) + 1) * hour)
        ticket.refresh_from_db()
        return ticket

    @classmethod
    def _turn(
        cls, ticket: models.Ticket, state: str, dispatch: dict[str, Any], *, by: Any, at: Any
    ) -> models.Ticket:
        if state == Status.TRIAGED:
            return services.triage_ticket(
                ticket=ticket,
                grade=GradeRule.objects.get(version=ticket.version, code=dispatch["grade"] or "A"),
                category=dispatch["category"] or CategoryFactory(),
                by=by,
                at=at,
            )
        if state == Status.RETURNED:
            return services.object_to_ticket(
                ticket=ticket, reason=ReturnReason.NOT_OURS, note="属水务部门职责", by=by, at=at
            )
        if state == Status.PLAN_REVIEW:
            step = services.StepLine("改造线路", at.date() + timedelta(days=40), dispatch["lead"])
            return services.submit_plan(ticket=ticket, goal="年内接通双回路", steps=[step], by=by, at=at)
        if state == Status.DEFERRED:
            services.ask_deferral(
                ticket=ticket, reason=DeferralReason.MEANS, words="管网改造明年列入计划", by=by, at=at
            )
            return services.grant_deferral(ticket=ticket, answer="", by=OfficialFactory(), at=at)
        if state == Status.MERGED:
            other = cls(enrolment=ticket.enrolment, title="同一件事", by=by, at=at)
            return services.merge_ticket(ticket=ticket, into=other, by=by, at=at)
        if state == Status.WITHDRAWN:
            return services.withdraw_ticket(ticket=ticket, note="已自行解决", at=at)
        services.ask_exclusion(
            ticket=ticket, reason=ExclusionReason.UNLAWFUL, words="已进入诉讼程序", by=by, at=at
        )
        return services.grant_exclusion(ticket=ticket, answer="", by=OfficialFactory(), at=at)

    @classmethod
    def _take(
        cls, ticket: models.Ticket, step: str, dispatch: dict[str, Any], *, by: Any, outcome: str, at: Any
    ) -> models.Ticket:
        if step == Status.REPORTED:
            return services.report_ticket(ticket=ticket, by=by, at=at)
        if step == Status.DISPATCHED:
            lead = dispatch["lead"] = dispatch["lead"] or DepartmentFactory()
            if not lead.postings.filter(role=SystemRole.UNIT).exists():
                dispatch["unit"] = PostingFactory(role=SystemRole.UNIT, department=lead).official
            return services.dispatch_ticket(
                ticket=ticket,
                grade=GradeRule.objects.get(version=ticket.version, code=dispatch["grade"] or "A"),
                category=dispatch["category"] or CategoryFactory(),
                lead=lead,
                cooperating=dispatch["cooperating"] or (),
                by=dispatch["office"] or PostingFactory(role=SystemRole.OFFICE).official,
                at=at,
            )
        if step in (Status.IN_PROGRESS, Status.RESOLVED):
            unit = (
                dispatch["unit"] or dispatch["lead"].postings.filter(role=SystemRole.UNIT)[:1].get().official
            )
            if step == Status.IN_PROGRESS:
                return services.sign_ticket(ticket=ticket, by=unit, at=at)
            return services.resolve_ticket(
                ticket=ticket, outcome=outcome, result="已协调到位", by=unit, at=at
            )
        if step == Status.ANSWERED:
            return services.answer_ticket(
                ticket=ticket, mode=AnswerMode.PHONE, note="已电话告知办理情况", by=by, at=at
            )
        return services.confirm_ticket(ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=at)


class TicketGroupFactory(DjangoModelFactory):
    class Meta:
        model = models.TicketGroup

    programme = LazyAttribute(lambda o: p2_version().programme)
    name = Sequence(lambda n: f"园区用电容量不足 {n}")
    created_at = MONDAY
    created_by = SubFactory(OfficialFactory)


class PolicyMeasureFactory(DjangoModelFactory):
    class Meta:
        model = models.PolicyMeasure

    group = SubFactory(TicketGroupFactory)
    title = "工业园区电力扩容若干措施"
    document = Sequence(lambda n: f"云政办发〔2026〕{n + 1}号")
    department = SubFactory(DepartmentFactory)
    issued_on = date(2026, 3, 2)
    text = "园区企业扩容的，外线由电网企业投资到红线。"
    recorded_at = MONDAY
    recorded_by = SubFactory(OfficialFactory)


class PolicyFileFactory(DjangoModelFactory):
    class Meta:
        model = models.PolicyFile

    owner = SubFactory(PolicyMeasureFactory)
    file = FileField(filename="x", data=b"%PDF-1.4\n%%EOF")
    name = "措施.pdf"
    kind = "pdf"
    size = 14
    sha256 = Sequence(lambda n: f"{n:064x}")
    uploaded_by = SelfAttribute("owner.recorded_by")
    uploaded_at = MONDAY


class TaskForceFactory(DjangoModelFactory):
    class Meta:
        model = models.TaskForce

    ticket = SubFactory(TicketFactory, dispatched=True)
    name = "供电专班"
    head = SubFactory(OfficialFactory)
    formed_at = MONDAY
    formed_by = SubFactory(OfficialFactory)


class ExternalNumberFactory(DjangoModelFactory):
    class Meta:
        model = models.ExternalNumber

    ticket = SubFactory(TicketFactory)
    system = "12345"
    number = Sequence(lambda n: f"YC2026{n:06d}")
    updated_at = MONDAY


class EscalationFactory(DjangoModelFactory):
    class Meta:
        model = models.Escalation

    ticket = SubFactory(TicketFactory)
    rung = Rung.OFFICE
    trigger = Trigger.OVERDUE
    at = at(2026, 3, 20)


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = models.Meeting
        django_get_or_create = ("programme", "kind", "month", "group")

    class Params:
        held = Trait(state=MeetingState.HELD, held_on=date(2026, 4, 3))

    programme = LazyAttribute(lambda o: p2_version().programme)
    kind = MeetingKind.DISPATCH
    group = None
    month = date(2026, 3, 1)
    prepared_at = at(2026, 3, 31, 18, 5)


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = models.AgendaItem

    meeting = SubFactory(MeetingFactory)
    ticket = SubFactory(TicketFactory)
    reason = "逾期 6 个工作日，已提至调度会"
    position = Sequence(lambda n: n + 1)


class MeetingTaskFactory(DjangoModelFactory):
    class Meta:
        model = models.MeetingTask

    item = SubFactory(AgendaItemFactory)
    ticket = SelfAttribute("item.ticket")
    department = SubFactory(DepartmentFactory)
    words = "供电局增容到位"
    due_on = date(2026, 4, 20)
    given_at = at(2026, 4, 1)


class MonthEndFactory(DjangoModelFactory):
    """March 2026, frozen in the evening of its last day; without rows."""

    class Meta:
        model = models.MonthEnd
        django_get_or_create = ("programme", "month")

    version = LazyAttribute(lambda o: p2_version())
    programme = SelfAttribute("version.programme")
    month = date(2026, 3, 1)
    since = at(2026, 2, 28, 18)
    until = at(2026, 3, 31, 18)
    frozen_at = at(2026, 3, 31, 18, 5)


class FrozenTicketFactory(DjangoModelFactory):
    class Meta:
        model = models.FrozenTicket

    month_end = SubFactory(MonthEndFactory)
    ticket = SubFactory(TicketFactory)
    company = SelfAttribute("ticket.company")
    region = SelfAttribute("ticket.company.region")
    status = SelfAttribute("ticket.status")
    is_new = True
    is_due = False
    is_closed = False
    is_overdue = False


class FrozenEnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = models.FrozenEnrolment

    month_end = SubFactory(MonthEndFactory)
    enrolment = SubFactory(EnrolmentFactory)
    company = SelfAttribute("enrolment.company")
    region = SelfAttribute("enrolment.company.region")
    visits = 1
    contacts = 1
    is_contacted = True
    has_ledger = True


class BulletinFactory(DjangoModelFactory):
    class Meta:
        model = models.Bulletin

    class Params:
        issued = Trait(
            state=BulletinState.ISSUED, issued_at=at(2026, 4, 2), issued_by=SubFactory(OfficialFactory)
        )

    month_end = SubFactory(MonthEndFactory)
    programme = SelfAttribute("month_end.programme")
    title = "关于 2026 年 3 月包联企业工作情况的通报"
    opening = "3 月，全市包联工作有序推进。"
    drafted_at = at(2026, 3, 31, 18, 6)


class SavedViewFactory(DjangoModelFactory):
    """What is overdue, for oneself."""

    class Meta:
        model = models.SavedView

    owner = SubFactory(OfficialFactory)
    name = Sequence(lambda n: f"已逾期 {n}")
    query = "view=late"
    role = SystemRole.OFFICE
    department = SubFactory(DepartmentFactory)
    created_at = MONDAY


class BulkRunFactory(DjangoModelFactory):
    class Meta:
        model = models.BulkRun

    by = SubFactory(OfficialFactory)
    at = MONDAY
    move = Move.DISPATCH
    grade = "B"
    category = SubFactory(CategoryFactory)
    lead = SubFactory(DepartmentFactory)


class BulkItemFactory(DjangoModelFactory):
    class Meta:
        model = models.BulkItem

    run = SubFactory(BulkRunFactory)
    ticket = SubFactory(TicketFactory)
