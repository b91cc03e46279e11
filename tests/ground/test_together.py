"""Querysets read together are what they would have been alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from issues.models import Ticket
from liaison.models import AuditEvent, CalendarDay, Department, ImportRun, LimitRule, Official
from liaison.together import keep_as, read_together
from tests.factories import AuditEventFactory, Cast, ImportRunFactory, TicketFactory, at

pytestmark = pytest.mark.django_db


def plain(row: Any) -> Any:
    """A model's columns and annotations with their types; other rows as they are."""
    if not hasattr(row, "__dict__"):
        return row
    return {name: (type(value), value) for name, value in vars(row).items() if name[0] != "_"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    made: Ticket = TicketFactory(
        in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, at=at(2026, 3, 2)
    )
    return made


def test_each_row_is_what_the_queryset_makes_of_it_alone(cast: Cast, ticket: Ticket):
    ImportRunFactory(checked=True, region=cast.city, uploaded_by=cast.roster)  # holds JSON
    AuditEventFactory(by=cast.admin)
    asked = (
        Ticket.objects.as_case(cast.office).with_light(cast.office.access.on).prefetch_related(None),
        ticket.events.select_related("by", "unit__department").order_by("-pk"),
        ImportRun.objects.order_by("pk"),
        AuditEvent.objects.order_by("pk"),
        LimitRule.objects.order_by("pk"),
        Official.objects.annotate(both=Concat("name", Value("%s·%"), "phone")).order_by("-name", "pk"),
    )
    alone = [list(queryset.all()) for queryset in asked]
    assert all(alone)
    read_together(*asked)
    for queryset, rows in zip(asked, alone, strict=True):
        assert [plain(row) for row in queryset] == [plain(row) for row in rows]


def test_values_keep_their_types_and_their_order():
    days = CalendarDay.objects.order_by("-on", "pk")
    asked: tuple[Any, ...] = (
        days.values_list("on", "kind", "region__path"),
        days.values_list("on", flat=True)[:3],
        days.values("on", place=F("region__name")),
    )
    alone = [list(queryset.all()) for queryset in asked]
    read_together(*asked)
    assert [list(queryset) for queryset in asked] == alone


def test_all_of_it_is_one_statement_and_nothing_is_read_again(
    cast: Cast, ticket: Ticket, django_assert_num_queries
):
    units, events = ticket.units.select_related("department"), ticket.events.select_related("by")
    again, nobody = Department.objects.order_by("pk"), Official.objects.none()
    with django_assert_num_queries(1) as captured:
        read_together(units, events, Department.objects.order_by("pk"), again, nobody)
        assert [unit.department.name for unit in units] == [cast.land.name]
        assert units[0].ticket is ticket
        assert {event.ticket for event in events} == {ticket}
        assert not nobody
    assert captured[0]["sql"].count('FROM "liaison_department"') == 1  # asked twice, read once


def test_nothing_asked_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        read_together()
        read_together(Official.objects.none())


def test_kept_rows_are_the_owners(ticket: Ticket, django_assert_num_queries):
    events = ticket.events.order_by("-pk")
    read_together(events)
    keep_as(ticket, "events", events)
    with django_assert_num_queries(0):
        assert [event.ticket for event in ticket.events.all()] == [ticket] * len(events)
