"""Moves of a plan: handed in, ruled on, its monthly progress, its review, the leader in charge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from issues import services
from issues.choices import DeferralReason, Move
from issues.forms.moves.base import MoveForm
from issues.forms.moves.requests import NotedForm
from issues.models import Ticket
from issues.reports.plans import has_plan_in_force, plan_of
from liaison.choices import SystemRole
from liaison.models import Department, Official, Posting
from liaison.places import line_of

SHOWN_STEPS = 3


class StepsForm(MoveForm):
    """A goal, and rows of steps: what, by when, which unit, who there."""

    body = "issues/case/_plan_fields.html"

    goal = forms.CharField(
        label="目标",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="要解决到什么程度，到什么时候。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self._units()
        before = plan_of(self.ticket)
        open_steps = [step for step in before.steps.all() if step.done_on is None] if before else []
        if before is not None:
            self.initial.setdefault("goal", before.goal)
        self.shown = max(SHOWN_STEPS, len(open_steps))
        for n in range(1, services.MOST_STEPS + 1):
            step = open_steps[n - 1] if n <= len(open_steps) else None
            self.fields[f"what{n}"] = forms.CharField(
                label=f"措施 {n}",
                required=False,
                max_length=200,
                initial=step.words if step else None,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"by{n}"] = forms.DateField(
                label="完成期限", required=False, initial=step.due_on if step else None
            )
            self.fields[f"unit{n}"] = forms.ModelChoiceField(
                label="责任单位",
                queryset=units,
                to_field_name="name",
                required=False,
                empty_label="主办单位",
                initial=step.department.name if step else None,
            )
            self.fields[f"who{n}"] = forms.CharField(
                label="责任人", required=False, max_length=40, initial=step.person if step else None
            )

    def _units(self) -> QuerySet[Department]:
        return Department.objects.filter(
            pk__in=self.ticket.units.filter(is_current=True).values("department")
        ).order_by("pinyin", "pk")

    @property
    def rows(self) -> list[tuple[int, list[Any]]]:
        """The rows to be filled in, each with its fields."""
        names = ("what", "by", "unit", "who")
        return [(n, [self[f"{name}{n}"] for name in names]) for n in range(1, services.MOST_STEPS + 1)]

    @property
    def first_rows(self) -> list[tuple[int, list[Any]]]:
        return self.rows[: self.shown]

    @property
    def more_rows(self) -> list[tuple[int, list[Any]]]:
        return self.rows[self.shown :]

    @property
    def more_is_open(self) -> bool:
        """Whether something was typed into a row that is folded away."""
        return self.is_bound and any(field.value() for _, row in self.more_rows for field in row)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for n in range(1, services.MOST_STEPS + 1):
            if f"what{n}" in self.errors or f"by{n}" in self.errors:
                continue
            what, by = values.get(f"what{n}"), values.get(f"by{n}")
            if what and not by:
                self.add_error(f"by{n}", f"请填写措施 {n} 的完成期限。")
            elif not what and (by or values.get(f"who{n}") or values.get(f"unit{n}")):
                self.add_error(f"what{n}", f"请写明措施 {n}，不要这一项请清空这一行。")
        if not self.errors and not any(values.get(f"what{n}") for n in range(1, services.MOST_STEPS + 1)):
            self.add_error("what1", "请至少写明一项措施。")
        return values

    def lines(self) -> list[services.StepLine]:
        """What the service takes; a step without a unit of its own is the lead's."""
        values, lead = self.cleaned_data, lead_of(self.ticket)
        return [
            services.StepLine(
                words=values[f"what{n}"],
                due_on=values[f"by{n}"],
                department=values[f"unit{n}"] or lead,
                person=values[f"who{n}"],
            )
            for n in range(1, services.MOST_STEPS + 1)
            if values[f"what{n}"]
        ]


def lead_of(ticket: Ticket) -> Department:
    """The unit that leads now; raises MoveRefused where nobody does."""
    lead = ticket.units.filter(part="lead", is_current=True).select_related("department").first()
    if lead is None:
        raise services.MoveRefused("该问题现在没有主办单位。")
    return lead.department


