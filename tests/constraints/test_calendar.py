"""The working calendar: what PostgreSQL refuses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InternalError, transaction

from liaison.choices import ChangeState, DayKind
from tests import factories as f
from tests.constraints import FROZEN_ROW, Acts, again, change


def two_at_once() -> None:
    f.CalendarChangeFactory(state=ChangeState.APPLYING)
    f.CalendarChangeFactory(state=ChangeState.APPLYING, year=2028)


REFUSED: Acts = {
    "liaison_calendarchange_known": lambda: f.CalendarChangeFactory(state="perhaps"),
    "liaison_calendarchange_national_or_local": lambda: f.CalendarChangeFactory(region=f.CityFactory()),
    "liaison_calendarchange_has_source": lambda: f.CalendarChangeFactory(local=True, reason=""),
    "liaison_calendarchange_applied_iff_numbered": lambda: f.CalendarChangeFactory(state=ChangeState.APPLIED),
    "liaison_calendarchange_one_at_a_time": two_at_once,
    "liaison_changeday_once": lambda: again(f.CalendarChangeDayFactory()),
    "liaison_changeday_kinds_known": lambda: f.CalendarChangeDayFactory(kind="half"),
    "liaison_calendaralarm_broken_iff_nobody": lambda: f.CalendarAlarmFactory(told=0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


def test_a_change_needs_a_document():
    with pytest.raises(IntegrityError, match="liaison_calendarchange_has_source"), transaction.atomic():
        f.CalendarChangeFactory(document="")


class TestAppliedChange:
    """CalendarChange.frozen"""

    @pytest.mark.parametrize("stage", [{"applied": True}, {"state": ChangeState.DISCARDED}])
    def test_is_not_changed_and_not_deleted(self, stage: dict[str, object]):
        done = f.CalendarChangeFactory(**stage)
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            change(done, document="国办发明电〔2026〕10号")
        with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
            done.delete()

    def test_a_draft_may_be_written_anew(self):
        draft = f.CalendarChangeFactory()
        change(draft, document="国办发明电〔2026〕10号")


class TestDayOfAnAppliedChange:
    """CalendarChangeDay.frozen"""

    def test_is_not_added_changed_or_deleted(self):
        day = f.CalendarChangeDayFactory()
        done = day.change
        change(done, state=ChangeState.DISCARDED)
        with pytest.raises(InternalError, match="liaison_changeday_frozen"), transaction.atomic():
            change(day, kind=DayKind.WORK)
        with pytest.raises(InternalError, match="liaison_changeday_frozen"), transaction.atomic():
            day.delete()
        with pytest.raises(InternalError, match="liaison_changeday_frozen"), transaction.atomic():
            f.CalendarChangeDayFactory(change=done, on="2027-01-02")
