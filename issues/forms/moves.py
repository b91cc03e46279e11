"""A form per move: the fields that the move needs, and the one service it calls.

Pages and API both go through here, so that both ask for the same and answer alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Length

from issues import services
from issues.choices import AnswerMode, Move, Outcome, Part, ReturnReason
from issues.models import Category, Ticket
from issues.perms import serves_unit
from liaison.choices import SystemRole
from liaison.models import Department, GradeRule, Official, Posting


class MoveForm(forms.Form):
    """Base of the forms: bound to a ticket and to the official who looks at it."""

    move: ClassVar[Move]
    button: ClassVar[str]
    hint: ClassVar[str] = ""
    use_required_attribute = False

    def __init__(self, *args: Any, ticket: Ticket, official: Official, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{self.move}_%s")
        super().__init__(*args, **kwargs)
        self.ticket, self.official = ticket, official
        for field in self.fields.values():
            verb = "请选择" if isinstance(field, forms.ChoiceField) else "请填写"
            field.error_messages["required"] = f"{verb}{field.label}。"

    def perform(self, *, at: datetime) -> Ticket:
        """Call the move's service with what was entered; raises MoveRefused."""
        raise NotImplementedError


class ReportForm(MoveForm):
    move = Move.REPORT
    button = "上报协调办公室"

    def perform(self, *, at: datetime) -> Ticket:
        return services.report_ticket(ticket=self.ticket, by=self.official, at=at)


class GradeField(forms.ModelChoiceField[GradeRule]):
    def label_from_instance(self, grade: GradeRule) -> str:
        limit = "个工作日内拿出方案" if grade.is_plan_only else "个工作日"
        return f"{grade.code} {grade.name} · {grade.working_days} {limit}"


class UnitIterator(forms.models.ModelChoiceIterator[Department]):
    """Units grouped by the place they belong to."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        groups: dict[str, list[Any]] = {}
        for unit in self.queryset:
            groups.setdefault(unit.region.name, []).append(self.choice(unit))
        yield from groups.items()


class UnitField(forms.ModelChoiceField[Department]):
    iterator = UnitIterator

    def label_from_instance(self, unit: Department) -> str:
        return unit.name


class UnitsField(forms.ModelMultipleChoiceField[Department]):
    iterator = UnitIterator

    def label_from_instance(self, unit: Department) -> str:
        return unit.name


def units_for(ticket: Ticket, official: Official) -> QuerySet[Department]:
    """Units that somebody can sign for, those of the company's own place first (以块为主)."""
    path = ticket.company.region.path
    liaisons = Posting.objects.in_force(official.access.on).filter(role=SystemRole.UNIT)
    return (
        Department.objects.visible_to(official)
        .active()
        .filter(Exists(liaisons.filter(department=OuterRef("pk"))))
        .select_related("region")
        .order_by(
            Case(When(region__path=path, then=0), default=1),
            Length("region__path"),
            "region__code",
            "pinyin",
            "pk",
        )
    )


class DispatchForm(MoveForm):
    move = Move.DISPATCH
    button = "定级并交办"

    grade = GradeField(
        label="难易等级",
        queryset=GradeRule.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    category = forms.ModelChoiceField(
        label="问题类别", queryset=Category.objects.order_by("position"), to_field_name="code"
    )
    lead = UnitField(
        label="主办单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        help_text="条块结合、以块为主：企业所在县区的单位列在最前。",
    )
    cooperating = UnitsField(
        label="协办单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        required=False,
        help_text="可不选。",
    )
    note = forms.CharField(
        label="交办意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_for(self.ticket, self.official)
        self.fields["grade"].queryset = self.ticket.version.grades.order_by("position")  # type: ignore[attr-defined]
        self.fields["lead"].queryset = units  # type: ignore[attr-defined]
        self.fields["cooperating"].queryset = units  # type: ignore[attr-defined]
        if self.ticket.category:
            self.initial.setdefault("category", self.ticket.category.code)

    def perform(self, *, at: datetime) -> Ticket:
        return services.dispatch_ticket(
            ticket=self.ticket,
            grade=self.cleaned_data["grade"],
            category=self.cleaned_data["category"],
            lead=self.cleaned_data["lead"],
            cooperating=self.cleaned_data["cooperating"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class SignForm(MoveForm):
    move = Move.SIGN
    button = "签收"
    hint = "签收后开始办理；逾期不签收视为接受。"

    def perform(self, *, at: datetime) -> Ticket:
        return services.sign_ticket(ticket=self.ticket, by=self.official, at=at)


class ObjectForm(MoveForm):
    move = Move.OBJECT
    button = "退回办公室"

    reason = forms.ChoiceField(label="退回理由", choices=ReturnReason, widget=forms.RadioSelect)
    note = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.object_to_ticket(
            ticket=self.ticket,
            reason=ReturnReason(self.cleaned_data["reason"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ProgressForm(MoveForm):
    move = Move.PROGRESS
    button = "登记进展"

    note = forms.CharField(label="进展情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.note_progress(
            ticket=self.ticket, note=self.cleaned_data["note"], by=self.official, at=at
        )


class CooperateForm(MoveForm):
    move = Move.COOPERATE
    button = "提交协办意见"

    note = forms.CharField(label="协办意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        parts = self.ticket.units.filter(part=Part.COOPERATE, is_current=True, finished_at__isnull=True)
        for part in parts.select_related("department").order_by("pk"):
            if serves_unit(self.official.access, part.department.path):
                return services.cooperate_on_ticket(
                    ticket=self.ticket,
                    department=part.department,
                    note=self.cleaned_data["note"],
                    by=self.official,
                    at=at,
                )
        raise services.MoveRefused("本单位的协办意见已经提交过。")


class ResolveForm(MoveForm):
    move = Move.RESOLVE
    button = "办结"

    outcome = forms.ChoiceField(label="办理结果", choices=Outcome, widget=forms.RadioSelect)
    result = forms.CharField(
        label="办理情况",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="这段话会让企业看到。暂无法解决的，请说明原因。",
    )

    def perform(self, *, at: datetime) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket,
            outcome=Outcome(self.cleaned_data["outcome"]),
            result=self.cleaned_data["result"],
            by=self.official,
            at=at,
        )


class AnswerForm(MoveForm):
    move = Move.ANSWER
    button = "已答复企业"
    hint = "答复后，系统另行请企业确认；企业的评价不经过经办人。"

    mode = forms.ChoiceField(label="答复方式", choices=AnswerMode, widget=forms.RadioSelect, initial="phone")
    note = forms.CharField(
        label="企业当场意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def perform(self, *, at: datetime) -> Ticket:
        return services.answer_ticket(
            ticket=self.ticket,
            mode=AnswerMode(self.cleaned_data["mode"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


MOVE_FORMS: dict[str, type[MoveForm]] = {
    form.move: form
    for form in (
        ReportForm,
        DispatchForm,
        SignForm,
        ObjectForm,
        ProgressForm,
        CooperateForm,
        ResolveForm,
        AnswerForm,
    )
}
