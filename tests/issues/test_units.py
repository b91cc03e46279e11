"""Several units on one problem: each with a row, a clock and an end of its own; exactly one lead."""

from __future__ import annotations

from datetime import date

import pytest

from issues import services
from issues.choices import Move, Outcome, Part, ReturnReason, Ruling, Status
from issues.models import Ticket
from issues.services import MoveRefused
from liaison.choices import Rung
from liaison.models import Posting
from tests.factories import PostingFactory, TicketFactory, at

NOON = at(2026, 3, 3)


@pytest.fixture
def water(cast):
    return PostingFactory(role="unit", department__name="云川市水务局").department


@pytest.fixture
def ticket(cast) -> Ticket:
    """Given on Monday 2 March 2026 to 自然资源局, with 供电局 to help."""
    return TicketFactory(
        enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power], by=cast.official
    )


def helper_of(ticket: Ticket, department):
    return ticket.units.get(department=department, part=Part.COOPERATE, is_current=True)


class TestHelperSigns:
    def test_it_has_its_own_day_and_signs_for_itself(self, cast, ticket):
        row = helper_of(ticket, cast.power)
        assert (row.sign_due_on, row.due_on) == (date(2026, 3, 3), date(2026, 3, 5))
        assert (row.warn_on, row.alarm_on) == (date(2026, 3, 4), date(2026, 3, 12))
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)
        row.refresh_from_db()
        assert (row.signed_at, row.accepted_at, row.signed_by) == (NOON, NOON, cast.other_unit)
        event = ticket.events.get(move=Move.HELP_SIGN)
        assert (event.unit, event.from_status, event.to_status) == (row, "in_progress", "in_progress")

    def test_signing_twice_is_refused(self, cast, ticket):
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)
        with pytest.raises(MoveRefused, match="已签收，不必再签收"):
            services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)

    def test_a_unit_that_does_not_help_cannot_sign(self, cast, ticket):
        with pytest.raises(MoveRefused, match="不是该问题的协办单位"):
            services.sign_help(ticket=ticket, department=cast.industry, by=cast.other_unit, at=NOON)

    def test_its_silence_is_acceptance_once(self, cast, ticket):
        ticket.refresh_from_db()
        assert ticket.act_on == date(2026, 3, 4)
        assert services.sweep_tickets(at=at(2026, 3, 3, 17)) == 0
        assert services.sweep_tickets(at=at(2026, 3, 4, 9)) == 1
        assert services.sweep_tickets(at=at(2026, 3, 4, 10)) == 0
        row = helper_of(ticket, cast.power)
        assert row.signed_at is None
        assert row.accepted_at == at(2026, 3, 4, 9)
        event = ticket.events.get(move=Move.HELP_SIGN)
        assert (event.actor, event.by) == ("系统", None)
        assert "供电局逾期未签收，视为接受" in event.note
        with pytest.raises(MoveRefused, match="视为接受"):
            services.sign_help(
                ticket=ticket, department=cast.power, by=cast.other_unit, at=at(2026, 3, 4, 11)
            )

    def test_a_unit_without_anybody_is_not_said_to_have_agreed(self, cast, ticket):
        Posting.objects.filter(official=cast.other_unit).update(ends_on=date(2026, 3, 2))
        services.sweep_tickets(at=at(2026, 3, 4, 9))
        assert "没有单位联络员，无人签收" in ticket.events.get(move=Move.HELP_SIGN).note

    def test_neither_its_signature_nor_its_word_moves_the_ticket(self, cast, ticket):
        ticket.refresh_from_db()
        before = (ticket.status, ticket.next_on, ticket.due_on)
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)
        services.note_progress(
            ticket=ticket, department=cast.power, note="已勘察", by=cast.other_unit, at=NOON
        )
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOON
        )
        ticket.refresh_from_db()
        assert (ticket.status, ticket.next_on, ticket.due_on) == before
        progress = ticket.events.get(move=Move.PROGRESS)
        assert progress.unit.department == cast.power

    def test_after_its_part_it_has_nothing_to_report(self, cast, ticket):
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOON
        )
        with pytest.raises(MoveRefused, match="没有正在办理的协办事项"):
            services.note_progress(
                ticket=ticket, department=cast.power, note="再说", by=cast.other_unit, at=NOON
            )


