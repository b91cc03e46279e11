"""Tickets: the problem, and what was asked for on it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Prefetch, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractYear
from django.urls import reverse

from companies.models import Assignment, Company, Enrolment, Visit
from companies.models.companies import WORDS_AT_MOST
from issues.choices import (
    AT_OFFICE,
    ENDED,
    HELPED,
    LED,
    LEFT,
    OPEN,
    REASONS,
    AnswerMode,
    Light,
    Outcome,
    Part,
    RequestKind,
    RequestState,
    Route,
    Source,
    Status,
)
from issues.formula import pairs_of
from issues.models.forces import TaskForce, TaskForceMember
from issues.models.units import TicketUnit, lead_is_kept
from liaison.choices import Reach, Rung, SystemRole, YearStatus
from liaison.models import (
    CalendarYear,
    GradeRule,
    Official,
    Programme,
    ProgrammeVersion,
)
from liaison.normalise import half_width

REGIONAL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
DEPARTMENTAL = (SystemRole.UNIT, SystemRole.LEADER)
TAKES_STEPS = {SystemRole.OFFICIAL, SystemRole.UNIT, SystemRole.OFFICE}  # whom a problem may wait for


class Category(models.Model):
    """问题类别: 用工, 用地, 用电 … a row each, so that a city can add its own."""

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20, unique=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "问题类别"

    def __str__(self) -> str:
        return self.name


def provisional_next(ticket: str = "") -> ExpressionWrapper[Combinable]:
    """Whether the next step lies in a year not published yet; `ticket` leads to the problem ("ticket__")."""
    known = CalendarYear.objects.filter(
        status=YearStatus.PUBLISHED, year=ExtractYear(OuterRef(f"{ticket}next_on"))
    )
    natural = (Status.ANSWERED, Status.DEFERRED)  # 待确认 and 挂账 run in natural days
    runs = Q(**{f"{ticket}next_on__isnull": False}) & ~Q(**{f"{ticket}status__in": natural})
    return ExpressionWrapper(runs & ~Exists(known), models.BooleanField())


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, official: Official) -> Self:
        """Problems of the regions one answers for, of one's unit, and of the companies one looks after; those
        of one's 专班, and those that climbed to the 专项小组 one sits in."""
        access = official.access
        if not access:
            return self.none()
        in_region = access.regions(REGIONAL, "company__region__path")
        return self.filter(in_region | Q(pk__in=_shown_to(official)))

    def open(self) -> Self:
        """Problems not yet struck off."""
        return self.filter(status__in=OPEN)

    def due_for_clock(self, on: date) -> Self:
        """Problems on which the clock has something to do by the day."""
        return self.filter(status__in=OPEN, act_on__lte=on)

    def overdue(self, on: date) -> Self:
        """Open problems whose next step is past its day."""
        return self.filter(status__in=OPEN, next_on__lt=on)

    def awaiting(self, official: Official) -> Self:
        """今天要办: problems whose next step is this official's to take, in any of their roles."""
        return self.filter(_awaits(official))

    def with_mine(self, official: Official) -> Self:
        """Annotate `is_mine`: whether the next step is this official's."""
        return self.annotate(is_mine=ExpressionWrapper(_awaits(official), models.BooleanField()))

    def with_light(self, on: date) -> Self:
        """Annotate `light`, read from the stored days: the same in lists, filters, counts and charts."""
        return self.annotate(
            light=Case(
                When(status=Status.CLOSED, then=Value(Light.DONE)),
                When(status__in=ENDED, then=Value(Light.ENDED)),
                When(alarm_on__lte=on, then=Value(Light.RED_PLUS)),
                When(next_on__lt=on, then=Value(Light.RED)),
                When(warn_on__lte=on, then=Value(Light.YELLOW)),
                default=Value(Light.GREEN),
                output_field=models.CharField(),
            )
        )

    def with_provisional(self) -> Self:
        """Annotate `is_provisional`: the next step's day lies in a year whose holidays are not published."""
        return self.annotate(is_provisional=provisional_next())

    def as_case(self, official: Official) -> Self:
        """Each with what decides who may do what on it: place and rules, its units and requests; `is_team`,
        `has_sibling` (another open problem of the company) and `company_is_visible` for the official."""
        seats = Assignment.objects.in_force(official.access.on).held_by(official)
        siblings = Ticket.objects.filter(company=OuterRef("company"), programme=OuterRef("programme"))
        on = official.access.on
        return (
            self.select_related("company__region", "category", "grade", "programme__region")
            .select_related("version__extension_rule")
            .select_related("visit", "collected_by", "merged_into", "leader", "plan", "group", "measure")
            .select_related("version__triage_rule", "force__head")
            .annotate(
                is_team=Exists(seats.filter(enrolment=OuterRef("enrolment"), role__answers_company=True)),
                has_sibling=Exists(siblings.open().exclude(pk=OuterRef("pk"))),
                has_groups=Exists(_kept_by("group").filter(programme=OuterRef("programme"))),
                has_measure=Exists(_kept_by("measure").filter(group=OuterRef("group"))),
                has_open_step=Exists(
                    _kept_by("plan").filter(
                        ticket=OuterRef("pk"), steps__done_on__isnull=True, steps__pk__isnull=False
                    )
                ),
                company_is_visible=Exists(
                    Company.objects.visible_to(official).filter(pk=OuterRef("company"))
                ),
            )
            .prefetch_related(
                Prefetch("units", TicketUnit.objects.in_full(on)),
                Prefetch("requests", TicketRequest.objects.in_full()),
            )
        )

    def matching(self, words: str) -> Self:
        """Problems in which every word is found: in the title or its initials, the number, or the company.

        Each way of finding one is a query of its own over an index; an OR across two tables would read all.
        """
        found = self
        for word in half_width(words).split()[:WORDS_AT_MOST]:
            named = Ticket.objects.filter(company__in=Company.objects.matching(word))
            said = Ticket.objects.filter(pairs__contains=pairs_of(word) or word)
            ways = [named]
            if word.isascii():
                ways.append(Ticket.objects.filter(number__contains=word))
                ways.append(Ticket.objects.filter(initials__contains=word.lower()))
            keys = said.values("pk").union(*(way.values("pk") for way in ways), all=True)
            found = found.filter(pk__in=keys)
        return found


