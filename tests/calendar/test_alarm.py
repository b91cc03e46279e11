"""From 15 November somebody is told, once a day, that next year is missing."""

from __future__ import annotations

from datetime import date

import pytest

from liaison import services
from liaison.choices import YearStatus
from liaison.models import AuditEvent, CalendarAlarm, CalendarYear, Posting
from liaison.tasks import raise_calendar_alarm
from liaison.workdays import missing_year
from tests.factories import CalendarYearFactory, Cast, at


@pytest.mark.parametrize(
    ("today", "published", "missing"),
    [
        (date(2026, 11, 14), {2026}, None),
        (date(2026, 11, 15), {2026}, 2027),
        (date(2026, 12, 31), {2026}, 2027),
        (date(2026, 11, 15), {2026, 2027}, None),
        (date(2027, 1, 1), {2026}, 2027),
        (date(2027, 3, 1), {2026, 2027}, None),
    ],
)
def test_which_year_is_missing(today: date, published: set[int], missing: int | None):
    assert missing_year(today, published) == missing


def test_the_keepers_are_told_once_a_day(cast: Cast):
    for hour in (8, 9, 17):
        alarm = services.raise_calendar_alarm(at=at(2026, 11, 20, hour))
    assert alarm is not None
    assert (alarm.year, alarm.told, alarm.is_broken) == (2027, 2, False)  # office and admin
    assert AuditEvent.objects.filter(action="提醒录入放假安排").count() == 1
    services.raise_calendar_alarm(at=at(2026, 11, 21, 8))
    assert CalendarAlarm.objects.count() == 2


def test_with_nobody_there_the_chain_is_broken(cast: Cast):
    Posting.objects.update(ends_on=date(2026, 10, 31))
    alarm = services.raise_calendar_alarm(at=at(2026, 11, 20))
    assert alarm is not None
    assert (alarm.told, alarm.is_broken) == (0, True)


def test_it_is_silent_before_the_day_and_when_the_year_is_known(cast: Cast):
    assert services.raise_calendar_alarm(at=at(2026, 11, 14)) is None
    CalendarYear.objects.filter(year=2027).delete()
    CalendarYearFactory(year=2027, status=YearStatus.PUBLISHED, document="国办发明电〔2026〕9号")
    assert services.raise_calendar_alarm(at=at(2026, 11, 20)) is None
    assert not CalendarAlarm.objects.exists()


def test_the_morning_s_job_raises_it(cast: Cast, clock):
    clock(at(2026, 11, 20, 8, 30))
    assert raise_calendar_alarm() == "2026-11-20 缺 2027 年放假安排"
    clock(at(2026, 11, 10, 8, 30))
    assert raise_calendar_alarm() == ""
