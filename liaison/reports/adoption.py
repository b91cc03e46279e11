"""Rules that open work goes by: its own version's, or those of a newer one that the office chose for it.

`ProgrammeVersion.limit` and `.lights` read single rows so; here are the rules of which there are several.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from liaison.models import Adoption, EscalationRule, GradeRule, ProgrammeVersion
from liaison.reports.rulesets import Difference

# What running work reads; the other rules bear on what begins under the new version only.
FOR_OPEN_WORK = ("limits/", "grades/", "light_rule", "escalations/")


def may_be_adopted(difference: Difference) -> bool:
    """Whether a changed rule can hold for open work: a limit, a grade's time, the lights, a way up."""
    if difference.kind is GradeRule:
        return "working_days" in difference.fields
    if difference.kind is not EscalationRule and (difference.before is None or difference.after is None):
        return False
    return difference.name.startswith(FOR_OPEN_WORK)


def adoptable(found: Iterable[Difference]) -> list[Difference]:
    """The differences of which the office chooses whether they hold for open work."""
    return [one for one in found if may_be_adopted(one)]


def escalations_on(version: ProgrammeVersion, trigger: str | None, on: date) -> QuerySet[EscalationRule]:
    """The ways up that a problem of this version takes on the day, the lowest threshold first; one query.

    Without a trigger, those of all.

    A rule that a newer version changed, added or dropped counts as there, where the office chose so.
    """
    named = Concat(Value("escalations/"), F("trigger"), Value("/"), F("rung"), output_field=CharField())
    chosen = Adoption.objects.filter(version=version, rule=OuterRef("address"), newer__effective_from__lte=on)
    newest = chosen.order_by("-newer__number").values("newer")[:1]
    of_kind = {} if trigger is None else {"trigger": trigger}
    return (
        EscalationRule.objects.filter(version__programme=version.programme_id, **of_kind)
        .alias(address=named)
        .alias(holds=Coalesce(Subquery(newest), Value(version.pk)))
        .filter(version=F("holds"))
        .order_by("threshold", "pk")
    )


def grade_on(version: ProgrammeVersion, code: str, on: date) -> GradeRule:
    """The grade as it holds for a problem of this version on the day, of whichever version its row is."""
    chosen = Adoption.objects.filter(version=version, rule=f"grades/{code}", newer__effective_from__lte=on)
    newest = chosen.order_by("-newer__number").values("newer")[:1]
    holds = Coalesce(Subquery(newest), Value(version.pk))
    return GradeRule.objects.filter(version=holds, code=code).get()
