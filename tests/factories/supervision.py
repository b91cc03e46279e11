"""督办单, 催办 and 批示."""

from __future__ import annotations

from datetime import date

from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from issues import models
from issues.choices import NoticeColour, NoticeState
from tests.factories.clock import at
from tests.factories.companies import CompanyFactory
from tests.factories.ground import DepartmentFactory, OfficialFactory
from tests.factories.issues import TicketFactory


class NoticeFactory(DjangoModelFactory):
    """Issued on 1 April 2026, yellow, on a problem."""

    class Meta:
        model = models.Notice

    class Params:
        proposed = Trait(
            state=NoticeState.PROPOSED, is_auto=True, year=None, serial=None, issued_at=None, issued_by=None
        )

    ticket = SubFactory(TicketFactory)
    programme = LazyAttribute(lambda o: o.ticket.programme)
    department = SubFactory(DepartmentFactory)
    colour = NoticeColour.YELLOW
    state = NoticeState.ISSUED
    why = "严重逾期"
    demand = "三日内拿出方案"
    due_on = date(2026, 4, 10)
    year = 2026
    serial = Sequence(lambda n: n + 1)
    made_at = at(2026, 4, 1)
    issued_at = at(2026, 4, 1)
    issued_by = SubFactory(OfficialFactory)
    receive_by = date(2026, 4, 2)


class ReminderFactory(DjangoModelFactory):
    class Meta:
        model = models.Reminder

    ticket = SubFactory(TicketFactory)
    department = SubFactory(DepartmentFactory)
    on = date(2026, 4, 1)
    words = "请抓紧"
    at = at(2026, 4, 1)
    by = SubFactory(OfficialFactory)


class LeaderNoteFactory(DjangoModelFactory):
    """A leader's own, on a company, of 1 April 2026."""

    class Meta:
        model = models.LeaderNote

    leader = SubFactory(OfficialFactory)
    recorded_by = SelfAttribute("leader")
    recorded_at = at(2026, 4, 1)
    noted_on = date(2026, 4, 1)
    words = "请专题研究"
    company = SubFactory(CompanyFactory)


class NoteAddresseeFactory(DjangoModelFactory):
    class Meta:
        model = models.NoteAddressee

    note = SubFactory(LeaderNoteFactory)
    department = SubFactory(DepartmentFactory)
