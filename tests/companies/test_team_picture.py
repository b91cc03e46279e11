"""The team as a picture: last contact and the next one's last day beside each holder, and who stands in."""

from __future__ import annotations

from datetime import date

from companies import reports
from companies.models import Enrolment
from companies.reports.pictures import SeatContact, draw_teams
from liaison.models import Deputy
from tests.factories import Cast, VisitFactory, at

MONDAY = date(2026, 3, 2)


def contact(cast: Cast, on: date = MONDAY) -> SeatContact:
    rows = Enrolment.objects.visible_to(cast.office.on_duty(on)).filter(pk=cast.enrolment.pk)
    (team,) = draw_teams(reports.teams_of(rows, on), on)
    held = next(one for seat in team.seats for one in seat.holders if one.official == cast.official)
    assert isinstance(held.contact, SeatContact)
    return held.contact


class TestContact:
    def test_nobody_met_yet_is_due_by_the_end_of_the_month(self, cast):
        one = contact(cast)
        assert (one.last_on, one.due_on, one.owed) == (None, date(2026, 3, 31), 1)
        assert (one.tone, one.words) == ("blue", "待联系，3月31日前")
        assert contact(cast, date(2026, 3, 24)).tone == "yellow"

    def test_a_contact_of_this_month_settles_it_and_one_of_last_month_does_not(self, cast):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=date(2026, 2, 27))
        assert (contact(cast).last_on, contact(cast).owed) == (date(2026, 2, 27), 1)
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=MONDAY, logged_at=at(2026, 3, 2))
        one = contact(cast)
        assert (one.last_on, one.owed, one.tone, one.words) == (MONDAY, 0, "green", "本期已联系")

    def test_another_company_is_no_contact(self, cast):
        VisitFactory(enrolment=cast.other_enrolment, official=cast.stranger, on=MONDAY)
        assert contact(cast).owed == 1

    def test_who_stands_in_is_named_with_the_last_day(self, cast):
        Deputy.objects.create(
            official=cast.official, deputy=cast.unit, starts_on=MONDAY, ends_on=date(2026, 3, 9),
            reason="学习",
            set_at=at(2026, 3, 1), set_by=cast.office,
        )  # fmt: skip
        assert (contact(cast).deputy, contact(cast).deputy_until) == ("田家骏", date(2026, 3, 9))
        assert contact(cast, date(2026, 3, 10)).deputy == ""

    def test_is_three_queries_for_any_number_of_teams(self, cast, django_assert_num_queries):
        teams = reports.teams_of(Enrolment.objects.order_by("pk"), MONDAY)
        assert len(teams) == 2
        with django_assert_num_queries(3):
            draw_teams(teams, MONDAY)
