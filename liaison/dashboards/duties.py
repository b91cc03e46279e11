"""今天要办: what waits for this official, whatever posts they hold, in the order in which it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from assessment.choices import Delivery
from assessment.models import Survey
from companies.models import Enrolment, PlanMeasure
from companies.reports import Served, served_companies
from issues.choices import (
    AT_OFFICE,
    BulletinState,
    MeetingState,
    NoticeState,
    Part,
    PlanDuty,
    RequestKind,
    RequestState,
    Status,
)
from issues.models import (
    Bulletin,
    Meeting,
    MeetingTask,
    NoteAddressee,
    Notice,
    Ticket,
    TicketRequest,
    TicketUnit,
)
from issues.perms import runs_programme
from issues.reports.ladder import broken_rows
from issues.reports.plans import has_plan_in_force
from liaison.choices import ImportState, LimitKind, Rung, SystemRole, YearStatus
from liaison.models import CalendarDay, CalendarYear, ImportRun, LimitRule, Official
from liaison.models.calendar import DaysBetween
from liaison.workdays import days_in_words

SHOWN = 12  # problems named one by one; the rest is one click away
COMPANIES_SHOWN = 6
WATCHED_SHOWN = 6
MEETINGS = (Rung.DISPATCH_MEETING.value, Rung.STANDING_MEETING.value)
WATCHERS = {SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN}

# What the official is to do about a problem in this state, and the limit that sets its day.
STEPS: dict[str, tuple[str, LimitKind | None, str]] = {
    Status.DRAFT: ("上报到协调办公室", LimitKind.REPORT, "收集后 {} 个工作日内"),
    Status.REPORTED: ("定级并交办", LimitKind.TRIAGE, "上报后 {} 个工作日内"),
    Status.TRIAGED: ("选定单位并交办", LimitKind.TRIAGE, "上报后 {} 个工作日内"),
    Status.DISPATCHED: ("签收或退回", LimitKind.SIGN, "交办后 {} 个工作日内"),
    Status.RETURNED: ("裁定退回：改派或维持", LimitKind.TRIAGE, "退回后 {} 个工作日内"),
    Status.PLAN_REVIEW: ("审定攻坚方案", LimitKind.TRIAGE, "提交后 {} 个工作日内"),
    Status.DEFERRED: ("复核挂账", None, "挂账的定期复核"),
    Status.IN_PROGRESS: ("办理并反馈结果", LimitKind.REWORK, "企业不满意，重办 {} 个工作日"),
    Status.RESOLVED: ("答复企业", LimitKind.FEEDBACK, "办结后 {} 个工作日内"),
    Status.ANSWERED: ("电话回访企业", None, "链接有效期内企业没有评价"),
}
PLAN_STEPS = {
    PlanDuty.PROGRESS: "报月度进展",
    PlanDuty.REVIEW: "定期复核方案",
    PlanDuty.END: "完成方案措施",
}
HELPS = ("反馈协办意见", LimitKind.COOPERATE, "交办后 {} 个工作日内")
HELPS_UNSIGNED = ("签收或退回协办", LimitKind.SIGN, "交办后 {} 个工作日内")
MEETS = ("首次联系企业", LimitKind.FIRST_CONTACT, "交办后 {} 个工作日内")
RULES_HELP = ("裁定协办退回", LimitKind.TRIAGE, "退回后 {} 个工作日内")
NOBODY = ("改派责任单位", None, "责任单位已撤销或没有联络员")


@dataclass(frozen=True)
class Duty:
    """A problem that waits for the official: the step, its day, and how far that is."""

    ticket: Ticket
    step: str
    url: str
    due_on: date
    left: int
    tone: str
    reason: str
    past: bool

    @property
    def word(self) -> str:
        """How far the day is, in words."""
        return days_in_words(self.left, is_past=self.past)


@dataclass(frozen=True)
class Errand:
    """Something else to do: what, why now, and where."""

    icon: str
    title: str
    reason: str
    url: str
    tone: str = "blue"
    word: str = ""
    since: datetime | None = None  # since when it waits, where that is known


@dataclass(frozen=True)
class Watched:
    """A problem that climbed to the meetings, for those who answer for the whole: how long it is late."""

    ticket: Ticket
    left: int

    @property
    def ident(self) -> str:
        """The row's name on a page where the same problem may stand among the duties, too."""
        return f"watched-{self.ticket.number}"

    @property
    def tone(self) -> str:
        light: str = self.ticket.light  # type: ignore[attr-defined]
        return light