class TestHelperObjects:
    def object(self, ticket, department, by, moment=NOON, **given):
        values = {"reason": ReturnReason.NOT_OURS, "note": "属水务", **given}
        return services.object_to_help(ticket=ticket, department=department, by=by, at=moment, **values)

    def rule(self, ticket, cast, ruling, moment=NOON, **given):
        values = {"note": "按职责清单", "department": cast.power, **given}
        return services.rule_on_help(ticket=ticket, ruling=ruling, by=cast.office, at=moment, **values)

    def test_the_ticket_goes_on_while_the_office_has_its_days_to_rule(self, cast, ticket):
        self.object(ticket, cast.power, cast.other_unit)
        ticket.refresh_from_db()
        row = ticket.units.get(department=cast.power)
        assert (ticket.status, ticket.returns) == (Status.IN_PROGRESS, 0)
        assert (row.is_current, row.return_reason, row.ruling_due_on) == (False, "not_ours", date(2026, 3, 5))
        assert Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()
        assert not Ticket.objects.awaiting(cast.other_unit).filter(pk=ticket.pk).exists()

    def test_needs_words(self, cast, ticket):
        with pytest.raises(MoveRefused, match="具体理由"):
            self.object(ticket, cast.power, cast.other_unit, note=" ")

    def test_comes_too_late_after_the_signature(self, cast, ticket):
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)
        with pytest.raises(MoveRefused, match="已签收，不能再退回"):
            self.object(ticket, cast.power, cast.other_unit)

    def test_taken_off_it_is_free(self, cast, ticket):
        self.object(ticket, cast.power, cast.other_unit)
        self.rule(ticket, cast, Ruling.TAKE_OFF)
        assert not ticket.units.filter(part=Part.COOPERATE, is_current=True).exists()
        assert not Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()
        assert "不再协办。按职责清单" in ticket.events.get(move=Move.RULE_HELP).note

    def test_another_takes_its_place_with_a_clock_of_its_own(self, cast, ticket, water):
        self.object(ticket, cast.power, cast.other_unit)
        self.rule(ticket, cast, Ruling.REPLACE, at(2026, 3, 4), instead=water)
        row = helper_of(ticket, water)
        assert (row.sign_due_on, row.due_on) == (date(2026, 3, 5), date(2026, 3, 9))

    @pytest.mark.parametrize(("instead", "words"), [(None, "请选择改由哪个单位"), ("power", "刚刚退回")])
    def test_a_place_is_not_taken_by_nobody_nor_by_who_left_it(self, cast, ticket, instead, words):
        self.object(ticket, cast.power, cast.other_unit)
        with pytest.raises(MoveRefused, match=words):
            self.rule(ticket, cast, Ruling.REPLACE, instead=cast.power if instead else None)
        assert ticket.units.to_rule().exists()

    def test_upheld_it_keeps_its_day_and_after_two_returns_that_is_final(self, cast, ticket):
        first = helper_of(ticket, cast.power)
        for moment in (at(2026, 3, 3), at(2026, 3, 4)):
            self.object(ticket, cast.power, cast.other_unit, moment)
            self.rule(ticket, cast, Ruling.UPHOLD, moment)
        row = helper_of(ticket, cast.power)
        assert (row.due_on, row.warn_on, row.alarm_on) == (first.due_on, first.warn_on, first.alarm_on)
        assert row.sign_due_on == date(2026, 3, 5)
        with pytest.raises(MoveRefused, match="已退回 2 次"):
            self.object(ticket, cast.power, cast.other_unit, at(2026, 3, 5))

    def test_returns_of_one_unit_do_not_bind_another(self, cast, ticket, water):
        services.add_helpers(ticket=ticket, departments=[water], by=cast.office, at=NOON)
        for _ in range(2):
            self.object(ticket, cast.power, cast.other_unit)
            self.rule(ticket, cast, Ruling.UPHOLD)
        self.object(ticket, water, cast.unit)
        assert ticket.units.to_rule().get().department == water

    def test_there_is_nothing_to_rule_on_without_an_objection(self, cast, ticket):
        with pytest.raises(MoveRefused, match="没有待裁定的"):
            self.rule(ticket, cast, Ruling.TAKE_OFF)

    def test_what_is_resolved_meanwhile_needs_no_ruling(self, cast, ticket):
        self.object(ticket, cast.power, cast.other_unit)
        services.resolve_ticket(ticket=ticket, outcome=Outcome.SOLVED, result="已接通", by=cast.unit, at=NOON)
        assert not ticket.units.to_rule().exists()


