"""What the tests of drafts share."""

from __future__ import annotations

import pytest

from liaison.choices import Rank, VersionStatus
from liaison.models import Official, ProgrammeVersion
from tests.factories import (
    CityFactory,
    OfficialFactory,
    ProgrammeFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
    at,
)

NOW = at(2026, 3, 2)


@pytest.fixture
def clerk() -> Official:
    return OfficialFactory(username="clerk", name="何主任")


@pytest.fixture
def rules() -> ProgrammeVersion:
    """One exclusive seat; 科级 two companies and one project each."""
    version = VersionFactory(programme=ProgrammeFactory(region=CityFactory()))
    TeamRoleFactory(version=version, code="officer", max_count=1)
    TeamRoleFactory(version=version, code="second", name="第二干部", min_count=0, max_count=1)
    TeamRoleFactory(version=version, code="adviser", name="顾问", min_count=0, counts_to_quota=False)
    QuotaFactory(version=version, rank=Rank.SECTION, companies=2, projects=1)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version