@dataclass(frozen=True)
class Today:
    """Everything that the home page says is to be done."""

    duties: list[Duty]
    waiting: int  # problems in all, named or not
    late: int
    errands: list[Errand]
    contacts: list[Served] = field(default_factory=list)
    contacts_owed: int = 0
    served: list[Served] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.duties or self.errands or self.contacts)


def due_today(official: Official, *, shown: int = SHOWN) -> Today:
    """Collect what waits, under the official's scope and postings of the day; `shown` problems by name."""
    access = official.access
    roles, on = access.roles, access.on
    days_between = CalendarDay.objects.days_between()
    duties, waiting, late = _duties(official, on, days_between, shown)
    served = served_companies(official, on) if SystemRole.OFFICIAL in roles else []
    owed = [row for row in served if row.owed]
    errands: list[Errand] = _measures(official, on)
    if SystemRole.LEADER in roles:
        errands += _led(official, on)
    if SystemRole.OFFICE in roles:
        errands += [*_chains(official), *_notices(official), *_surveys(official, on), *_papers(official)]
    if SystemRole.UNIT in roles:
        errands += [*_pressed(official, on), *_tasks(official, on)]
    if SystemRole.ASSESSOR in roles:
        errands += _callbacks(official, on)
    if roles & {SystemRole.ROSTER, SystemRole.ADMIN}:
        errands += _imports(official)
    if roles & {SystemRole.ADMIN, SystemRole.OFFICE}:
        errands += _calendar(on)
    watched = _watched(official, on, days_between) if roles & WATCHERS else []
    return Today(duties, waiting, late, errands, owed[:COMPANIES_SHOWN], len(owed), served, watched)


def _duties(
    official: Official, on: date, days_between: DaysBetween, shown: int
) -> tuple[list[Duty], int, int]:
    if not official.access.roles & {SystemRole.OFFICIAL, SystemRole.UNIT, SystemRole.OFFICE}:
        return [], 0, 0
    scoped = Ticket.objects.visible_to(official).awaiting(official)
    counts = scoped.aggregate(all=Count("pk"), late=Count("pk", filter=Q(next_on__lt=on)))
    if not counts["all"]:
        return [], 0, 0
    related = ("company__region", "grade", "plan")
    rows = scoped.with_light(on).with_provisional().select_related(*related).order_by("next_on", "pk")
    if SystemRole.UNIT in official.access.roles:
        rows = rows.annotate(**_parts_of(official))
    if SystemRole.OFFICE in official.access.roles:
        asked = TicketRequest.objects.filter(ticket=OuterRef("pk"), state=RequestState.PENDING)
        asked = asked.exclude(asked_by=official).order_by("asked_at", "pk")
        given = TicketUnit.objects.filter(ticket=OuterRef("pk"))
        rows = rows.annotate(
            asked=Subquery(asked.values("kind")[:1]),
            rule_by=Subquery(given.to_rule().order_by("ruling_due_on").values("ruling_due_on")[:1]),
            nobody=Exists(given.nobody_there(on)),
        )
    found = list(rows[:shown])
    rules = LimitRule.objects.filter(version__in={ticket.version_id for ticket in found}).order_by("pk")
    limits = {(rule.version_id, rule.kind): rule.working_days for rule in rules}
    duties = [_duty(ticket, on, limits, days_between) for ticket in found]
    return sorted(duties, key=lambda duty: duty.due_on), counts["all"], counts["late"]


def _parts_of(official: Official) -> dict[str, Exists | Subquery]:
    """Whether one's unit leads, by which day it is to meet the company, and by which it owes its help."""
    mine = TicketUnit.objects.filter(
        official.access.departments((SystemRole.UNIT,), "department__path"),
        ticket=OuterRef("pk"),
        is_current=True,
    )
    helps: Any = mine.helping().order_by("due_on", "pk").with_light(official.access.on)
    unsigned = mine.helping().filter(accepted_at__isnull=True).order_by("sign_due_on")
    leads = mine.filter(part=Part.LEAD)
    return {
        "leads": Exists(leads),
        "meet_by": Subquery(leads.filter(contacted_on__isnull=True).values("contact_due_on")[:1]),
        "help_by": Subquery(helps.values("due_on")[:1]),
        "help_light": Subquery(helps.values("light")[:1]),
        "sign_help_by": Subquery(unsigned.values("sign_due_on")[:1]),
    }


