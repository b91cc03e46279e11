"""A visit is kept once, by somebody of the team, on a day that was."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from companies.choices import VisitMode
from companies.models import Visit
from companies.services import VisitRefused, log_visit
from liaison.models import AuditEvent
from tests.factories import AssignmentFactory, VisitFactory, at

NOW = at(2026, 3, 2)


def visit(cast, **fields):
    return log_visit(
        **{
            "client_id": uuid.uuid4(),
            "enrolment": cast.enrolment,
            "on": date(2026, 3, 2),
            "mode": VisitMode.VISIT,
            "summary": " 生产正常 ",
            "has_problem": False,
            "by": cast.official,
            "at": NOW,
            **fields,
        }
    )


class TestLogVisit:
    def test_keeps_who_for_which_unit_and_when(self, cast):
        kept = visit(cast)
        seat = cast.enrolment.assignments.get(role__code="officer")
        assert (kept.official, kept.department, kept.company) == (
            cast.official,
            seat.department,
            cast.company,
        )
        assert (kept.summary, kept.logged_at) == ("生产正常", NOW)
        assert AuditEvent.objects.filter(action="登记走访", by=cast.official).count() == 1

    def test_the_same_id_twice_is_one_visit(self, cast):
        key = uuid.uuid4()
        first = visit(cast, client_id=key)
        second = visit(cast, client_id=key, summary="又按了一次", at=at(2026, 3, 2, 10, 5))
        assert first == second
        assert Visit.objects.count() == 1
        assert AuditEvent.objects.filter(action="登记走访").count() == 1

    def test_the_id_of_somebody_else_is_refused(self, cast):
        key = uuid.uuid4()
        visit(cast, client_id=key)
        with pytest.raises(VisitRefused, match="已被另一次走访使用"):
            visit(cast, client_id=key, enrolment=cast.other_enrolment, by=cast.stranger)

    @pytest.mark.parametrize(
        ("on", "words"),
        [(date(2026, 3, 3), "不能晚于今天"), (date(2024, 12, 31), "不能早于企业纳入包联")],
    )
    def test_refuses_days_that_cannot_be(self, cast, on, words):
        with pytest.raises(VisitRefused, match=words):
            visit(cast, on=on)

    def test_late_in_the_evening_is_still_today_here(self, cast):
        assert visit(cast, at=at(2026, 3, 2, 23, 59)).on == date(2026, 3, 2)

    def test_refuses_somebody_outside_the_team(self, cast):
        with pytest.raises(VisitRefused, match="不在该企业的专班中"):
            visit(cast, by=cast.stranger)

    def test_somebody_of_a_unit_in_the_team_may(self, cast):
        AssignmentFactory(
            enrolment=cast.enrolment, seat="member_department", official=None, department=cast.land
        )
        assert visit(cast, by=cast.unit).department == cast.land

    def test_refuses_a_day_after_the_seat_was_left(self, cast):
        cast.enrolment.assignments.filter(role__code="officer").update(ends_on=date(2026, 2, 27))
        cast.enrolment.assignments.filter(role__code="lead_department").delete()
        with pytest.raises(VisitRefused, match="不在该企业的专班中"):
            visit(cast)
        assert visit(cast, on=date(2026, 2, 27)).pk

    def test_an_unknown_mode_is_refused(self, cast):
        with pytest.raises(VisitRefused, match="联系方式"):
            visit(cast, mode="pigeon")


class TestDatabase:
    def test_refuses_a_visit_in_the_future(self):
        with pytest.raises(IntegrityError, match="companies_visit_not_in_future"), transaction.atomic():
            VisitFactory(on=date(2026, 3, 3), logged_at=NOW)

    def test_refuses_an_id_twice(self):
        first = VisitFactory()
        with pytest.raises(IntegrityError, match="client_id"), transaction.atomic():
            VisitFactory(client_id=first.client_id)
