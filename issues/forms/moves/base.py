"""What every form of a move has in common, and the fields that choose among grades and units."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Length

from issues.choices import Move
from issues.models import Ticket
from liaison.choices import SystemRole
from liaison.models import Department, GradeRule, Official, Posting

# what the framework says of a unit that was dissolved while the page stood open
UNKIND = tuple(
    kind.default_error_messages["invalid_choice"]
    for kind in (forms.ModelChoiceField, forms.ModelMultipleChoiceField)
)


class ReadIterator(forms.models.ModelChoiceIterator[Any]):
    """Choices that are read with their queryset, which may have been read with others."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for row in self.queryset:
            yield self.choice(row)


class MoveForm(forms.Form):
    """Base of the forms: bound to a ticket and to the official who looks at it."""

    move: ClassVar[Move]
    button: ClassVar[str]
    hint: str = ""
    body: ClassVar[str] = ""  # a template that lays the fields out, where there are too many for a column
    is_rare: bool = False  # folded away under 更多操作
    is_first: ClassVar[bool] = False  # unfolded from the start: one touch
    use_required_attribute = False

    def __init__(self, *args: Any, ticket: Ticket, official: Official, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{self.move}_%s")
        super().__init__(*args, **kwargs)
        self.ticket, self.official = ticket, official
        for field in self.fields.values():
            if (
                isinstance(field, forms.ModelChoiceField)
                and field.iterator is forms.models.ModelChoiceIterator
            ):
                field.iterator = ReadIterator
                field.widget.choices = field.choices
            verb = "请选择" if isinstance(field, forms.ChoiceField) else "请填写"
            field.error_messages["required"] = f"{verb}{field.label}。"
            if any(field.error_messages.get("invalid_choice") is words for words in UNKIND):
                field.error_messages["invalid_choice"] = f"所选{field.label}不存在或已不能选择，请重新选择。"

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        """Whether there is anything to choose on a ticket read `as_case`; else the move is not offered."""
        return True

    @classmethod
    def is_for(cls, official: Official, ticket: Ticket) -> bool:
        """Whether the official, who may make the move, has anything left to do by it."""
        return True

    def perform(self, *, at: datetime) -> Ticket:
        """Call the move's service with what was entered; raises MoveRefused."""
        raise NotImplementedError


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
