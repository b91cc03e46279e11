"""尚未启用: rules that are kept and published, and that nothing in the product goes by yet.

The rule pages say so beside each, so that no sentence promises what does not happen. Whoever teaches the code
to read one takes it off here; `tests/ground/test_awaiting.py` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.choices import Slip
from liaison.models import (
    BulletinAudience,
    CheckRule,
    DeductionRule,
    GradeRule,
    ReportField,
    ReportRule,
    ResultRule,
    Rule,
    ScoreRule,
    StandingForm,
    SurveyRule,
)

WHOLE: frozenset[type[Rule]] = frozenset({CheckRule, ReportRule, ReportField, BulletinAudience, StandingForm})
VALUES: Mapping[type[Rule], tuple[str, ...]] = {
    SurveyRule: (
        "remind_days",
        "callback_negative_percent",
        "sample_positive_percent",
        "max_questions",
    ),
    ScoreRule: (
        "bonus_cap",
        "months_percent",
        "check_percent",
        "excellent_min",
        "good_min",
        "fair_min",
    ),
}
# A single row of a kind, by the value that names it.
ROWS: Mapping[type[Rule], tuple[str, str]] = {
    DeductionRule: ("slip", Slip.FAKE_CLOSE),
}
# What people go by and the product has no part in: whole kinds (None), or single values.
FOR_PEOPLE: Mapping[type[Rule], tuple[str, ...] | None] = {
    ResultRule: None,
    GradeRule: ("meaning",),
}
NOT_YET = "尚未启用：先记在规则里，系统还不按它办理"


def is_awaiting(rule: Rule) -> bool:
    """Whether nothing goes by this rule yet."""
    kind = type(rule)
    if kind in WHOLE:
        return True
    name, value = ROWS.get(kind, ("", ""))
    return bool(name) and getattr(rule, name) == value


def awaiting_values(rule: Rule) -> tuple[str, ...]:
    """The values that the rule sets and that nothing goes by yet."""
    return tuple(name for name in VALUES.get(type(rule), ()) if getattr(rule, name))