def _duty(
    ticket: Any,
    on: date,
    limits: Mapping[tuple[int, str], int],
    days_between: DaysBetween,
) -> Duty:
    status = Status(ticket.status)
    url = ticket.get_absolute_url()
    if status == Status.ANSWERED:
        url = reverse("assessment:callback", args=[ticket.number])
    (step, kind, reason), due_on, tone = STEPS[status], ticket.next_on, ticket.light
    if getattr(ticket, "help_by", None) and not ticket.leads:
        (step, kind, reason), due_on, tone = HELPS, ticket.help_by, ticket.help_light
        if ticket.sign_help_by is not None:
            (step, kind, reason), due_on = HELPS_UNSIGNED, ticket.sign_help_by
            tone = "red" if due_on < on else "yellow"
    elif status == Status.IN_PROGRESS and getattr(ticket, "meet_by", None):
        (step, kind, reason), due_on = MEETS, ticket.meet_by
        tone = "red" if due_on < on else "yellow"
    elif status not in AT_OFFICE and getattr(ticket, "rule_by", None):
        (step, kind, reason), due_on = RULES_HELP, ticket.rule_by
        tone = "red" if due_on < on else "yellow"
    elif status not in AT_OFFICE and getattr(ticket, "nobody", False):
        step, kind, reason = NOBODY
    elif status not in (*AT_OFFICE, Status.ANSWERED) and getattr(ticket, "asked", None):
        step, kind, reason = f"审批{RequestKind(ticket.asked).label}申请", None, "申请人以外的办公室人员审批"
    elif status == Status.IN_PROGRESS and has_plan_in_force(ticket):
        step, kind, reason = PLAN_STEPS[ticket.plan.duty], None, f"{ticket.grade}，方案执行中"
    elif status == Status.IN_PROGRESS and ticket.round == 1 and ticket.grade.is_plan_only:
        step, kind, reason = "提交攻坚方案", None, f"{ticket.grade}，{ticket.grade.working_days} 个工作日内"
    elif status == Status.IN_PROGRESS and ticket.round == 1:
        kind, reason = None, f"{ticket.grade}，时限 {ticket.grade.working_days} 个工作日"
    if kind is not None:
        reason = reason.format(limits.get((ticket.version_id, kind), "—"))
    left = days_between(ticket.company.region, on, due_on)
    return Duty(ticket, step, url, due_on, left, tone, reason, due_on < on)


def _watched(official: Official, on: date, days_between: DaysBetween) -> list[Watched]:
    """What is stuck so high that leaders will meet it at the next meeting; the longest overdue first."""
    stuck = (
        Ticket.objects.visible_to(official).open().filter(rung=Rung.DISPATCH_MEETING, due_on__isnull=False)
    )
    rows: Any = (
        stuck.with_light(on).with_provisional().select_related("company__region").order_by("due_on", "pk")
    )
    return [
        Watched(ticket, days_between(ticket.company.region, on, ticket.next_on))
        for ticket in rows[:WATCHED_SHOWN]
    ]


def _measures(official: Official, on: date) -> list[Errand]:
    """Measures of a 包抓方案 past their day: those of one's own teams, and for the office of its region's."""
    roles = official.access.roles
    if not roles & {SystemRole.OFFICIAL, SystemRole.UNIT, SystemRole.OFFICE}:
        return []
    enrolments = Enrolment.objects.served_by(official, on).values("pk")
    theirs = Q(plan__enrolment__in=enrolments)
    if SystemRole.OFFICE in roles:
        theirs |= Q(
            plan__enrolment__in=Enrolment.objects.visible_to(official).managed_by(official).values("pk")
        )
    late = PlanMeasure.objects.visible_to(official).running(on).filter(theirs, due_on__lt=on)
    count = late.count()
    if not count:
        return []
    title, reason = f"{count} 条方案措施逾期", "包抓方案里到期还没有登记完成"
    return [Errand("checklist", title, reason, f"{reverse('companies:measures')}?state=late", "red", "逾期")]


