"""For each move of the table: a problem that allows it, and the same move by two hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from companies.choices import VisitMode
from issues import services
from issues.choices import (
    AnswerMode,
    DeferralReason,
    ExclusionReason,
    ExtensionReason,
    Move,
    Outcome,
    RequestKind,
    ReturnReason,
    Ruling,
    Status,
    WithdrawalReason,
)
from issues.models import Ticket, TicketGroup
from liaison.choices import SystemRole
from liaison.models import Official
from tests.factories import (
    Cast,
    CategoryFactory,
    PolicyMeasureFactory,
    PostingFactory,
    TicketFactory,
    TicketGroupFactory,
    at,
)
from tests.issues.test_ladder import special_group

NOW = at(2026, 3, 3)
LATER = at(2026, 4, 14)  # when nothing has been done for six weeks


class City:
    """The shared city with a second hand for everybody: two of the office, two of each unit."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        special_group(cast, task="用电、用工")
        self.water = PostingFactory(role="unit", department__name="云川市水务局").department

        def colleague(of: Any, role: str) -> Official:
            return PostingFactory(role=role, department=of).official.on_duty(date(2026, 3, 2))

        self.hands = {
            "office": (colleague(cast.coordination, SystemRole.OFFICE), cast.office),
            "unit": (cast.unit, colleague(cast.land, SystemRole.UNIT)),
            "helper": (cast.other_unit, colleague(cast.power, SystemRole.UNIT)),
        }
        self.group: TicketGroup = TicketGroupFactory(programme=cast.version.programme)
        self.measure = PolicyMeasureFactory(group=self.group)


@dataclass
class Scene:
    """A problem, and one of two hands on it."""

    city: City
    ticket: Ticket
    others: list[Ticket] = field(default_factory=list)
    hand: int = 0

    @property
    def office(self) -> Official:
        return self.city.hands["office"][self.hand]

    @property
    def unit(self) -> Official:
        return self.city.hands["unit"][self.hand]

    @property
    def helper(self) -> Official:
        return self.city.hands["helper"][self.hand]

    @property
    def official(self) -> Official:
        return self.city.cast.official

    @property
    def asker(self) -> Official:
        """Who asked, and is not one of the two who decide."""
        return self.city.cast.office

    @property
    def it(self) -> dict[str, Any]:
        return {"ticket": self.ticket, "at": NOW}


Act = Callable[[Scene], object]


def nothing(scene: Scene) -> None:
    """The problem is as the factory gives it."""


@dataclass(frozen=True)
class Twice:
    """What happens when a move is made by two at once: `told` is what the second one reads; "": both count,
    one after the other; None: the clock does it, and there is nobody to tell."""

    state: str
    act: Act
    told: str | None = "当前为“"
    first: Act = nothing
    given: dict[str, Any] = field(default_factory=dict)


def step(scene: Scene) -> services.StepLine:
    return services.StepLine("改造线路", date(2026, 3, 20), scene.city.cast.land)


def write(scene: Scene) -> object:
    return services.write_plan(**scene.it, goal="年内接通双回路", steps=[step(scene)], by=scene.unit)


def submit(scene: Scene) -> object:
    return services.submit_plan(**scene.it, goal="年内接通双回路", steps=[step(scene)], by=scene.unit)


def submit_and_accept(scene: Scene) -> None:
    submit(scene)
    services.accept_plan(**scene.it, answer="", by=scene.asker)


def finish(scene: Scene) -> object:
    steps = list(scene.ticket.plan.steps.values_list("pk", flat=True))
    return services.finish_step(**scene.it, done=steps, note="已接通", by=scene.unit)


def ask_extension(scene: Scene) -> object:
    return services.ask_extension(
        **scene.it,
        reason=ExtensionReason.PROCEDURE,
        words="环评公示期未满",
        until=date(2026, 3, 20),
        by=scene.city.cast.unit,
    )


def grant_extension(scene: Scene) -> object:
    return services.grant_extension(**scene.it, answer="", by=scene.office)


def extend(scene: Scene) -> None:
    ask_extension(scene)
    grant_extension(scene)


def ask_deferral(scene: Scene) -> object:
    return services.ask_deferral(
        **scene.it, reason=DeferralReason.MEANS, words="待立项", by=scene.city.cast.unit
    )


def ask_exclusion(scene: Scene) -> object:
    return services.ask_exclusion(**scene.it, reason=ExclusionReason.GONE, words="已迁出", by=scene.asker)


