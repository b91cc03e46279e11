"""A small world with one of everything, so that each address leads to something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import assessment.services as assessing
from assessment.models import Score, Survey
from companies.models import (
    Assignment,
    Contact,
    DoorCard,
    DutyEntry,
    DutyFile,
    PlanFile,
    Proposal,
    ProposalPair,
    Recusal,
    Visit,
)
from issues.choices import MeetingKind
from issues.models import (
    BulkRun,
    Bulletin,
    Filing,
    FollowLink,
    LeaderNote,
    Meeting,
    MeetingTask,
    MessageFile,
    NoteAddressee,
    Notice,
    PolicyFile,
    SavedView,
    Ticket,
    TicketGroup,
)
from issues.services import join_group
from liaison.choices import DayKind
from liaison.models import (
    Batch,
    CalendarChange,
    CalendarDay,
    Deputy,
    Group,
    GroupMember,
    ImportRun,
    InboxMessage,
    TeamRole,
    Training,
)
from liaison.services import draft_exception, draft_version
from tests.factories import (
    BulkItemFactory,
    BulkRunFactory,
    CalendarDayFactory,
    Cast,
    DeputyFactory,
    DoorCardFactory,
    DutyEntryFactory,
    DutyFileFactory,
    FilingFactory,
    FollowLinkFactory,
    GroupFactory,
    GroupMemberFactory,
    ImportRowFactory,
    ImportRunFactory,
    InboxMessageFactory,
    LeaderNoteFactory,
    MeetingFactory,
    MeetingTaskFactory,
    MessageFileFactory,
    MonthEndFactory,
    NoteAddresseeFactory,
    NoticeFactory,
    PlanFileFactory,
    PlanMeasureFactory,
    PolicyFileFactory,
    ProjectFactory,
    ProposalFactory,
    ProposalGapFactory,
    ProposalPairFactory,
    ProposalSupplyFactory,
    RecusalFactory,
    SavedViewFactory,
    ServicePlanFactory,
    TicketFactory,
    TrainingFactory,
    VisitFactory,
    at,
)

NOW = at(2026, 4, 2)  # a Thursday; March is closed


@dataclass(frozen=True)
class World:
    """The cast, and what came of their work in March 2026. All of it belongs to the cast's company."""

    cast: Cast
    contact: Contact
    visit: Visit
    saved_view: SavedView  # the office's own
    letter: InboxMessage  # to the unit's officer
    bulk_run: BulkRun  # the office's, done
    draft: Ticket
    reported: Ticket  # waits for its triage
    given: Ticket  # dispatched to 市自然资源局, where `unit` works
    answered: Ticket
    survey: Survey
    token: str
    bulletin: Bulletin
    meeting: Meeting
    standing: Meeting  # held, with minutes
    task: MeetingTask  # of 市自然资源局, on `given`
    notice: Notice  # to 市自然资源局 on `given`
    proposal_of_notice: Notice  # by the clock, on `given`
    note: LeaderNote  # to 市自然资源局 on `given`
    addressee: NoteAddressee
    score: Score  # of 市自然资源局
    run: ImportRun
    seat: Assignment  # the official's
    closure: CalendarDay  # an exception of the cast's county
    change: CalendarChange  # drafted by the office, for the same county
    proposal: Proposal  # a draft for the whole city
    pair: ProposalPair
    duty: DutyEntry  # a line of the official's
    duty_file: DutyFile  # behind that line
    plan_file: PlanFile
    common: TicketGroup  # holds `given`
    policy_file: PolicyFile  # of the group's measure
    door: DoorCard
    filing: Filing  # of the draft, by the door's code
    link: FollowLink  # to the answered problem
    said: MessageFile  # a file of the company on the problem given to `unit`
    told: MessageFile  # one on the answered problem
    group: Group  # a squad of the city, in another programme
    member: GroupMember
    absence: Deputy  # the official away in May, `stranger` stands in
    batch: Batch  # of a programme that was not asked for any
    recusal: Recusal  # the official's own, from the last day of the year on: they sit in the team until then
    training: Training  # of the unit's officer
    seat_rule: TeamRole  # of the draft of the programme's next version
    code: str = "p2"
    month: str = "2026-03"