def _shown_to(official: Official) -> models.QuerySet[Any, Any]:
    """The keys of the problems that come to an official otherwise than by a region.

    Each way to them is a query of its own over an index, however many problems there are; an OR across their
    tables would read all of them.
    """
    access = official.access
    seats = Assignment.objects.in_force(access.on)
    here = access.departments(DEPARTMENTAL, "department__path")
    ways = [
        _looked_after(seats.held_by(official)),
        TaskForceMember.objects.filter(official=official).values("force__ticket"),
        TaskForceMember.objects.filter(here).values("force__ticket"),
        TaskForce.objects.filter(head=official).values("ticket"),
    ]
    if SystemRole.LEADER in access.roles:
        ways.append(Ticket.objects.filter(leader=official).values("pk"))
    if any(p.role == SystemRole.UNIT or p.reach == Reach.DEPARTMENT for p in access.postings):
        ways.append(TicketUnit.objects.filter(here).values("ticket"))
        ways.append(_looked_after(seats.filter(here)))
    if access.groups:
        ways.append(_kept_by("escalations").filter(group__in=access.groups).values("ticket"))
    first, *others = ways
    return first.union(*others, all=True)


def _looked_after(seats: models.QuerySet[Assignment]) -> models.QuerySet[Any, Any]:
    return Ticket.objects.filter(enrolment__in=seats.values("enrolment")).values("pk")