class TestOffice:
    def test_adds_units_each_with_a_day_of_its_own(self, cast, ticket, water):
        services.add_helpers(
            ticket=ticket, departments=[water], note="请核实水压", by=cast.office, at=at(2026, 3, 5)
        )
        assert helper_of(ticket, water).due_on == date(2026, 3, 10)
        ticket.refresh_from_db()
        assert ticket.act_on == date(2026, 3, 4)  # 供电局's silence comes first
        assert ticket.events.get(move=Move.ADD_UNIT).note == "云川市水务局。请核实水压"

    @pytest.mark.parametrize(
        ("name", "words"), [("land", "已是主办单位"), ("power", "已在协办"), ("industry", "没有单位联络员")]
    )
    def test_adds_no_unit_twice_and_none_that_cannot_sign(self, cast, ticket, name, words):
        with pytest.raises(MoveRefused, match=words):
            services.add_helpers(ticket=ticket, departments=[cast[name]], by=cast.office, at=NOON)
        assert ticket.units.count() == 2

    def test_adds_no_dissolved_unit(self, cast, ticket, water):
        water.is_active = False
        water.save(update_fields=["is_active"])
        with pytest.raises(MoveRefused, match="已撤销"):
            services.add_helpers(ticket=ticket, departments=[water], by=cast.office, at=NOON)

    def test_asks_a_unit_again_that_has_given_its_part(self, cast, ticket):
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOON
        )
        services.add_helpers(ticket=ticket, departments=[cast.power], by=cast.office, at=at(2026, 3, 6))
        assert ticket.units.filter(department=cast.power).count() == 2
        assert helper_of(ticket, cast.power).finished_at is None

    def test_takes_a_unit_off_and_keeps_its_dates(self, cast, ticket):
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOON)
        services.release_helper(
            ticket=ticket, department=cast.power, note="已有结论", by=cast.office, at=at(2026, 3, 4)
        )
        row = ticket.units.get(department=cast.power)
        assert (row.is_current, row.signed_at, row.released_at) == (False, NOON, at(2026, 3, 4))
        assert not Ticket.objects.awaiting(cast.other_unit).filter(pk=ticket.pk).exists()

    def test_takes_nobody_off_without_a_reason_or_after_its_part(self, cast, ticket):
        take = {"ticket": ticket, "department": cast.power, "by": cast.office, "at": NOON}
        with pytest.raises(MoveRefused, match="理由"):
            services.release_helper(note=" ", **take)
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOON
        )
        with pytest.raises(MoveRefused, match="不必撤下"):
            services.release_helper(note="不用了", **take)


class TestTransfer:
    def transfer(self, ticket, cast, to, moment=NOON, **given):
        values = {"note": "职责调整", **given}
        return services.transfer_ticket(ticket=ticket, to=to, by=cast.office, at=moment, **values)

    def test_another_leads_the_deadline_stays_and_the_old_row_keeps_its_dates(self, cast, ticket, water):
        due_on, spans = ticket.due_on, ticket.spans.count()
        ticket = self.transfer(ticket, cast, water)
        assert (ticket.status, ticket.transfers, ticket.due_on) == (Status.DISPATCHED, 1, due_on)
        assert (ticket.next_on, ticket.spans.count()) == (date(2026, 3, 4), spans)
        old, new = ticket.units.filter(part=Part.LEAD).order_by("pk")
        assert (old.department, old.is_current, old.released_at) == (cast.land, False, NOON)
        assert old.signed_at is not None
        assert (new.department, new.is_current, new.due_on) == (water, True, due_on)
        assert (new.sign_due_on, new.contact_due_on) == (date(2026, 3, 4), date(2026, 3, 5))
        event = ticket.events.get(move=Move.TRANSFER)
        assert (event.unit, event.term_on) == (new, due_on)
        assert "办结期限不变。职责调整" in event.note

    def test_the_former_lead_may_stay_to_help_without_signing_again(self, cast, ticket, water):
        self.transfer(ticket, cast, water, keep_former=True)
        row = helper_of(ticket, cast.land)
        assert (row.accepted_at, row.due_on) == (NOON, date(2026, 3, 6))

    def test_a_helper_may_be_made_lead(self, cast, ticket):
        self.transfer(ticket, cast, cast.power)
        assert ticket.units.filter(is_current=True).get().department == cast.power

    def test_an_objection_of_the_new_lead_goes_to_the_office(self, cast, ticket, water):
        ticket = self.transfer(ticket, cast, water)
        ticket = services.object_to_ticket(
            ticket=ticket, reason=ReturnReason.NOT_OURS, note="不属水务", by=cast.unit, at=NOON
        )
        assert ticket.status == Status.RETURNED

    @pytest.mark.parametrize(
        ("name", "note", "words"),
        [
            ("land", "调整", "已是主办单位"),
            ("industry", "调整", "没有单位联络员"),
            ("power", " ", "改派的理由"),
        ],
    )
    def test_refusals_change_nothing(self, cast, ticket, name, note, words):
        with pytest.raises(MoveRefused, match=words):
            self.transfer(ticket, cast, cast[name], note=note)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.transfers) == (Status.IN_PROGRESS, 0)
        assert ticket.units.get(part=Part.LEAD, is_current=True).department == cast.land

    def test_the_third_climbs(self, cast, ticket, water):
        for to in (water, cast.power, cast.land):
            ticket = self.transfer(ticket, cast, to)
        assert ticket.transfers == 3
        assert ticket.rung != Rung.UNIT
        assert ticket.escalations.filter(trigger="transfers").exists()

    def test_a_request_for_more_time_lapses_with_the_old_lead(self, cast, ticket, water):
        services.ask_extension(
            ticket=ticket,
            reason="procedure",
            words="公示期未满",
            until=date(2026, 3, 12),
            by=cast.unit,
            at=NOON,
        )
        self.transfer(ticket, cast, water)
        assert ticket.requests.get().state == "lapsed"