def _led(official: Official, on: date) -> list[Errand]:
    """包案: the hard problems that the leader is in charge of, and how many of them are late."""
    mine = Ticket.objects.visible_to(official).open().filter(leader=official)
    counts = mine.aggregate(all=Count("pk"), late=Count("pk", filter=Q(next_on__lt=on)))
    if not counts["all"]:
        return []
    late = f"，其中 {counts['late']} 件逾期" if counts["late"] else ""
    title, reason = f"您包案的疑难问题 {counts['all']} 件", f"按方案和进展推进{late}"
    url = f"{reverse('issues:hard')}?leader=me"
    return [Errand("flag", title, reason, url, *(("red", "逾期") if counts["late"] else ()))]


def _callbacks(official: Official, on: date) -> list[Errand]:
    """Companies that did not answer in time: somebody who had no part in the handling calls them."""
    count = Survey.objects.visible_to(official).waiting().filter(expires_on__lt=on).count()
    if not count:
        return []
    url = f"{reverse('assessment:surveys')}?view=expired"
    return [Errand("phone-check", f"{count} 家企业待电话回访", "评价链接已过期，企业还没有评价", url)]


def _chains(official: Official) -> list[Errand]:
    """Problems that climbed to a rung with nobody in it: somebody has to fill it."""
    count = broken_rows(official).count()
    if not count:
        return []
    reason = "该层级没有人承接，暂由值班办公室代管"
    return [Errand("unlink", f"{count} 件提级断链", reason, reverse("issues:broken-chains"), "red", "断链")]


def _notices(official: Official) -> list[Errand]:
    """督办单 that the clock proposed or that a unit has replied to: the office issues and closes them."""
    rows = Notice.objects.visible_to(official).filter(state__in=[NoticeState.PROPOSED, NoticeState.REPLIED])
    counted = (
        rows.order_by()
        .values_list("state")
        .annotate(n=Count("pk"), since=Min(Coalesce("replied_at", "made_at")))
    )
    found = {state: (n, since) for state, n, since in counted}
    url, errands = reverse("issues:notices"), []
    if NoticeState.PROPOSED in found:
        n, since = found[NoticeState.PROPOSED]
        why = "问题严重逾期，系统提请督办"
        errands.append(Errand("file-alert", f"{n} 份督办单待签发", why, f"{url}?state=proposed", since=since))
    if NoticeState.REPLIED in found:
        n, since = found[NoticeState.REPLIED]
        why = "单位已回复，请核定是否办结"
        errands.append(Errand("file-check", f"{n} 份督办单待办结", why, f"{url}?state=replied", since=since))
    return errands


def _pressed(official: Official, on: date) -> list[Errand]:
    """督办单 to sign and answer, and leaders' notes to report on, of one's unit."""
    owed = Notice.objects.visible_to(official).owed_by(official).order_by("due_on", "pk")[:SHOWN]
    errands = [
        Errand(
            "file-alert",
            f"{notice.get_colour_display()}{notice.number}{notice.get_state_display()}",
            f"{notice.demand[:60]} · {notice.due_on:%-m月%-d日}前回复",
            notice.get_absolute_url(),
            "red" if notice.due_on and notice.due_on < on else "yellow",
            "逾期" if notice.due_on and notice.due_on < on else "督办",
            since=notice.issued_at,
        )
        for notice in owed
    ]
    asked = NoteAddressee.objects.visible_to(official).owed_by(official).select_related("note__leader")
    for one in asked.order_by("note__due_on", "pk")[:SHOWN]:
        note = one.note
        late = note.due_on is not None and note.due_on < on
        until = f" · {note.due_on:%-m月%-d日}前报告" if note.due_on else ""
        errands.append(
            Errand(
                "pencil-check",
                f"{note.leader.name}批示待报告",
                note.words[:60] + until,
                note.get_absolute_url(),
                "red" if late else "yellow",
                "逾期" if late else "批示",
                since=note.recorded_at,
            )
        )
    return errands