def raise_world(cast: Cast) -> World:
    """One of everything. The problems of the other company belong to `stranger`."""
    land, official, enrolment = cast.land, cast.official, cast.enrolment
    common = {"enrolment": enrolment, "by": official, "lead": land, "unit": cast.unit, "office": cast.office}
    visit = VisitFactory(enrolment=enrolment, official=official)
    VisitFactory(enrolment=cast.other_enrolment, official=cast.stranger)
    plan = ServicePlanFactory(enrolment=enrolment, written_by=official)
    PlanMeasureFactory(plan=plan, due_on=date(2026, 3, 20), official=official)
    duty = DutyEntryFactory(enrolment=enrolment, official=official)
    ProjectFactory(company=cast.company)
    TicketFactory(enrolment=cast.other_enrolment, by=cast.stranger)
    TicketFactory(closed=True, **common)
    given = TicketFactory(dispatched=True, grade="A", at=at(2026, 3, 3), **common)
    programme = cast.version.programme
    MonthEndFactory(month=date(2026, 2, 1), since=at(2026, 1, 31, 18), until=at(2026, 2, 28, 18))
    assessing.close_month(programme=programme, month=date(2026, 3, 1), at=at(2026, 3, 31, 18, 5))
    meeting = Meeting.objects.get()
    standing = MeetingFactory(
        programme=programme,
        kind=MeetingKind.STANDING,
        held=True,
        held_by=cast.office,
        minutes="会议议定：抓紧。",
    )
    note = LeaderNoteFactory(leader=cast.leader, company=cast.company, ticket=given)
    answered = TicketFactory(answered=True, at=at(2026, 4, 1), **common)
    survey = assessing.invite_company(ticket=answered, at=at(2026, 4, 1, 17))
    assert survey is not None
    run = ImportRunFactory(checked=True, region=cast.city, uploaded_by=cast.roster)
    ImportRowFactory(run=run)
    proposal = ProposalFactory(made_by=cast.office)
    ProposalGapFactory(proposal=proposal, enrolment=cast.other_enrolment)
    ProposalSupplyFactory(proposal=proposal)
    policy_file = PolicyFileFactory(owner__group__programme=programme)
    join_group(ticket=given, group=policy_file.owner.group, by=cast.office, at=at(2026, 3, 3, 15))
    squad = GroupFactory(region=cast.city, name="第 1 小分队")
    next_version = draft_version(
        programme=cast.version.programme, effective_from=date(2026, 5, 1), by=cast.office, at=NOW
    )
    door = DoorCardFactory(company=cast.company)
    draft = TicketFactory(enrolment=enrolment, by=official, at=at(2026, 4, 2, 9))
    bulk_run = BulkRunFactory(by=cast.office, category=given.category, lead=land)
    BulkItemFactory(run=bulk_run, ticket=given, state="done")
    return World(
        cast=cast,
        saved_view=SavedViewFactory(owner=cast.office),
        letter=InboxMessageFactory(reader=cast.unit),
        bulk_run=bulk_run,
        contact=cast.company.contacts.get(),
        visit=visit,
        draft=draft,
        reported=TicketFactory(reported=True, enrolment=enrolment, by=official, at=at(2026, 4, 1, 9)),
        given=given,
        answered=answered,
        survey=survey,
        token=assessing.sign_token(survey),
        bulletin=Bulletin.objects.get(),
        meeting=meeting,
        standing=standing,
        notice=NoticeFactory(ticket=given, department=land, issued_by=cast.office),
        proposal_of_notice=NoticeFactory(ticket=given, department=land, colour="orange", proposed=True),
        note=note,
        addressee=NoteAddresseeFactory(note=note, department=land),
        task=MeetingTaskFactory(item=meeting.items.get(ticket=given), department=land),
        score=Score.objects.get(department=land, board="handling"),
        run=run,
        seat=enrolment.assignments.get(official=official),
        group=squad,
        absence=DeputyFactory(
            official=official,
            deputy=cast.stranger,
            starts_on=date(2026, 5, 1),
            ends_on=date(2026, 5, 31),
            set_by=official,
        ),
        batch=Batch.objects.create(
            programme=programme,
            number=1,
            name="第 1 批",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        ),
        member=GroupMemberFactory(group=squad, official=cast.unit),
        proposal=proposal,
        recusal=RecusalFactory(
            official=official, company=cast.company, starts_on=date(2026, 12, 31), ends_on=date(2026, 12, 31)
        ),
        pair=ProposalPairFactory(proposal=proposal, enrolment=enrolment, official=official),
        duty=duty,
        duty_file=DutyFileFactory(owner=duty),
        plan_file=PlanFileFactory(owner=plan),
        common=policy_file.owner.group,
        policy_file=policy_file,
        door=door,
        filing=FilingFactory(ticket=draft, card=door),
        link=FollowLinkFactory(ticket=answered),
        said=MessageFileFactory(owner__ticket=given),
        told=MessageFileFactory(owner__ticket=answered),
        training=TrainingFactory(official=cast.unit, recorded_by=cast.roster),
        seat_rule=TeamRole.objects.get(version=next_version, code="officer"),
        closure=CalendarDayFactory(
            on=date(2026, 7, 15), name="防汛停工", document="临江防指〔2026〕3号", region=cast.county
        ),
        change=draft_exception(
            region=cast.county,
            kind=DayKind.OFF,
            first=date(2026, 4, 8),
            last=date(2026, 4, 8),
            reason="高温停工",
            document="临江人社〔2026〕5号",
            by=cast.office,
            at=NOW,
        ),
    )
