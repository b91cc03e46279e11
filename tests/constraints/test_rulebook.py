"""The rulebook: what PostgreSQL refuses of a rule, and that it freezes each kind once it is published."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from liaison.choices import Holder
from liaison.models import (
    BatchRule,
    BulletinAudience,
    CheckRule,
    DutyRule,
    Eligibility,
    ExtensionRule,
    GradeRule,
    GroupRule,
    HandlingRule,
    LadderRung,
    LightRule,
    LimitRule,
    LoadRule,
    PhaseRule,
    Quota,
    ReportField,
    ReportRule,
    ResultRule,
    Rule,
    ScoreRule,
    StandingForm,
    SurveyRule,
    TeamRole,
    TriageRule,
)
from liaison.reports import presets
from liaison.reports.rulesets import NAMES
from tests import factories as f
from tests.constraints import Acts, again
from tests.factories.rulebook import full_version


def rule(kind: type[Rule], /, **values: Any) -> Rule:
    """A row of a draft, with the values of the first row of its kind that a template has."""
    model = next(row for preset in presets() for row in preset.rules.of(kind))
    given = {field.name: getattr(model, field.name) for field in kind.values_asked()}
    version = f.VersionFactory()
    if kind is Eligibility:
        given["role"] = f.TeamRoleFactory(version=version)
    made = kind(**given | values)
    made.version = version
    made.save()
    return made


REFUSED: Acts = {
    "liaison_teamrole_code_once": lambda: again(f.TeamRoleFactory()),
    "liaison_teamrole_max_not_below_min": lambda: f.TeamRoleFactory(min_count=2, max_count=1),
    "liaison_teamrole_holder_known": lambda: f.TeamRoleFactory(holder="robot"),
    "liaison_teamrole_only_officials_count": lambda: f.TeamRoleFactory(holder=Holder.DEPARTMENT),
    "liaison_quota_class_once": lambda: again(f.QuotaFactory()),
    "liaison_quota_class_known": lambda: f.QuotaFactory(rank="king"),
    "liaison_contactrule_liaisons_sane": lambda: f.ContactRuleFactory(liaisons_min=3, liaisons_max=2),
    "liaison_contactrule_positive": lambda: f.ContactRuleFactory(period_months=0),
    "liaison_limitrule_kind_once": lambda: again(f.LimitRuleFactory()),
    "liaison_limitrule_kind_known": lambda: f.LimitRuleFactory(kind="nap"),
    "liaison_graderule_code_once": lambda: again(f.GradeRuleFactory()),
    "liaison_graderule_days_positive": lambda: f.GradeRuleFactory(working_days=0),
    "liaison_graderule_rung_known": lambda: f.GradeRuleFactory(rung="roof"),
    "liaison_escalation_once": lambda: again(f.EscalationRuleFactory()),
    "liaison_escalation_trigger_known": lambda: f.EscalationRuleFactory(trigger="mood"),
    "liaison_escalation_rung_known": lambda: f.EscalationRuleFactory(rung="roof"),
    "liaison_escalation_threshold_positive": lambda: f.EscalationRuleFactory(threshold=0),
    "liaison_surveyrule_sane": lambda: f.SurveyRuleFactory(satisfied_min=6),
    "liaison_bulletinrule_day_exists": lambda: f.BulletinRuleFactory(cutoff_day=31),
    "liaison_scoreitem_once": lambda: again(f.ScoreItemFactory()),
    "liaison_scoreitem_measure_known": lambda: f.ScoreItemFactory(measure="luck"),
    "liaison_scoreitem_range": lambda: f.ScoreItemFactory(weight=0),
    "liaison_deduction_once": lambda: again(f.DeductionRuleFactory()),
    "liaison_deduction_known": lambda: f.DeductionRuleFactory(points=0),
    "liaison_teamrole_place_known": lambda: rule(TeamRole, place="moon"),
    "liaison_teamrole_personal_conditions": lambda: rule(
        TeamRole,
        holder=Holder.GROUP,
        counts_to_quota=False,
        full_time=True,
    ),
    "liaison_eligibility_once": lambda: again(rule(Eligibility)),
    "liaison_eligibility_known": lambda: rule(Eligibility, rank="king"),
    "liaison_eligibility_age_sane": lambda: rule(Eligibility, max_age=7),
    "liaison_quota_floor_not_above_ceiling": lambda: rule(Quota, companies=1, companies_min=2),
    "liaison_loadrule_positive": lambda: rule(LoadRule, warn_companies=0),
    "liaison_grouprule_once": lambda: again(rule(GroupRule)),
    "liaison_grouprule_known": lambda: rule(GroupRule, count=0),
    "liaison_phase_code_once": lambda: again(rule(PhaseRule)),
    "liaison_phase_sections_letters": lambda: rule(PhaseRule, sections="D1"),
    "liaison_phase_lasts": lambda: rule(PhaseRule, lasts_days=0),
    "liaison_batchrule_months": lambda: rule(BatchRule, months=0),
    "liaison_duty_code_once": lambda: again(rule(DutyRule)),
    "liaison_duty_known": lambda: rule(DutyRule, target=0),
    "liaison_limitrule_positive": lambda: rule(LimitRule, kind="sign", working_days=0),
    "liaison_triagerule_scheme_known": lambda: rule(TriageRule, scheme="mood"),
    "liaison_graderule_rhythms_positive": lambda: rule(GradeRule, progress_days=0),
    "liaison_extensionrule_sane": lambda: rule(ExtensionRule, max_days=0),
    "liaison_extensionrule_approver_above_unit": lambda: rule(ExtensionRule, approver="unit"),
    "liaison_handlingrule_filing_known": lambda: rule(HandlingRule, filing="pigeon"),
    "liaison_handlingrule_positive": lambda: rule(HandlingRule, deferred_review_days=0),
    "liaison_lightrule_sane": lambda: rule(LightRule, yellow_percent=101),
    "liaison_ladderrung_once": lambda: again(rule(LadderRung)),
    "liaison_ladderrung_known": lambda: rule(LadderRung, rung="roof"),
    "liaison_surveyrule_percents": lambda: rule(SurveyRule, sample_positive_percent=101),
    "liaison_surveyrule_few_questions": lambda: rule(SurveyRule, max_questions=7),
    "liaison_checkrule_once": lambda: again(rule(CheckRule)),
    "liaison_checkrule_known": lambda: rule(CheckRule, percent=0),
    "liaison_audience_once": lambda: again(rule(BulletinAudience)),
    "liaison_audience_known": lambda: rule(BulletinAudience, audience="moon"),
    "liaison_reportrule_sane": lambda: rule(ReportRule, until_hour=25),
    "liaison_reportfield_code_once": lambda: again(rule(ReportField)),
    "liaison_reportfield_kind_known": lambda: rule(ReportField, kind="smell"),
    "liaison_standingform_once": lambda: again(rule(StandingForm)),
    "liaison_standingform_known": lambda: rule(StandingForm, form="poem"),
    "liaison_scorerule_small_numbers": lambda: rule(ScoreRule, min_n=0),
    "liaison_resultrule_once": lambda: again(rule(ResultRule)),
    "liaison_resultrule_known": lambda: rule(ResultRule, use="fun"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


# Each trigger by its name.
FROZEN = {
    "BatchRule.frozen",
    "BulletinAudience.frozen",
    "BulletinRule.frozen",
    "CheckRule.frozen",
    "ContactRule.frozen",
    "DeductionRule.frozen",
    "DutyRule.frozen",
    "Eligibility.frozen",
    "EscalationRule.frozen",
    "ExtensionRule.frozen",
    "GradeRule.frozen",
    "GroupRule.frozen",
    "HandlingRule.frozen",
    "LadderRung.frozen",
    "LightRule.frozen",
    "LimitRule.frozen",
    "LoadRule.frozen",
    "PhaseRule.frozen",
    "Quota.frozen",
    "ReportField.frozen",
    "ReportRule.frozen",
    "ResultRule.frozen",
    "ScoreItem.frozen",
    "ScoreRule.frozen",
    "StandingForm.frozen",
    "SurveyRule.frozen",
    "TeamRole.frozen",
    "TriageRule.frozen",
}
KINDS = {f"{kind.__name__}.frozen": kind for kind in NAMES}


def test_every_kind_of_rule_is_here():
    assert set(KINDS) == FROZEN


@pytest.fixture
def row(name: str) -> Rule:
    """A row of the kind in a published version that has rows of every kind."""
    found: Rule = KINDS[name].rows_of(full_version()).order_by("pk")[:1].get()
    return found


@pytest.mark.parametrize("name", sorted(FROZEN))
class TestRuleOfAPublishedVersion:
    def refused(self):
        return pytest.raises(InternalError, match="liaison_rule_frozen")

    def test_is_not_added(self, name: str, row: Rule):
        row.pk, row._state.adding = None, True
        with self.refused(), transaction.atomic():
            row.save()

    def test_is_not_changed(self, name: str, row: Rule):
        field = type(row).values_asked()[-1].attname
        with self.refused(), transaction.atomic():
            KINDS[name].rows_of(row.version).filter(pk=row.pk).update(**{field: getattr(row, field)})

    def test_is_not_deleted(self, name: str, row: Rule):
        with self.refused(), transaction.atomic():
            KINDS[name].rows_of(row.version).filter(pk=row.pk).delete()


def test_a_condition_of_a_seat_stands_beside_its_seat() -> None:
    """Eligibility.own_seat"""
    with pytest.raises(IntegrityError, match="liaison_eligibility_own_seat"), transaction.atomic():
        rule(Eligibility, role=f.TeamRoleFactory())