def _awaits(official: Official) -> Q:
    access = official.access
    condition = Q(pk__in=[])
    if SystemRole.OFFICIAL in access.roles:
        seats = Assignment.objects.in_force(access.on).held_by(official)
        seats = seats.filter(enrolment=OuterRef("enrolment"), role__answers_company=True)
        condition |= Q(status__in=(Status.DRAFT, Status.RESOLVED)) & Q(Exists(seats))
    if SystemRole.UNIT in access.roles:
        mine = TicketUnit.objects.filter(
            access.departments((SystemRole.UNIT,), "department__path"),
            ticket=OuterRef("pk"),
            is_current=True,
        )
        condition |= Q(status__in=(Status.DISPATCHED, Status.IN_PROGRESS)) & Q(
            Exists(mine.filter(part=Part.LEAD))
        )
        condition |= Q(status__in=HELPED) & Q(Exists(mine.helping()))
    if SystemRole.OFFICE in access.roles:
        here = access.regions((SystemRole.OFFICE,), "company__region__path")
        come = Q(status=Status.ANSWERED, next_on__lt=access.on)
        come |= Q(status=Status.DEFERRED, next_on__lte=access.on)
        come |= Q(status=Status.IN_PROGRESS, plan__natural_on__isnull=False, plan__review_on__lte=access.on)
        given = TicketUnit.objects.filter(ticket=OuterRef("pk"))
        stuck = Q(Exists(given.to_rule())) | Q(Exists(given.nobody_there(access.on)))
        condition |= here & (Q(status__in=AT_OFFICE) | come | Q(status__in=HELPED) & stuck)
        asked = Exists(_to_decide(official).filter(ticket=OuterRef("pk")))
        theirs = access.regions((SystemRole.OFFICE,), "programme__region__path")
        condition |= theirs & Q(status__in=OPEN) & Q(asked)
    return condition


def _kept_by(name: str) -> models.QuerySet[Any]:
    """The rows that a relation of a problem leads to, which are declared after it."""
    model: Any = Ticket._meta.get_field(name).related_model
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows


def _to_decide(official: Official) -> models.QuerySet[TicketRequest]:
    """Requests that wait for somebody of the programme's office other than who asked."""
    return TicketRequest.objects.filter(state=RequestState.PENDING).exclude(asked_by=official)


