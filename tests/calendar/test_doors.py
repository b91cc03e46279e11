"""The calendar by command and by `/api/v1/`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from liaison.choices import ChangeState
from liaison.models import CalendarChange, CalendarDay, CalendarYear
from tests.factories import CalendarDayFactory, CalendarYearFactory, Cast

ApiAs = Callable[..., APIClient]


def test_a_known_year_is_drafted_by_command_and_not_written(cast: Cast, capsys: pytest.CaptureFixture[str]):
    call_command("draft_calendar", "2024")
    change = CalendarChange.objects.get()
    assert (change.state, change.year, change.document) == (ChangeState.DRAFT, 2024, "国办发明电〔2023〕7号")
    assert "已拟定：2024 年放假安排" in capsys.readouterr().out
    assert not CalendarDay.objects.filter(on__year=2024).exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["2026"], "2026 年已有公布的安排，更正须写明原因"),
        (["2027"], "没有 2027 年"),
        (["2019"], "请填写公布文件的文号"),
    ],
)
def test_the_command_refuses_with_the_reason(cast: Cast, arguments: list[str], reason: str):
    with pytest.raises(CommandError, match=reason):
        call_command("draft_calendar", *arguments)


def test_the_api_gives_years_and_days(cast: Cast, api_as: ApiAs):
    CalendarYearFactory(year=2027)
    CalendarDayFactory(
        on=date(2026, 7, 15), name="防汛停工", document="临江防指〔2026〕3号", region=cast.county
    )
    client = api_as("unit")
    years = client.get("/api/v1/calendar-years/").json()["results"]
    assert [(year["year"], year["status"], year["version"]) for year in years] == [
        (2025, "published", 1), (2026, "published", 1), (2027, "unknown", 0),
    ]  # fmt: skip
    assert client.get("/api/v1/calendar-years/2026/").json()["document"] == "国办发明电〔2025〕7号"
    july = client.get("/api/v1/calendar-days/?on__gte=2026-07-01&on__lte=2026-07-31").json()["results"]
    assert july == [
        {
            "on": "2026-07-15",
            "kind": "off",
            "name": "防汛停工",
            "region": cast.county.code,
            "document": "临江防指〔2026〕3号",
        }
    ]
    assert client.get("/api/v1/calendar-days/?kind=perhaps").status_code == 400
    assert client.post("/api/v1/calendar-years/", {"year": 2028}).status_code == 405


def test_seeding_leaves_a_published_year_as_it_is(cast: Cast):
    from liaison import services

    CalendarDay.objects.filter(on=date(2026, 1, 1)).delete()
    services.seed_calendar(years=[2026, 2027])
    assert not CalendarDay.objects.filter(on=date(2026, 1, 1)).exists()
    assert CalendarYear.objects.get(year=2027).status == "unknown"
