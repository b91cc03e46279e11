"""Ground floor: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from liaison.choices import Board, Holder, Rank, Reach, Slip, SystemRole, VersionStatus, YearStatus
from liaison.models import (
    BulletinRule,
    ContactRule,
    DeductionRule,
    EscalationRule,
    GradeRule,
    LimitRule,
    ProgrammeVersion,
    Quota,
    ScoreItem,
    SurveyRule,
    TeamRole,
)
from tests import factories as f
from tests.constraints import FROZEN_ROW, Acts, again, change
from tests.factories import at
from tests.factories.rulebook import p2_version

JUNE = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 5, 31)}


def own_parent() -> None:
    unit = f.DepartmentFactory()
    change(unit, parent=unit)


REFUSED: Acts = {
    "liaison_region_level_known": lambda: f.CityFactory(level="planet"),
    "liaison_region_code_digits": lambda: f.CityFactory(code="51"),
    "liaison_region_path_ends_in_code": lambda: f.CityFactory(path="1/"),
    "liaison_region_only_city_is_root": lambda: f.CityFactory(level="county"),
    "liaison_department_not_its_own_parent": own_parent,
    "liaison_department_named": lambda: f.DepartmentFactory(name=""),
    "liaison_calendaryear_status_known": lambda: f.CalendarYearFactory(status="perhaps"),
    "liaison_calendaryear_published_has_source": lambda: f.CalendarYearFactory(status=YearStatus.PUBLISHED),
    "liaison_calendarday_kind_known": lambda: f.CalendarDayFactory(kind="half"),
    "liaison_calendarday_once": lambda: again(f.CalendarDayFactory()),
    "liaison_calendarday_local_has_document": lambda: f.CalendarDayFactory(region=f.CityFactory()),
    "liaison_importrun_state_known": lambda: f.ImportRunFactory(state="lost"),
    "liaison_importrun_applied_iff_stamped": lambda: f.ImportRunFactory(state="applied"),
    "liaison_importrun_done_within_total": lambda: f.ImportRunFactory(rows_done=1),
    "liaison_importrow_verdict_known": lambda: f.ImportRowFactory(verdict="fine"),
    "liaison_importrow_once": lambda: again(f.ImportRowFactory()),
    "liaison_official_rank_known": lambda: f.OfficialFactory(rank="king"),
    "liaison_official_phone_mobile": lambda: f.OfficialFactory(phone="0916-2626"),
    "liaison_official_birth_year_sane": lambda: f.OfficialFactory(birth_year=1890),
    "liaison_posting_role_known": lambda: f.PostingFactory(role="king", reach=Reach.REGION),
    "liaison_posting_reach_known": lambda: f.PostingFactory(reach="moon"),
    "liaison_posting_ends_after_start": lambda: f.PostingFactory(**JUNE),
    "liaison_posting_own_reach_for_officials_only": lambda: f.PostingFactory(
        role=SystemRole.OFFICE, reach=Reach.OWN
    ),
    "liaison_posting_once_at_a_time": lambda: again(f.PostingFactory()),
    "liaison_programme_ends_after_start": lambda: f.ProgrammeFactory(**JUNE),
    "liaison_version_number_once": lambda: again(f.VersionFactory()),
    "liaison_version_published_iff_stamped": lambda: f.VersionFactory(status=VersionStatus.PUBLISHED),
    "liaison_teamrole_code_once": lambda: again(f.TeamRoleFactory()),
    "liaison_teamrole_max_not_below_min": lambda: f.TeamRoleFactory(min_count=2, max_count=1),
    "liaison_teamrole_holder_known": lambda: f.TeamRoleFactory(holder="robot"),
    "liaison_teamrole_only_officials_count": lambda: f.TeamRoleFactory(holder=Holder.DEPARTMENT),
    "liaison_quota_rank_once": lambda: again(f.QuotaFactory()),
    "liaison_quota_rank_known": lambda: f.QuotaFactory(rank="king"),
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
    "liaison_outbox_sent_after_created": lambda: f.OutboxMessageFactory(sent_at=at(2026, 3, 1)),
    "liaison_audit_named": lambda: f.AuditEventFactory(action=""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


class TestAuditTrail:
    """AuditEvent.append_only"""

    def test_no_line_is_changed(self):
        event = f.AuditEventFactory()
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            change(event, action="删除")

    def test_no_line_is_taken_out(self):
        event = f.AuditEventFactory()
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            event.delete()


class TestPublishedVersion:
    """ProgrammeVersion.frozen"""

    def test_is_not_changed(self):
        version = f.VersionFactory(published=True)
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            change(version, number=2)

    def test_is_not_deleted(self):
        version = f.VersionFactory(published=True)
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            ProgrammeVersion.objects.filter(pk=version.pk).delete()

    def test_a_draft_is_both(self):
        version = f.VersionFactory()
        change(version, number=2)
        version.delete()


# Each trigger by its name, and a row that P2 does not have yet.
RULES_FROZEN = {
    "TeamRole.frozen": (TeamRole, {"code": "extra", "name": "观察员", "holder": Holder.OFFICIAL}),
    "Quota.frozen": (Quota, {"rank": Rank.STAFF, "companies": 9}),
    "ContactRule.frozen": (ContactRule, {"min_count": 9}),
    "LimitRule.frozen": (LimitRule, {"kind": "nap", "working_days": 9}),
    "GradeRule.frozen": (GradeRule, {"code": "E", "name": "特急", "working_days": 1}),
    "EscalationRule.frozen": (EscalationRule, {"trigger": "overdue", "threshold": 9, "rung": "unit"}),
    "SurveyRule.frozen": (SurveyRule, {"scale": 9}),
    "BulletinRule.frozen": (BulletinRule, {"cutoff_day": 9}),
    "ScoreItem.frozen": (ScoreItem, {"board": Board.ASSIGNED, "measure": "closed", "weight": 9, "target": 9}),
    "DeductionRule.frozen": (DeductionRule, {"board": Board.ASSIGNED, "slip": Slip.REWORK, "points": 9}),
}


@pytest.mark.parametrize("name", RULES_FROZEN)
class TestRuleOfAPublishedVersion:
    def refused(self):
        return pytest.raises(InternalError, match="liaison_rule_frozen")

    def test_is_not_added(self, name: str):
        model, fields = RULES_FROZEN[name]
        version = p2_version()
        with self.refused(), transaction.atomic():
            model._default_manager.create(version=version, **fields)

    def test_is_not_changed(self, name: str):
        model, fields = RULES_FROZEN[name]
        rules = model._default_manager.filter(version=p2_version())
        with self.refused(), transaction.atomic():
            rules.update(**fields)

    def test_is_not_deleted(self, name: str):
        model, _ = RULES_FROZEN[name]
        rule = model._default_manager.filter(version=p2_version()).order_by("pk").first()
        assert rule is not None
        with self.refused(), transaction.atomic():
            rule.delete()