def _tasks(official: Official, on: date) -> list[Errand]:
    """Tasks that meetings gave to one's unit, the nearest day first."""
    owed = (
        MeetingTask.objects.visible_to(official)
        .owed_by(official)
        .select_related("ticket__company")
        .order_by("due_on", "pk")
    )
    return [
        Errand(
            "checklist",
            task.words[:60],
            f"会议任务 · {task.ticket.company}，{task.due_on:%-m月%-d日}前完成",
            task.get_absolute_url(),
            "red" if task.due_on < on else "blue",
            "逾期" if task.due_on < on else "落实中",
            since=task.given_at,
        )
        for task in owed[:SHOWN]
    ]


def _surveys(official: Official, on: date) -> list[Errand]:
    """Links that wait for the office to bring them to the company."""
    waiting = Survey.objects.visible_to(official).waiting()
    count = waiting.filter(delivery=Delivery.WAITING, expires_on__gte=on).count()
    if not count:
        return []
    url = reverse("assessment:surveys")
    return [Errand("send", f"{count} 份评价链接待转达企业", "答复后企业凭链接评价，链接由办公室转达", url)]


def _papers(official: Official) -> list[Errand]:
    """Bulletins to finish and meetings to hold, of programmes that the official's office runs."""
    errands = []
    drafts = Bulletin.objects.visible_to(official).filter(state=BulletinState.DRAFT)
    for bulletin in drafts.select_related("programme__region", "month_end").order_by("month_end__month"):
        if runs_programme(official, bulletin.programme):
            month = f"{bulletin.month_end.month:%-m月}"
            title = f"{month}通报待印发"
            reason = f"{bulletin.programme} · 数据已冻结，补上“下步安排”即可印发"
            since = bulletin.month_end.frozen_at
            errands.append(Errand("file-text", title, reason, bulletin.get_absolute_url(), since=since))
    prepared = Meeting.objects.visible_to(official).filter(state=MeetingState.PREPARED)
    live = Count("items", filter=Q(items__removed_at__isnull=True))
    related = prepared.select_related("programme__region", "group")
    meetings: Any = related.annotate(n=live).order_by("month", "meets_on", "pk")
    for meeting in meetings:
        if runs_programme(official, meeting.programme):
            name = meeting.group or f"{meeting.month:%-m月}{meeting.get_kind_display()}"
            title = f"{name}待召开"
            items = f"议题 {meeting.n} 项已排好" if meeting.n else "本月没有卡住的问题，可以不开"
            if meeting.meets_on:
                items += f"，拟{meeting.meets_on:%-m月%-d日}召开"
            reason = f"{meeting.programme} · {items}"
            since = meeting.prepared_at
            errands.append(Errand("users-group", title, reason, meeting.get_absolute_url(), since=since))
    return errands


_IMPORTS = {
    ImportState.UPLOADED: ("等您对应列", "有些表头没有认出来"),
    ImportState.CHECKED: ("等您确认", "已逐行检查，确认后才写入"),
    ImportState.FAILED: ("没有通过", "打开看原因，改好后重新上传"),
}


def _imports(official: Official) -> list[Errand]:
    runs = (
        ImportRun.objects.visible_to(official)
        .filter(state__in=_IMPORTS, uploaded_by=official)
        .order_by("-uploaded_at")[:COMPANIES_SHOWN]
    )
    return [
        Errand(
            "file-import",
            f"{run.file_name} {_IMPORTS[ImportState(run.state)][0]}",
            _IMPORTS[ImportState(run.state)][1],
            reverse("liaison:import", args=[run.pk]),
            "red" if run.state == ImportState.FAILED else "yellow",
            run.get_state_display(),
            since=run.uploaded_at,
        )
        for run in runs
    ]


def _calendar(on: date) -> list[Errand]:
    """From mid-November somebody has to know next year's holidays (papers come in November)."""
    if (on.month, on.day) < (11, 15):
        return []
    year = on.year + 1
    if CalendarYear.objects.filter(year=year, status=YearStatus.PUBLISHED).exists():
        return []
    title = f"{year} 年放假安排尚未录入"
    url = reverse("liaison:calendar-year", args=[year])
    return [Errand("calendar-exclamation", title, "跨年的办理期限都是暂定的", url, "yellow", "期限暂定")]


def tickets_url(**filters: object) -> str:
    """The problem queue, narrowed as the figure that leads there."""
    return f"{reverse('issues:tickets')}?{urlencode({'view': 'all'} | filters, doseq=True)}"