class TestNobodyThere:
    """A unit dissolved, or its only liaison officer gone, while a problem is with it: the office's to act."""

    def test_the_office_finds_it_in_its_inbox_and_passes_it_on(self, cast, ticket, water):
        assert not Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()
        cast.land.is_active = False
        cast.land.save(update_fields=["is_active"])
        assert Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()
        with pytest.raises(MoveRefused, match="已撤销"):
            services.transfer_ticket(
                ticket=ticket, to=water, keep_former=True, note="机构改革", by=cast.office, at=NOON
            )
        services.transfer_ticket(ticket=ticket, to=water, note="机构改革", by=cast.office, at=NOON)
        assert not Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()

    def test_so_it_is_when_the_liaison_officer_has_left(self, cast, ticket):
        Posting.objects.filter(official=cast.other_unit).update(ends_on=date(2026, 3, 1))
        assert Ticket.objects.awaiting(cast.office).filter(pk=ticket.pk).exists()
        cast.other_unit.on_duty(date(2026, 3, 3))
        assert not Ticket.objects.visible_to(cast.other_unit).exists()

    def test_the_clock_does_not_call_its_silence_consent(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        cast.land.is_active = False
        cast.land.save(update_fields=["is_active"])
        services.sweep_tickets(at=at(2026, 3, 4))
        ticket.refresh_from_db()
        note = ticket.events.get(move=Move.SIGN).note
        assert (ticket.status, "已撤销，无人签收" in note, "视为接受" in note) == ("in_progress", True, False)


class TestClocksThatStandStill:
    def test_while_a_problem_is_put_off_a_helper_keeps_what_it_had_left(self, cast, ticket):
        services.ask_deferral(
            ticket=ticket, reason="company", words="等图纸", by=cast.unit, at=at(2026, 3, 3)
        )
        services.grant_deferral(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 3))
        assert not Ticket.objects.awaiting(cast.other_unit).filter(pk=ticket.pk).exists()
        assert services.sweep_tickets(at=at(2026, 3, 10)) == 0
        services.resume_ticket(ticket=ticket, note="图纸已到", by=cast.office, at=at(2026, 3, 16))
        row = helper_of(ticket, cast.power)
        assert (row.sign_due_on, row.due_on) == (date(2026, 3, 16), date(2026, 3, 18))
        assert ticket.units.get(part=Part.LEAD).contact_due_on == date(2026, 3, 17)
        ticket.refresh_from_db()
        assert ticket.act_on == date(2026, 3, 17)

    def test_a_new_round_gives_a_helper_who_owes_its_part_the_full_limit(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, answered=True, lead=cast.land, cooperating=[cast.power]
        )
        services.rework_ticket(ticket=ticket, rating=1, actor="企业", note="没通", at=at(2026, 3, 9))
        assert helper_of(ticket, cast.power).due_on == date(2026, 3, 12)
        assert Ticket.objects.awaiting(cast.other_unit).filter(pk=ticket.pk).exists()

    def test_a_new_dispatch_lets_who_helps_already_go_on(self, cast, water):
        ticket = TicketFactory(
            enrolment=cast.enrolment, returned=True, lead=cast.land, cooperating=[cast.power]
        )
        kept = helper_of(ticket, cast.power)
        services.dispatch_ticket(
            ticket=ticket, grade=ticket.grade, category=ticket.category, lead=water,
            cooperating=[cast.power], by=cast.office, at=at(2026, 3, 4),
        )  # fmt: skip
        assert helper_of(ticket, cast.power) == kept

    def test_resolving_without_a_helper_is_allowed_and_written_down(self, cast, ticket):
        services.resolve_ticket(ticket=ticket, outcome=Outcome.SOLVED, result="已接通", by=cast.unit, at=NOON)
        assert "办结时云川市供电局尚未反馈协办意见" in ticket.events.get(move=Move.RESOLVE).note
        assert not Ticket.objects.awaiting(cast.other_unit).filter(pk=ticket.pk).exists()
