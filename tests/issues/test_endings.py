"""重提 and 撤回: what only the company's own word does, by its page or to the office on the phone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issues import services
from issues.choices import Light, Move, Outcome, RequestKind, RequestState, Status, WithdrawalReason
from issues.forms.moves import forms_open_to
from issues.models import Escalation, FollowLink, FrozenTicket, Ticket
from issues.reports.running import running_slices
from issues.services import MoveRefused, freeze_month
from liaison.models import OutboxMessage
from tests.factories import Cast, MonthEndFactory, TicketFactory, at
from tests.issues.test_office_moves import moves_of

LATER = at(2026, 3, 16)


@pytest.fixture
def closed(cast: Cast) -> Ticket:
    """Struck off on 2 March, a Monday."""
    ticket: Ticket = TicketFactory(
        closed=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office
    )
    return ticket


class TestReopen:
    def test_begins_a_round_with_its_own_deadline_for_the_same_unit(self, cast, closed):
        ticket = services.reopen_ticket(ticket=closed, note="又停电了", at=LATER)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.round, ticket.due_on) == (Status.IN_PROGRESS, 2, date(2026, 3, 23))
        assert (ticket.closed_at, ticket.rating, ticket.is_satisfied) == (None, None, None)
        assert (ticket.outcome, ticket.resolved_at, ticket.answered_at) == ("", None, None)
        lead = ticket.units.get(is_current=True)
        assert (lead.department, lead.due_on, lead.finished_at) == (cast.land, ticket.due_on, None)
        event = ticket.events.get(move=Move.REOPEN)
        assert (event.by, event.note) == (None, "又停电了")
        assert event.actor == f"{cast.company.name}（企业进度页）"
        assert "企业重提" in event.words

    def test_goes_through_the_whole_course_once_more(self, cast, closed):
        ticket = services.reopen_ticket(ticket=closed, note="又停电了", at=LATER)
        ticket = services.resolve_ticket(
            ticket=ticket, outcome=Outcome.SOLVED, result="换了线", by=cast.unit, at=LATER
        )
        ticket = services.answer_ticket(ticket=ticket, mode="phone", note="", by=cast.official, at=LATER)
        ticket = services.confirm_ticket(ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=LATER)
        assert (ticket.status, ticket.round, ticket.result) == (Status.CLOSED, 2, "换了线")

    @pytest.mark.parametrize(("days", "may"), [(0, True), (30, True), (31, False)])
    def test_within_so_many_days_by_rule_and_no_longer(self, closed, days, may):
        moment = at(2026, 3, 2, 23) + timedelta(days=days)
        assert services.reopen_until(closed) == date(2026, 4, 1)
        if may:
            assert services.reopen_ticket(ticket=closed, note="又停电了", at=moment).round == 2
            return
        with pytest.raises(MoveRefused, match="已超过 30 天"):
            services.reopen_ticket(ticket=closed, note="又停电了", at=moment)
        closed.refresh_from_db()
        assert closed.status == Status.CLOSED

    @pytest.mark.parametrize("state", [status for status in Status if status != Status.CLOSED])
    def test_only_what_was_struck_off(self, cast, state):
        ticket = TicketFactory(state=state, enrolment=cast.enrolment)
        with pytest.raises(MoveRefused, match="不能企业重提"):
            services.reopen_ticket(ticket=ticket, note="又停电了", at=LATER)

    def test_needs_words(self, closed):
        with pytest.raises(MoveRefused, match="请写明"):
            services.reopen_ticket(ticket=closed, note="  ", at=LATER)

    def test_climbs_where_the_rules_count_rounds(self, cast, closed):
        rules = cast.version.escalations.filter(trigger="reworks")
        ticket, rungs = closed, Escalation.objects.filter(ticket=closed, trigger="reworks")
        for number in range(1, 4):
            ticket = services.reopen_ticket(ticket=ticket, note=f"第 {number} 次", at=LATER)
            by_now = {rule.rung for rule in rules.filter(threshold__lte=number)}
            assert {one.rung for one in rungs.all()} == by_now
            ticket = services.resolve_ticket(
                ticket=ticket, outcome=Outcome.SOLVED, result="修了", by=cast.unit, at=LATER
            )
            ticket = services.answer_ticket(ticket=ticket, mode="phone", note="", by=cast.official, at=LATER)
            ticket = services.confirm_ticket(
                ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=LATER
            )
        assert rungs.exists()

    def test_the_office_writes_down_what_was_said_on_the_phone(self, cast, closed):
        cast.office.on_duty(date(2026, 3, 16))
        form = next(form for form in forms_open_to(cast.office, closed) if form.move == Move.REOPEN)
        bound = form({"note": "企业来电：又停电了"}, ticket=closed, official=cast.office)
        assert bound.is_valid()
        ticket = bound.perform(at=LATER)
        event = ticket.events.get(move=Move.REOPEN)
        assert event.by == cast.office
        assert event.actor.endswith("（电话，何主任记录）")

    def test_is_not_offered_when_its_days_are_over_nor_to_the_handlers(self, cast, closed):
        for who in (cast.official, cast.unit):
            assert Move.REOPEN not in {form.move for form in forms_open_to(who, closed)}
        cast.office.on_duty(date(2026, 4, 2))
        assert Move.REOPEN not in {form.move for form in forms_open_to(cast.office, closed)}


class TestMonths:
    """A frozen month stays as it is, and one that is frozen late is what it would have been."""

    @pytest.fixture(autouse=True)
    def _february(self, cast):
        MonthEndFactory(
            month=date(2026, 2, 1), since=at(2026, 1, 31, 18), until=at(2026, 2, 28, 18),
            frozen_at=at(2026, 2, 28, 18, 5),
        )  # fmt: skip

    def freeze(self, cast, month, moment):
        end = freeze_month(programme=cast.version.programme, month=month, at=moment)
        return end, list(FrozenTicket.objects.filter(month_end=end).values())

    def test_a_frozen_month_keeps_its_closed_problem_and_the_next_counts_the_new_round(self, cast, closed):
        march, before = self.freeze(cast, date(2026, 3, 1), at(2026, 3, 31, 18, 5))
        services.reopen_ticket(ticket=closed, note="又停电了", at=at(2026, 4, 1, 9))
        assert list(FrozenTicket.objects.filter(month_end=march).values()) == before
        row = march.tickets.get()
        assert (row.is_closed, row.outcome, row.is_satisfied) == (True, "solved", True)
        april, _ = self.freeze(cast, date(2026, 4, 1), at(2026, 4, 30, 18, 5))
        row = april.tickets.get()
        assert (row.status, row.is_new, row.is_due, row.is_closed) == ("in_progress", False, True, False)
        assert (row.outcome, row.is_satisfied, row.reworks) == ("", None, 0)

    def test_a_late_freeze_is_not_touched_by_what_came_after(self, cast, closed):
        services.reopen_ticket(ticket=closed, note="又停电了", at=at(2026, 4, 1, 9))
        services.resolve_ticket(
            ticket=closed, outcome=Outcome.CANNOT_NOW, result="没有指标", by=cast.unit, at=at(2026, 4, 1, 10)
        )
        march, _ = self.freeze(cast, date(2026, 3, 1), at(2026, 4, 1, 11))
        row = march.tickets.get()
        assert (row.status, row.is_closed, row.outcome, row.is_satisfied) == ("closed", True, "solved", True)

    def test_what_comes_back_within_the_month_is_neither_closed_nor_rated(self, cast, closed):
        services.reopen_ticket(ticket=closed, note="又停电了", at=LATER)
        march, _ = self.freeze(cast, date(2026, 3, 1), at(2026, 3, 31, 18, 5))
        row = march.tickets.get()
        assert (row.status, row.is_closed, row.is_satisfied, row.is_due) == ("in_progress", False, None, True)

    def test_the_running_month_says_the_same(self, cast, closed):
        def counted(name):
            return Ticket.objects.filter(
                running_slices(at(2026, 2, 28, 18), date(2026, 3, 31))[name].rows
            ).count()

        assert (counted("closed"), counted("rated"), counted("solved")) == (1, 1, 1)
        services.reopen_ticket(ticket=closed, note="又停电了", at=LATER)
        assert (counted("closed"), counted("rated"), counted("solved"), counted("due")) == (0, 0, 0, 1)

    def test_a_withdrawn_problem_is_told_once_and_counts_in_no_rate(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, unit=cast.unit, office=cast.office
        )
        services.withdraw_ticket(ticket=ticket, note="已自行解决", at=LATER)
        march, _ = self.freeze(cast, date(2026, 3, 1), at(2026, 3, 31, 18, 5))
        row = march.tickets.get()
        assert (row.status, row.is_new, row.is_due, row.is_closed) == ("withdrawn", True, False, False)
        assert (row.is_overdue, row.is_satisfied, row.outcome) == (False, None, "")
        april, _ = self.freeze(cast, date(2026, 4, 1), at(2026, 4, 30, 18, 5))
        assert not april.tickets.exists()
        slices = running_slices(at(2026, 2, 28, 18), date(2026, 3, 31))
        for name in ("due", "open", "closed", "overdue", "solved", "unsolved"):
            assert not Ticket.objects.filter(slices[name].rows).exists(), name


class TestWithdrawal:
    @pytest.fixture
    def ticket(self, cast):
        return TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, unit=cast.unit, office=cast.office
        )

    def ask(self, ticket, by):
        return services.ask_withdrawal(
            ticket=ticket, reason=WithdrawalReason.SETTLED, words="您说已经自己解决了", by=by, at=LATER
        )

    def test_the_company_takes_it_back_itself(self, ticket):
        services.withdraw_ticket(ticket=ticket, note="已自行解决", at=LATER)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.next_on, ticket.act_on) == (Status.WITHDRAWN, None, None)
        assert not ticket.units.filter(is_current=True).exists()
        assert not ticket.spans.filter(until__isnull=True).exists()
        assert Ticket.objects.with_light(date(2026, 3, 20)).get(pk=ticket.pk).light == Light.ENDED
        assert not Ticket.objects.open().exists()

    def test_asked_for_it_ends_only_with_the_company_s_yes(self, cast, ticket):
        self.ask(ticket, cast.official)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.next_on is not None) == (Status.IN_PROGRESS, True)
        assert FollowLink.objects.filter(ticket=ticket).count() == 1
        news = OutboxMessage.objects.filter(topic="company.news").latest("pk")
        assert news.arguments == {"ticket": ticket.pk, "what": "withdrawal"}
        services.agree_to_withdraw(ticket=ticket, at=LATER)
        ticket.refresh_from_db()
        request = ticket.requests.get()
        assert (ticket.status, request.state, request.decided_by) == (
            Status.WITHDRAWN,
            RequestState.GRANTED,
            None,
        )

    def test_its_no_leaves_everything_as_it_was(self, cast, ticket):
        due = ticket.due_on
        self.ask(ticket, cast.office)
        services.refuse_withdrawal(ticket=ticket, note="还没有解决", at=LATER)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.due_on) == (Status.IN_PROGRESS, due)
        request = ticket.requests.get()
        assert (request.kind, request.state) == (RequestKind.WITHDRAWAL, RequestState.REFUSED)
        with pytest.raises(MoveRefused, match="没有待审批的撤回申请"):
            services.refuse_withdrawal(ticket=ticket, at=LATER)

    def test_what_was_taken_back_cannot_be_agreed_to(self, cast, ticket):
        self.ask(ticket, cast.official)
        services.drop_request(ticket=ticket, kind=RequestKind.WITHDRAWAL, by=cast.official, at=LATER)
        with pytest.raises(MoveRefused, match="已经收回"):
            services.agree_to_withdraw(ticket=ticket, at=LATER)

    def test_it_lapses_once_the_unit_has_said_what_became_of_it(self, cast, ticket):
        self.ask(ticket, cast.official)
        services.resolve_ticket(ticket=ticket, outcome=Outcome.SOLVED, result="好了", by=cast.unit, at=LATER)
        assert ticket.requests.get().state == RequestState.LAPSED
        with pytest.raises(MoveRefused, match="不能企业撤回"):
            services.agree_to_withdraw(ticket=ticket, at=LATER)

    def test_other_requests_lapse_with_it(self, cast, ticket):
        services.ask_deferral(ticket=ticket, reason="means", words="待立项", by=cast.unit, at=LATER)
        services.withdraw_ticket(ticket=ticket, note="不办了", at=LATER)
        assert ticket.requests.get().state == RequestState.LAPSED

    def test_no_official_makes_the_company_s_move(self, cast, ticket):
        self.ask(ticket, cast.official)
        for who in (cast.office, cast.official, cast.unit):
            open_moves = {form.move for form in forms_open_to(who, ticket)}
            assert not open_moves & {Move.WITHDRAW, Move.REFUSE_WITHDRAWAL}
        assert Move.DROP_WITHDRAWAL in {form.move for form in forms_open_to(cast.official, ticket)}
        assert Move.DROP_WITHDRAWAL not in {form.move for form in forms_open_to(cast.office, ticket)}
        assert Move.ASK_WITHDRAWAL not in {form.move for form in forms_open_to(cast.unit, ticket)}

    @pytest.mark.parametrize(
        "state", [Status.RESOLVED, Status.ANSWERED, Status.CLOSED, Status.MERGED, Status.EXCLUDED]
    )
    def test_not_after_the_result(self, cast, state):
        ticket = TicketFactory(state=state, enrolment=cast.enrolment)
        with pytest.raises(MoveRefused, match="不能企业撤回"):
            services.withdraw_ticket(ticket=ticket, note="不办了", at=LATER)

    def test_needs_words(self, ticket):
        with pytest.raises(MoveRefused, match="请写明撤回的原因"):
            services.withdraw_ticket(ticket=ticket, note=" ", at=LATER)
        assert Move.WITHDRAW not in moves_of(ticket)