class SubmitPlanForm(StepsForm):
    move = Move.SUBMIT_PLAN
    button = "提交攻坚方案"
    hint = "疑难问题按方案和进展评价：写明目标、措施、期限和责任人，报办公室审定；审定期间停止计时。"

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        grade = ticket.grade
        return bool(grade and grade.is_plan_only) and ticket.round == 1 and not has_plan_in_force(ticket)

    def perform(self, *, at: datetime) -> Ticket:
        return services.submit_plan(
            ticket=self.ticket,
            goal=self.cleaned_data["goal"],
            steps=self.lines(),
            by=self.official,
            at=at,
        )


class AcceptPlanForm(MoveForm):
    move = Move.ACCEPT_PLAN
    button = "审定方案"
    hint = "审定后按方案报送进展、定期复核；问题按方案和进展评价。"

    answer = forms.CharField(
        label="审定意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def perform(self, *, at: datetime) -> Ticket:
        return services.accept_plan(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class ReturnPlanForm(MoveForm):
    move = Move.RETURN_PLAN
    button = "退回修改方案"
    hint = "退回后从停表时剩余的工作日接着计算，至少留 1 个工作日。"

    answer = forms.CharField(label="修改要求", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.return_plan(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class PlannedForm(MoveForm):
    """Base: a move on a problem that goes by its plan."""

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return has_plan_in_force(ticket)


class PeriodicForm(PlannedForm):
    move = Move.PERIODIC
    button = "报月度进展"
    hint = "每期报一次即可；勾选这次完成的措施，进展情况就是它的结果。"

    note = forms.CharField(label="进展情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    done = forms.MultipleChoiceField(
        label="这次完成的措施", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = plan_of(self.ticket)
        steps = plan.steps.all() if plan else ()
        rows = [(str(one.pk), f"{one.words}（{one.due_on}）") for one in steps if one.done_on is None]
        if rows:
            self.fields["done"].choices = rows  # type: ignore[attr-defined]
        else:
            del self.fields["done"]

    def perform(self, *, at: datetime) -> Ticket:
        return services.report_progress(
            ticket=self.ticket,
            note=self.cleaned_data["note"],
            done=[int(key) for key in self.cleaned_data.get("done", ())],
            by=self.official,
            at=at,
        )


class KeepGoingForm(NotedForm, PlannedForm):
    move = Move.KEEP_GOING
    button = "复核后继续攻坚"
    hint = "下次复核从今天起按规则重新计算。"
    is_rare = True
    service = services.keep_going


class ShelveForm(PlannedForm):
    move = Move.SHELVE
    button = "复核后挂账"
    hint = "停止计时，按挂账规则定期复核；恢复办理后接着按方案推进。"
    is_rare = True

    reason = forms.ChoiceField(label="挂账理由", choices=DeferralReason, widget=forms.RadioSelect)
    note = forms.CharField(label="复核意见", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.shelve_ticket(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class GiveUpForm(PlannedForm):
    move = Move.GIVE_UP
    button = "复核为暂无法解决"
    hint = "按“暂无法解决”办结，由包抓干部答复企业；不计入已解决。"
    is_rare = True

    result = forms.CharField(
        label="暂无法解决的原因",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="这段话会让企业看到。",
    )

    def perform(self, *, at: datetime) -> Ticket:
        return services.give_up(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class LeaderField(forms.ModelChoiceField[Official]):
    def label_from_instance(self, official: Official) -> str:
        return official.name


class NameLeaderForm(MoveForm):
    move = Move.NAME_LEADER
    button = "明确包案领导"
    hint = "疑难问题由一名领导包案；更换也在这里，前后都留在办理过程中。"

    leader = LeaderField(label="包案领导", queryset=Official.objects.none(), empty_label="请选择")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["leader"]
        field.queryset = leaders_for(self.ticket, self.official)
        self.initial.setdefault("leader", self.ticket.leader_id)
        self.is_rare = self.ticket.leader_id is not None  # to change the leader is no everyday step

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return bool(ticket.grade and ticket.grade.needs_leader)

    def perform(self, *, at: datetime) -> Ticket:
        return services.name_leader(
            ticket=self.ticket, leader=self.cleaned_data["leader"], by=self.official, at=at
        )


def leaders_for(ticket: Ticket, official: Official) -> QuerySet[Official]:
    """Leaders in post of the company's place and those above it."""
    posts = Posting.objects.in_force(official.access.on).filter(
        department__region__path__in=line_of(ticket.company.region.path), role=SystemRole.LEADER
    )
    return Official.objects.filter(pk__in=posts.values("official"), is_active=True).order_by("name", "pk")
