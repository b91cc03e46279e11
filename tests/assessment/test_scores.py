"""Scores: what a month's rows are worth, that they can be computed again, and who sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from assessment import services
from assessment.models import Score
from assessment.reports import MEASURES, SLIPS, evidence_of, slips_of, unit_months
from issues.choices import Outcome
from issues.models import MonthEnd
from liaison.choices import Board, Measure
from tests.factories import Cast, MonthEndFactory, ServicePlanFactory, TicketFactory, at, team_meets

MARCH = date(2026, 3, 1)
CLOSING = at(2026, 3, 31, 18, 5)


@pytest.fixture
def march(cast: Cast) -> MonthEnd:
    """Nine problems of the land bureau: six solved by link, one by call-back, one explained, one overdue."""
    MonthEndFactory(
        month=date(2026, 2, 1),
        since=at(2026, 1, 31, 18),
        until=at(2026, 2, 28, 18),
        frozen_at=at(2026, 2, 28, 18, 5),
    )
    shared = {"enrolment": cast.enrolment, "lead": cast.land}
    for _ in range(6):
        TicketFactory(closed=True, **shared)
    called = TicketFactory(answered=True, **shared)
    survey = services.invite_company(ticket=called, at=at(2026, 3, 3))
    services.record_callback(survey=survey, score=4, by=cast.assessor, at=at(2026, 3, 12))
    TicketFactory(closed=True, outcome=Outcome.EXPLAINED, **shared)
    TicketFactory(in_progress=True, **shared)
    ServicePlanFactory(enrolment=cast.enrolment)
    team_meets(cast.enrolment, on=date(2026, 3, 10))
    return services.close_month(programme=cast.version.programme, month=MARCH, at=CLOSING)


@pytest.fixture
def land(march: MonthEnd, cast: Cast) -> Score:
    return march.scores.get(department=cast.land, board=Board.HANDLING)


def lines(score: Score) -> dict[str, tuple[int, int, D | None]]:
    return {line.measure: (line.numerator, line.denominator, line.points) for line in score.lines.all()}


class TestScores:
    def test_a_handling_unit(self, land):
        assert lines(land) == {
            Measure.CLOSED: (7, 9, D("12.78")),  # 77.78 % against 95 %
            Measure.ON_TIME: (8, 8, D("20.00")),
            Measure.SATISFIED: (8, 8, D("30.00")),
            Measure.RESPONSE: (9, 9, D("10.00")),
            Measure.VERIFIED: (1, 1, None),  # one call-back says nothing
        }
        assert (land.points, land.deducted, land.total) == (D("80.87"), D("0.50"), D("80.37"))
        slip = land.deductions.get()
        assert (slip.slip, slip.count, slip.points) == ("overdue", 1, D("0.50"))

    def test_an_assigned_unit(self, march, cast):
        score = march.scores.get(department=cast.industry, board=Board.ASSIGNED)
        assert lines(score) == {
            Measure.COVERAGE: (1, 1, None),
            Measure.REPORTED_IN_TIME: (9, 9, D("20.00")),
            Measure.RESOLVED: (7, 9, D("7.78")),
            Measure.SATISFIED: (8, 8, D("25.00")),
            Measure.LEDGER: (1, 1, None),
        }
        assert score.total == D("75.40")  # 52.78 of 70

    def test_a_unit_with_too_little_has_no_total(self, march, cast):
        other = march.scores.exclude(department=cast.industry).get(board=Board.ASSIGNED)
        assert (other.points, other.total) == (None, None)

    @pytest.mark.parametrize("board", Board.values)
    def test_are_computed_again_from_the_frozen_rows(self, march, board):
        stored = {score.department_id: score for score in march.scores.filter(board=board)}
        again = unit_months(march, board)
        assert {unit.unit for unit in again} == set(stored)
        for unit in again:
            score, result = stored[unit.unit], unit.result
            assert (result.points, result.deducted, result.total) == (
                score.points, score.deducted, score.total,
            )  # fmt: skip
            assert lines(score) == {
                line.item.measure: (line.item.numerator, line.item.denominator, line.points)
                for line in result.lines
            }

    def test_the_rows_behind_a_line_are_as_many_as_it_says(self, march):
        for score in march.scores.all():
            for line in score.lines.all():
                rows = evidence_of(score, line.measure).rows
                assert (rows.filter(counts=True).count(), rows.count()) == (line.numerator, line.denominator)
            for slip in score.deductions.all():
                assert slips_of(score, slip.slip).rows.count() == slip.count

    def test_every_measure_has_its_formula(self):
        assert set(MEASURES) == set(Measure.values)
        assert len(SLIPS) == 4


@pytest.fixture
def today() -> Iterator[None]:
    """The day on which the pages are opened."""
    with time_machine.travel(at(2026, 4, 1), tick=False):
        yield


@pytest.mark.usefixtures("today")
class TestPages:
    def test_from_months_to_board_to_sheet_to_rows(self, client_as, land):
        client = client_as("assessor")
        assert "2 个单位" in client.get(reverse("assessment:scores")).content.decode()
        board = reverse("assessment:scores-month", args=["p2", "2026-03", "handling"])
        text = client.get(board).content.decode()
        assert "7/9" in text
        assert "未计分" in text
        sheet = client.get(land.get_absolute_url()).content.decode()
        assert "得分合计 72.78 ÷ 计分权重 90 × 100" in sheet
        for key in (*Measure.values[:5], "overdue"):
            rows = client.get(reverse("assessment:score-rows", args=[land.pk, key]))
            assert rows.status_code == 200, key
        closed = reverse("assessment:score-rows", args=[land.pk, "closed"])
        assert client.get(closed, {"show": "in"}).context["page"].paginator.count == 7

    def test_a_unit_sees_its_own_sheet_only(self, client_as, land, march, cast):
        client = client_as("unit")
        board = reverse("assessment:scores-month", args=["p2", "2026-03", "handling"])
        page = client.get(board)
        assert [row["score"].department for row in page.context["rows"]] == [cast.land]
        assert client.get(land.get_absolute_url()).status_code == 200
        other = march.scores.filter(board=Board.ASSIGNED).first()
        assert client.get(other.get_absolute_url()).status_code == 404
        assert client.get(reverse("assessment:score-rows", args=[other.pk, "coverage"])).status_code == 404

    @pytest.mark.parametrize("who", ["official", "other_unit", "roster"])
    def test_others_see_nothing(self, client_as, land, who):
        client = client_as(who)
        assert "还没有考核得分" in client.get(reverse("assessment:scores")).content.decode()
        assert client.get(land.get_absolute_url()).status_code == 404

    def test_board_and_month_that_do_not_exist(self, client_as, land):
        client = client_as("assessor")
        for month, board in (("2026-03", "people"), ("2026-02", "handling"), ("2026-3x", "handling")):
            assert client.get(f"/scores/p2/{month}/{board}/").status_code == 404

    def test_the_workbook_holds_the_board(self, client_as, land):
        address = reverse("assessment:scores-workbook", args=["p2", "2026-03", "handling"])
        answer = client_as("assessor").post(address)
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        row = [cell.value for cell in sheet[2]]
        assert row[:4] == ["云川市自然资源局", 12.78, 7, 9]
        assert row[-1] == "不足5件未计分：回访核实率（n=1）"

    @pytest.mark.parametrize("name", ["scores", "scores-month", "score", "score-rows"])
    def test_pages_stay_within_their_queries(self, client_as, land, name, django_assert_max_num_queries):
        arguments = {
            "scores": [],
            "scores-month": ["p2", "2026-03", "handling"],
            "score": [land.pk],
            "score-rows": [land.pk, "closed"],
        }[name]
        client = client_as("assessor")
        with django_assert_max_num_queries(10):
            client.get(reverse(f"assessment:{name}", args=arguments))

    def test_api_lists_scores_with_their_lines(self, api_as, land):
        answer = api_as("assessor").get("/api/v1/scores/", {"month": "2026-03", "board": "handling"}).json()
        assert answer["count"] == 1
        assert answer["results"][0]["total"] == "80.37"
        assert answer["results"][0]["lines"][0]["numerator"] == 7
        assert api_as("official").get("/api/v1/scores/").json()["count"] == 0
