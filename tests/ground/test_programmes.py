"""Publishing a version: whole, once, for good."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from liaison import services
from liaison.models import LimitRule, Programme, ProgrammeVersion
from tests.factories import CityFactory, at

NOW = at(2026, 1, 1)


@pytest.fixture
def draft() -> ProgrammeVersion:
    return services.load_preset(
        preset="p2", region=CityFactory(), starts_on=date(2026, 1, 1), by=None, at=NOW, publish=False
    )


def test_a_version_with_gaps_is_refused_with_every_gap_at_once(draft):
    draft.limits.filter(kind__in=["report", "sign"]).delete()
    draft.survey_rule.delete()
    with pytest.raises(services.PublishRefused, match=r"(?s)评价规则.*收集后上报.*交办后签收"):
        services.publish_version(version=draft, by=None, at=NOW)
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_published_version_is_frozen_with_its_rules_and_published_once(draft):
    version = services.publish_version(version=draft, by=None, at=NOW)
    with pytest.raises(services.PublishRefused, match="已发布"):
        services.publish_version(version=version, by=None, at=NOW)
    with pytest.raises((InternalError, IntegrityError), match=r"frozen|published"), transaction.atomic():
        LimitRule.objects.filter(version=version).update(working_days=9)
    assert version.limit("report", date(2026, 1, 1)) == 2


def test_what_would_begin_after_the_programme_is_over_is_refused_each_by_name():
    draft = services.load_preset(
        preset="p3", region=CityFactory(), starts_on=date(2026, 1, 1), by=None, at=NOW, publish=False
    )
    Programme.objects.filter(pk=draft.programme_id).update(ends_on=date(2026, 1, 5))
    ProgrammeVersion.objects.filter(pk=draft.pk).update(effective_from=date(2026, 1, 6))
    late = draft.phases.order_by("-starts_after_days").first()
    with pytest.raises(services.PublishRefused) as refused:
        services.publish_version(version=draft, by=None, at=NOW)
    reasons = refused.value.reasons
    assert "生效日晚于方案的结束日：方案 2026-01-05 就结束。" in reasons
    assert any(f"阶段“{late.name}”" in reason for reason in reasons)