def ask_withdrawal(scene: Scene) -> object:
    return services.ask_withdrawal(
        **scene.it, reason=WithdrawalReason.SETTLED, words="已接通", by=scene.official
    )


def drop(kind: RequestKind, who: str) -> Act:
    return lambda s: services.drop_request(**s.it, kind=kind, by=s.city.cast[who])


def object_to_help(scene: Scene) -> object:
    return services.object_to_help(
        **scene.it,
        department=scene.city.cast.power,
        reason=ReturnReason.NOT_OURS,
        note="属水务",
        by=scene.helper,
    )


def join(scene: Scene) -> object:
    return services.join_group(**scene.it, group=scene.city.group, by=scene.office)


def sweep(scene: Scene) -> object:
    return services.sweep_tickets(at=LATER)


def graded(scene: Scene) -> dict[str, Any]:
    grade = scene.city.cast.version.grades.get(code="B")
    return scene.it | {"grade": grade, "category": CategoryFactory(code="power", name="用电")}


S, WAITS, NONE_WAITS = Status, "申请待审批，不能重复申请", "没有待审批的"
HARD = {"grade": "D"}

EVERY: dict[str, Twice] = {
    Move.REPORT: Twice(S.DRAFT, lambda s: services.report_ticket(**s.it, by=s.official)),
    Move.FORWARD: Twice(S.DRAFT, sweep, None),
    Move.TRIAGE: Twice(S.REPORTED, lambda s: services.triage_ticket(**graded(s), by=s.office), ""),
    Move.DISPATCH: Twice(
        S.REPORTED, lambda s: services.dispatch_ticket(**graded(s), lead=s.city.cast.land, by=s.office)
    ),
    Move.SIGN: Twice(S.DISPATCHED, lambda s: services.sign_ticket(**s.it, by=s.unit)),
    Move.OBJECT: Twice(
        S.DISPATCHED,
        lambda s: services.object_to_ticket(
            **s.it, reason=ReturnReason.NOT_OURS, note="属水务部门职责", by=s.unit
        ),
    ),
    Move.UPHOLD: Twice(
        S.RETURNED, lambda s: services.uphold_dispatch(**s.it, note="属于你单位职责", by=s.office)
    ),
    Move.PROGRESS: Twice(
        S.IN_PROGRESS, lambda s: services.note_progress(**s.it, note="正在勘察", by=s.unit), ""
    ),
    Move.HELP_SIGN: Twice(
        S.IN_PROGRESS,
        lambda s: services.sign_help(**s.it, department=s.city.cast.power, by=s.helper),
        "已签收",
    ),
    Move.HELP_OBJECT: Twice(S.IN_PROGRESS, object_to_help, "已退回协办"),
    Move.COOPERATE: Twice(
        S.IN_PROGRESS,
        lambda s: services.cooperate_on_ticket(
            **s.it, department=s.city.cast.power, note="可供电", by=s.helper
        ),
        "已反馈过协办意见",
    ),
    Move.RULE_HELP: Twice(
        S.IN_PROGRESS,
        lambda s: services.rule_on_help(
            **s.it, department=s.city.cast.power, ruling=Ruling.UPHOLD, note="按职责", by=s.office
        ),
        "没有待裁定的",
        first=object_to_help,
    ),
    Move.ADD_UNIT: Twice(
        S.IN_PROGRESS,
        lambda s: services.add_helpers(**s.it, departments=[s.city.water], by=s.office),
        "已在协办",
    ),
    Move.RELEASE_UNIT: Twice(
        S.IN_PROGRESS,
        lambda s: services.release_helper(**s.it, department=s.city.cast.power, note="不需要", by=s.office),
        "已不再协办",
    ),
    Move.TRANSFER: Twice(
        S.IN_PROGRESS,
        lambda s: services.transfer_ticket(
            **s.it, to=s.city.water, former=s.city.cast.land, note="职责调整", by=s.office
        ),
        "主办单位已改为",
    ),
    Move.CONTACT: Twice(
        S.IN_PROGRESS,
        lambda s: services.contact_company(
            **s.it, mode=VisitMode.PHONE, on=NOW.date(), note="已说明进度", by=s.unit
        ),
        "首次联系企业",
    ),
    Move.RESOLVE: Twice(
        S.IN_PROGRESS,
        lambda s: services.resolve_ticket(**s.it, outcome=Outcome.SOLVED, result="已接通", by=s.unit),
    ),
    Move.ANSWER: Twice(
        S.RESOLVED, lambda s: services.answer_ticket(**s.it, mode=AnswerMode.PHONE, note="", by=s.official)
    ),
    Move.CONFIRM: Twice(
        S.ANSWERED, lambda s: services.confirm_ticket(**s.it, rating=5, is_satisfied=True, actor="企业")
    ),
    Move.REWORK: Twice(
        S.ANSWERED, lambda s: services.rework_ticket(**s.it, rating=1, actor="企业", note="没通")
    ),
    Move.REGRADE: Twice(
        S.IN_PROGRESS,
        lambda s: services.regrade_ticket(
            **s.it, grade=s.city.cast.version.grades.get(code="C"), note="两个部门", by=s.office
        ),
        "已是",
    ),
    Move.ASK_EXTENSION: Twice(S.IN_PROGRESS, ask_extension, WAITS),
    Move.GRANT_EXTENSION: Twice(S.IN_PROGRESS, grant_extension, NONE_WAITS, first=ask_extension),
    Move.REFUSE_EXTENSION: Twice(
        S.IN_PROGRESS,
        lambda s: services.refuse_extension(**s.it, answer="请抓紧", by=s.office),
        NONE_WAITS,
        first=ask_extension,
    ),
    Move.DROP_EXTENSION: Twice(
        S.IN_PROGRESS, drop(RequestKind.EXTENSION, "unit"), NONE_WAITS, first=ask_extension
    ),
    Move.CORRECT_EXTENSION: Twice(
        S.IN_PROGRESS,
        lambda s: services.correct_extension(**s.it, until=date(2026, 3, 19), note="写错一天", by=s.office),
        "批准的延期已是",
        first=extend,
    ),
    Move.ASK_DEFERRAL: Twice(S.IN_PROGRESS, ask_deferral, WAITS),
    Move.GRANT_DEFERRAL: Twice(
        S.IN_PROGRESS, lambda s: services.grant_deferral(**s.it, answer="", by=s.office), first=ask_deferral
    ),
    Move.REFUSE_DEFERRAL: Twice(
        S.IN_PROGRESS,
        lambda s: services.refuse_deferral(**s.it, answer="请抓紧", by=s.office),
        NONE_WAITS,
        first=ask_deferral,
    ),
    Move.DROP_DEFERRAL: Twice(
        S.IN_PROGRESS, drop(RequestKind.DEFERRAL, "unit"), NONE_WAITS, first=ask_deferral
    ),
    Move.REVIEW: Twice(
        S.DEFERRED, lambda s: services.review_deferred(**s.it, note="条件仍不具备", by=s.office), ""
    ),
    Move.RESUME: Twice(S.DEFERRED, lambda s: services.resume_ticket(**s.it, note="已立项", by=s.office)),
    Move.SUBMIT_PLAN: Twice(S.IN_PROGRESS, submit, given=HARD),
    Move.ACCEPT_PLAN: Twice(
        S.PLAN_REVIEW, lambda s: services.accept_plan(**s.it, answer="", by=s.office), given=HARD
    ),
    Move.RETURN_PLAN: Twice(
        S.PLAN_REVIEW, lambda s: services.return_plan(**s.it, answer="补期限", by=s.office), given=HARD
    ),
    Move.PERIODIC: Twice(
        S.IN_PROGRESS,
        lambda s: services.report_progress(**s.it, note="管廊已完成七成", by=s.unit),
        "",
        first=submit_and_accept,
        given=HARD,
    ),
    Move.KEEP_GOING: Twice(
        S.IN_PROGRESS,
        lambda s: services.keep_going(**s.it, note="继续推进", by=s.office),
        "",
        first=submit_and_accept,
        given=HARD,
    ),
    Move.SHELVE: Twice(
        S.IN_PROGRESS,
        lambda s: services.shelve_ticket(**s.it, reason=DeferralReason.MEANS, note="缺资金", by=s.office),
        first=submit_and_accept,
        given=HARD,
    ),
    Move.GIVE_UP: Twice(
        S.IN_PROGRESS,
        lambda s: services.give_up(**s.it, result="规划不允许", by=s.office),
        first=submit_and_accept,
        given=HARD,
    ),
    Move.NAME_LEADER: Twice(
        S.IN_PROGRESS,
        lambda s: services.name_leader(**s.it, leader=s.city.cast.leader, by=s.office),
        "包案领导已是",
        given=HARD,
    ),
    Move.JOIN_GROUP: Twice(S.IN_PROGRESS, join, "已归入这个共性问题"),
    Move.LEAVE_GROUP: Twice(
        S.IN_PROGRESS,
        lambda s: services.leave_group(**s.it, by=s.office),
        "没有归入共性问题",
        first=join,
    ),
    Move.SETTLE: Twice(
        S.IN_PROGRESS,
        lambda s: services.settle_by_measure(
            **s.it, measure=s.city.measure, result="外线免费接到红线", by=s.office
        ),
        first=join,
    ),
    Move.FORM_FORCE: Twice(
        S.IN_PROGRESS,
        lambda s: services.form_force(
            **s.it,
            name="供电专班",
            head=s.city.cast.leader,
            officials=[s.city.cast.unit],
            units=[],
            by=s.office,
        ),
        "",
        given={"route": "complex"},
    ),
    Move.WRITE_PLAN: Twice(S.IN_PROGRESS, write, "", given={"route": "single"}),
    Move.FINISH_STEP: Twice(
        S.IN_PROGRESS, finish, "所选措施已经完成", first=write, given={"route": "single"}
    ),
    Move.MERGE: Twice(S.REPORTED, lambda s: services.merge_ticket(**s.it, into=s.others[0], by=s.office)),
    Move.ABSORB: Twice(
        S.REPORTED,
        lambda s: services.merge_ticket(ticket=s.others[s.hand], into=s.ticket, by=s.office, at=NOW),
        "",
    ),
    Move.ASK_EXCLUSION: Twice(S.IN_PROGRESS, ask_exclusion, WAITS),
    Move.GRANT_EXCLUSION: Twice(
        S.IN_PROGRESS,
        lambda s: services.grant_exclusion(**s.it, answer="", by=s.city.hands["office"][0]),
        first=ask_exclusion,
    ),
    Move.REFUSE_EXCLUSION: Twice(
        S.IN_PROGRESS,
        lambda s: services.refuse_exclusion(**s.it, answer="应当办理", by=s.city.hands["office"][0]),
        NONE_WAITS,
        first=ask_exclusion,
    ),
    Move.DROP_EXCLUSION: Twice(
        S.IN_PROGRESS, drop(RequestKind.EXCLUSION, "office"), NONE_WAITS, first=ask_exclusion
    ),
    Move.REOPEN: Twice(S.CLOSED, lambda s: services.reopen_ticket(**s.it, note="又停电了")),
    Move.ASK_WITHDRAWAL: Twice(S.IN_PROGRESS, ask_withdrawal, WAITS),
    Move.WITHDRAW: Twice(S.IN_PROGRESS, lambda s: services.agree_to_withdraw(**s.it), first=ask_withdrawal),
    Move.REFUSE_WITHDRAWAL: Twice(
        S.IN_PROGRESS, lambda s: services.refuse_withdrawal(**s.it), NONE_WAITS, first=ask_withdrawal
    ),
    Move.DROP_WITHDRAWAL: Twice(
        S.IN_PROGRESS, drop(RequestKind.WITHDRAWAL, "official"), NONE_WAITS, first=ask_withdrawal
    ),
    Move.ESCALATE: Twice(S.IN_PROGRESS, sweep, None),
    Move.REMIND: Twice(
        S.IN_PROGRESS,
        lambda s: services.remind_unit(**s.it, department=s.city.cast.land, words="请抓紧", by=s.office),
        "催办",
    ),
    Move.ASK_UP: Twice(S.IN_PROGRESS, lambda s: services.ask_up(**s.it, words="请研究", by=s.unit), ""),
}


def scene_of(city: City, twice: Twice) -> Scene:
    """A problem in the state that the move needs, and two more of the same company beside it."""
    given = dict(twice.given)
    route = given.pop("route", "")
    cast = city.cast
    ticket = TicketFactory(
        enrolment=cast.enrolment,
        state=twice.state,
        lead=cast.land,
        cooperating=[cast.power],
        unit=cast.unit,
        office=cast.office,
        by=cast.official,
        at=NOW - timedelta(days=1),
        **{"grade": "B"} | given,
    )
    if route:
        Ticket.objects.filter(pk=ticket.pk).update(route=route)
        ticket.refresh_from_db()
    others = [
        TicketFactory(enrolment=cast.enrolment, reported=True, at=NOW - timedelta(days=1)) for _ in "12"
    ]
    scene = Scene(city, ticket, others)
    twice.first(scene)
    return scene