class Ticket(models.Model):
    """问题: a difficulty a company raised, followed until the company itself says that it is settled."""

    number = models.CharField("编号", max_length=20, unique=True)
    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="tickets"
    )
    version = models.ForeignKey(
        ProgrammeVersion, verbose_name="方案版本", on_delete=models.PROTECT, related_name="+"
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="tickets"
    )
    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="tickets"
    )
    visit = models.ForeignKey(
        Visit, verbose_name="走访", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    source = models.CharField("来源", max_length=10, choices=Source)
    title = models.CharField("问题", max_length=80)
    initials = models.CharField("拼音首字母", max_length=80, blank=True, editable=False)
    # The title as every two neighbouring characters: words of a language without spaces.
    pairs = models.GeneratedField(
        expression=Func(F("title"), function="issues_pairs"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name="相邻两字",
    )
    description = models.TextField("具体情况", blank=True)
    wish = models.TextField("企业诉求", blank=True)
    category = models.ForeignKey(
        Category, verbose_name="类别", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    grade = models.ForeignKey(
        GradeRule, verbose_name="等级", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    route = models.CharField("分类施策", max_length=10, choices=Route, blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="包案领导",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_tickets",
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT)
    rung = models.CharField("督办层级", max_length=20, choices=Rung, default=Rung.UNIT)
    round = models.PositiveSmallIntegerField("第几轮办理", default=1)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    transfers = models.PositiveSmallIntegerField("改派次数", default=0)
    merged_into = models.ForeignKey(
        "self", verbose_name="并入", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    group = models.ForeignKey(
        "issues.TicketGroup",
        verbose_name="共性问题",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    measure = models.ForeignKey(
        "issues.PolicyMeasure",
        verbose_name="政策措施",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
        help_text="以哪项政策措施办结",
    )

    # Days. `next_on` is the day by which the present step is due; the others follow from it.
    next_on = models.DateField("当前环节期限", null=True, blank=True)
    warn_on = models.DateField("预警日", null=True, blank=True)
    alarm_on = models.DateField("严重逾期日", null=True, blank=True)
    act_on = models.DateField("时钟下次处理日", null=True, blank=True)
    report_due_on = models.DateField("上报期限")
    due_on = models.DateField("办结期限", null=True, blank=True)
    due_is_provisional = models.BooleanField("期限暂定", default=False)

    # What happened, when.
    collected_at = models.DateTimeField("收集时间")
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收集人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reported_at = models.DateTimeField("上报时间", null=True, blank=True)
    was_forwarded = models.BooleanField("逾期未报自动转办", default=False)
    dispatched_at = models.DateTimeField("交办时间", null=True, blank=True)
    resolved_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    result = models.TextField("办理情况", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer_mode = models.CharField("答复方式", max_length=8, choices=AnswerMode, blank=True)
    rating = models.PositiveSmallIntegerField("企业评分", null=True, blank=True)
    is_satisfied = models.BooleanField("企业满意", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        constraints = [
            models.CheckConstraint(name="issues_ticket_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="issues_ticket_source_known", condition=Q(source__in=Source.values)),
            models.CheckConstraint(name="issues_ticket_rung_known", condition=Q(rung__in=Rung.values)),
            models.CheckConstraint(
                name="issues_ticket_titled", condition=~Q(title=""), violation_error_message="问题不能为空。"
            ),
            models.CheckConstraint(
                name="issues_ticket_open_has_next_day",
                condition=Q(status__in=ENDED) | Q(next_on__isnull=False),
                violation_error_message="未销号的问题必须有下一环节期限。",
            ),
            models.CheckConstraint(
                name="issues_ticket_reported_once_left_draft",
                condition=Q(status=Status.DRAFT, reported_at__isnull=True)
                | Q(status__in=LEFT)
                | ~Q(status=Status.DRAFT) & Q(reported_at__isnull=False),
                violation_error_message="上报状态与上报时间必须一致。",
            ),
            models.CheckConstraint(
                name="issues_ticket_due_once_dispatched",
                condition=Q(
                    status__in=[
                        Status.DRAFT,
                        Status.REPORTED,
                        Status.TRIAGED,
                        *LEFT,
                    ]
                )
                | Q(
                    due_on__isnull=False,
                    grade__isnull=False,
                    category__isnull=False,
                    dispatched_at__isnull=False,
                ),
                violation_error_message="交办后必须有等级、类别和办结期限。",
            ),
            models.CheckConstraint(
                name="issues_ticket_graded_once_triaged",
                condition=~Q(status=Status.TRIAGED) | Q(grade__isnull=False, category__isnull=False),
                violation_error_message="定级须选定等级和类别。",
            ),
            models.CheckConstraint(
                name="issues_ticket_merged_iff_into_another",
                condition=Q(status=Status.MERGED, merged_into__isnull=False) & ~Q(merged_into=F("id"))
                | ~Q(status=Status.MERGED) & Q(merged_into__isnull=True),
                violation_error_message="并案须并入另一件问题。",
            ),
            models.CheckConstraint(
                name="issues_ticket_outcome_once_resolved",
                condition=~Q(status__in=[Status.RESOLVED, Status.ANSWERED, Status.CLOSED])
                | Q(resolved_at__isnull=False) & ~Q(outcome=""),
                violation_error_message="办结须写明办理结果。",
            ),
            models.CheckConstraint(
                name="issues_ticket_cannot_now_has_reason",
                condition=~Q(outcome=Outcome.CANNOT_NOW) | ~Q(result=""),
                violation_error_message="暂无法解决须说明原因。",
            ),
            models.CheckConstraint(
                name="issues_ticket_closed_iff_stamped",
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | ~Q(status=Status.CLOSED) & Q(closed_at__isnull=True),
                violation_error_message="销号状态与销号时间必须一致。",
            ),
        ]
        indexes = [
            models.Index(name="issues_ticket_to_act", fields=["act_on"], condition=Q(status__in=OPEN)),
            models.Index(
                name="issues_ticket_open_next", fields=["next_on", "id"], condition=Q(status__in=OPEN)
            ),
            models.Index(name="issues_ticket_in_turn", fields=["next_on", "-id"]),
            models.Index(name="issues_ticket_by_status", fields=["status", "-id"]),
            models.Index(  # the settled are counted from here alone, without a look at the rows
                name="issues_ticket_settled",
                fields=["status", "company"],
                include=["id", "enrolment"],
                condition=Q(status__in=ENDED),
            ),
            models.Index(
                name="issues_ticket_board", fields=["status", "next_on", "-id"], condition=Q(status__in=OPEN)
            ),
            models.Index(name="issues_ticket_recent", fields=["-collected_at", "-id"]),
            models.Index(name="issues_ticket_of_company", fields=["company", "-id"]),
            GinIndex(
                OpClass("pairs", name="gin_trgm_ops"),
                OpClass("initials", name="gin_trgm_ops"),
                OpClass("number", name="gin_trgm_ops"),
                name="issues_ticket_words",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lead_kept",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__status__in=LED),
                func=lead_is_kept("NEW.id"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("issues:ticket", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class TicketRequestQuerySet(models.QuerySet["TicketRequest"]):
    def in_full(self) -> Self:
        """As a case shows them and its moves need them, the latest first."""
        return self.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk")


class TicketRequest(models.Model):
    """A wish to do with a ticket what its course does not provide for, and what was decided about it.

    Nobody decides their own; of one kind only one waits at a time.
    """

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField("申请事项", max_length=12, choices=RequestKind)
    state = models.CharField("状态", max_length=8, choices=RequestState, default=RequestState.PENDING)
    reason = models.CharField("事由", max_length=20)
    words = models.TextField("具体说明")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审批人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answer = models.TextField("审批意见", blank=True)
    old_on = models.DateField("原期限", null=True, blank=True)
    wanted_on = models.DateField("申请延至", null=True, blank=True)
    granted_on = models.DateField("批准延至", null=True, blank=True)
    round = models.PositiveSmallIntegerField("轮次", default=1)

    objects = TicketRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申请"
        constraints = [
            models.UniqueConstraint(
                name="issues_request_one_waits",
                fields=["ticket", "kind"],
                condition=Q(state=RequestState.PENDING),
                violation_error_message="该问题已有同类申请待审批。",
            ),
            models.CheckConstraint(
                name="issues_request_known",
                condition=Q(kind__in=RequestKind.values, state__in=RequestState.values),
            ),
            models.CheckConstraint(
                name="issues_request_says_why",
                condition=~Q(reason="") & ~Q(words=""),
                violation_error_message="申请须写明事由。",
            ),
            models.CheckConstraint(
                name="issues_request_decided_iff_stamped",
                condition=Q(state=RequestState.PENDING, decided_at__isnull=True, decided_by__isnull=True)
                | Q(state=RequestState.LAPSED, decided_at__isnull=False, decided_by__isnull=True)
                | Q(
                    kind=RequestKind.WITHDRAWAL,
                    state__in=[RequestState.GRANTED, RequestState.REFUSED],
                    decided_at__isnull=False,
                    decided_by__isnull=True,  # the company itself, by its page
                )
                | ~Q(state__in=[RequestState.PENDING, RequestState.LAPSED])
                & ~Q(kind=RequestKind.WITHDRAWAL, state__in=[RequestState.GRANTED, RequestState.REFUSED])
                & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="issues_request_extension_dated",
                condition=Q(kind=RequestKind.EXTENSION, wanted_on__gt=F("old_on"))
                & (
                    Q(state=RequestState.GRANTED, granted_on__gt=F("old_on"))
                    | ~Q(state=RequestState.GRANTED) & Q(granted_on__isnull=True)
                )
                | ~Q(kind=RequestKind.EXTENSION)
                & Q(old_on__isnull=True, wanted_on__isnull=True, granted_on__isnull=True),
                violation_error_message="延期须延到原期限之后。",
            ),
            models.CheckConstraint(
                name="issues_request_decided_by_another",
                condition=~Q(state__in=[RequestState.GRANTED, RequestState.REFUSED])
                | ~Q(decided_by=F("asked_by")),
                violation_error_message="不能审批自己的申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_state_display()}）"

    @property
    def why(self) -> str:
        """The reason in the words of its kind's catalogue."""
        return str(REASONS[self.kind](self.reason).label)
