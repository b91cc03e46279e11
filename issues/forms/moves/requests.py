"""Moves that ask for something, and those that decide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms

from issues import services
from issues.choices import DeferralReason, ExclusionReason, ExtensionReason, Move, RequestKind
from issues.forms.moves.base import MoveForm
from issues.models import Ticket
from issues.reports.plans import has_plan_in_force


class AskForm(MoveForm):
    """Base: ask for something, with a reason of the catalogue and in words."""

    service: ClassVar[Callable[..., Ticket]]
    is_rare = True

    reason = forms.ChoiceField(label="事由", widget=forms.RadioSelect)
    words = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return type(self).service(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class GrantForm(MoveForm):
    """Base: say yes, with a remark where there is one."""

    service: ClassVar[Callable[..., Ticket]]

    answer = forms.CharField(
        label="审批意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def perform(self, *, at: datetime) -> Ticket:
        return type(self).service(
            ticket=self.ticket, answer=self.cleaned_data["answer"], by=self.official, at=at
        )


class RefuseForm(GrantForm):
    """Base: say no, with the reason."""

    answer = forms.CharField(label="不同意的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class DropForm(MoveForm):
    """Base: take one's own request back."""

    kind: ClassVar[RequestKind]

    def perform(self, *, at: datetime) -> Ticket:
        return services.drop_request(ticket=self.ticket, kind=self.kind, by=self.official, at=at)


class AskExclusionForm(AskForm):
    move = Move.ASK_EXCLUSION
    button = "申请剔除"
    hint = "不应由本方案办理的，经方案所在地协调办公室另一人同意后剔除；同意之前照常计时。"
    service = services.ask_exclusion

    reason = forms.ChoiceField(label="剔除理由", choices=ExclusionReason, widget=forms.RadioSelect)


class GrantExclusionForm(GrantForm):
    move = Move.GRANT_EXCLUSION
    button = "同意剔除"
    hint = "剔除后不再办理，也不计入任何比率；申请与审批留在办理过程中。"
    service = services.grant_exclusion


class RefuseExclusionForm(RefuseForm):
    move = Move.REFUSE_EXCLUSION
    button = "不同意剔除"
    service = services.refuse_exclusion


class DropExclusionForm(DropForm):
    move = Move.DROP_EXCLUSION
    button = "收回剔除申请"
    kind = RequestKind.EXCLUSION


class AskExtensionForm(AskForm):
    move = Move.ASK_EXTENSION
    button = "申请延期"
    service = services.ask_extension

    reason = forms.ChoiceField(label="延期理由", choices=ExtensionReason, widget=forms.RadioSelect)
    until = forms.DateField(label="延至")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.ticket.version.extension_rule
        self.hint = (
            f"期限前至少 {rule.ask_before_days} 个工作日申请，每轮办理最多 {rule.max_count} 次，"
            f"每次最多 {services.longest_extension(self.ticket)} 个工作日；同意之前原期限不变。"
        )
        _from_the_day_after(self.fields["until"], self.ticket.due_on)

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return bool(ticket.version.extension_rule.max_count) and not has_plan_in_force(ticket)


class GrantExtensionForm(GrantForm):
    move = Move.GRANT_EXTENSION
    button = "同意延期"
    service = services.grant_extension

    until = forms.DateField(label="延至", required=False, help_text="不填即按申请的日期。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _from_the_day_after(self.fields["until"], self.ticket.due_on)

    def perform(self, *, at: datetime) -> Ticket:
        return services.grant_extension(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class RefuseExtensionForm(RefuseForm):
    move = Move.REFUSE_EXTENSION
    button = "不同意延期"
    service = services.refuse_extension


class DropExtensionForm(DropForm):
    move = Move.DROP_EXTENSION
    button = "收回延期申请"
    kind = RequestKind.EXTENSION


class CorrectExtensionForm(MoveForm):
    move = Move.CORRECT_EXTENSION
    button = "更正延期"
    hint = "批错日期的，在这里更正；更正前后的日期和理由都留在办理过程中。"
    is_rare = True

    until = forms.DateField(label="更正为")
    note = forms.CharField(label="更正理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return any(one.granted_on and one.round == ticket.round for one in ticket.requests.all())

    def perform(self, *, at: datetime) -> Ticket:
        return services.correct_extension(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class AskDeferralForm(AskForm):
    move = Move.ASK_DEFERRAL
    button = "申请挂账"
    hint = "暂时无法推进的，经办公室同意后挂账：停止计时，定期复核；同意之前照常计时。"
    service = services.ask_deferral

    reason = forms.ChoiceField(label="挂账理由", choices=DeferralReason, widget=forms.RadioSelect)


class GrantDeferralForm(GrantForm):
    move = Move.GRANT_DEFERRAL
    button = "同意挂账"
    hint = "同意后停止计时；恢复办理时，从剩余的工作日接着计算。"
    service = services.grant_deferral


class RefuseDeferralForm(RefuseForm):
    move = Move.REFUSE_DEFERRAL
    button = "不同意挂账"
    service = services.refuse_deferral


class DropDeferralForm(DropForm):
    move = Move.DROP_DEFERRAL
    button = "收回挂账申请"
    kind = RequestKind.DEFERRAL


class NotedForm(MoveForm):
    """Base: a move that needs nothing but words."""

    service: ClassVar[Callable[..., Ticket]]

    note = forms.CharField(label="说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return type(self).service(ticket=self.ticket, note=self.cleaned_data["note"], by=self.official, at=at)


class ReviewForm(NotedForm):
    move = Move.REVIEW
    button = "复核后继续挂账"
    service = services.review_deferred


class ResumeForm(NotedForm):
    move = Move.RESUME
    button = "恢复办理"
    hint = "从停表时剩余的工作日接着计算，今天不计。"
    service = services.resume_ticket


def _from_the_day_after(field: forms.Field, day: date | None) -> None:
    if day is not None:
        field.widget.attrs["min"] = day.isoformat()
