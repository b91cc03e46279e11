"""Ground floor: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.models import F

from liaison.choices import Reach, SystemRole, VersionStatus, YearStatus
from liaison.models import Adoption, Batch, Digest, ProgrammeVersion, Training
from tests import factories as f
from tests.constraints import FROZEN_ROW, Acts, again, change
from tests.factories import at

JUNE = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 5, 31)}


def own_parent() -> None:
    unit = f.DepartmentFactory()
    change(unit, parent=unit)


def trained() -> Training:
    return Training.objects.create(
        official=f.OfficialFactory(), on=date(2026, 2, 2), subject="惠企政策", recorded_at=at(2026, 2, 3)
    )


def batch(**days: date) -> Batch:
    days = days or {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    return Batch.objects.create(programme=f.ProgrammeFactory(), number=1, name="第一批", **days)


def adoption() -> Adoption:
    older = f.VersionFactory(published=True)
    newer = f.VersionFactory(programme=older.programme, number=2)
    return Adoption.objects.create(version=older, newer=newer, rule="light_rule")


def digest(**given: Any) -> Digest:
    return Digest.objects.create(
        official=f.OfficialFactory(), on=date(2026, 3, 4), written_at=at(2026, 3, 4), **given
    )


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
    "liaison_department_kind_known": lambda: f.DepartmentFactory(kind="castle"),
    "liaison_training_once": lambda: again(trained()),
    "liaison_batch_number_once": lambda: again(batch()),
    "liaison_batch_ends_after_start": lambda: batch(**JUNE),
    "liaison_adoption_once": lambda: again(adoption()),
    "liaison_adoption_not_itself": lambda: change(adoption(), newer=F("version")),
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
    "liaison_outbox_sent_after_created": lambda: f.OutboxMessageFactory(sent_at=at(2026, 3, 1)),
    "liaison_inbox_once": lambda: again(f.InboxMessageFactory()),
    "liaison_inbox_kind_known": lambda: f.InboxMessageFactory(kind="gossip"),
    "liaison_inbox_says_what": lambda: f.InboxMessageFactory(title=""),
    "liaison_inbox_opens_a_page_of_ours": lambda: f.InboxMessageFactory(url="//elsewhere.example/"),
    "liaison_digest_once_a_day": lambda: again(digest()),
    "liaison_digest_text_says_something": lambda: digest(text="今日提要"),
    "liaison_digest_sent_once_taken": lambda: digest(sent_at=at(2026, 3, 4)),
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
