"""操作记录: narrowed by who, what, of which kind and when; and days left counted as a place counts them."""

from datetime import date

import pytest
from django.urls import reverse

from liaison.choices import DayKind
from liaison.models import CalendarDay
from liaison.services import record
from tests.factories import at


@pytest.fixture
def trail(cast):
    record("指派", cast.company, by=cast.office, at=at(2026, 3, 2, 9))
    record("登记走访", cast.other_company, by=cast.stranger, at=at(2026, 3, 3, 23, 59))
    record("冻结月份", cast.version, by=None, at=at(2026, 3, 4))


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        ({}, ["冻结月份", "登记走访", "指派"]),
        ({"who": "何"}, ["指派"]),
        ({"who": "系统"}, ["冻结月份"]),
        ({"action": "走访"}, ["登记走访"]),
        ({"kind": "companies.company"}, ["登记走访", "指派"]),
        ({"q": "精密机械"}, ["指派"]),
        ({"since": "2026-03-03", "until": "2026-03-03"}, ["登记走访"]),
        ({"until": "9999-12-31"}, ["冻结月份", "登记走访", "指派"]),
    ],
)
def test_finds_what_is_asked_for(trail, client_as, asked, actions):
    page = client_as("admin").get(reverse("liaison:audit"), {"since": "2026-03-02"} | asked)
    assert [event.action for event in page.context["page"].object_list] == actions


def test_an_empty_list_says_what_was_asked(trail, client_as):
    page = client_as("admin").get(reverse("liaison:audit"), {"who": "无此人"}).content.decode()
    assert "操作人 无此人" in page


@pytest.mark.parametrize(
    "wrong", [{"since": "昨天"}, {"kind": "x"}, {"since": "2026-03-02", "until": "2026-03-01"}]
)
def test_refuses_what_it_cannot_understand(trail, client_as, wrong):
    assert client_as("admin").get(reverse("liaison:audit"), wrong).status_code == 422


def test_days_between_counts_a_place_s_own_days_in_one_query(cast, django_assert_num_queries):
    CalendarDay.objects.create(
        on=date(2026, 3, 4), kind=DayKind.OFF, name="停工", region=cast.county, document="云政发〔2026〕1号"
    )
    between = CalendarDay.objects.days_between()
    with django_assert_num_queries(1):
        assert between(cast.county, date(2026, 3, 2), date(2026, 3, 6)) == 3
        assert between(cast.other_county, date(2026, 3, 2), date(2026, 3, 6)) == 4
        assert between(cast.county, date(2026, 3, 6), date(2026, 3, 2)) == -3
