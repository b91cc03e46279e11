"""A change of the calendar from draft to trail: what is refused, what moves, and that it moves once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection

from issues import services as issues
from issues.choices import Move
from issues.models import Ticket
from issues.reports.deadlines import plan_change, with_companies
from liaison import services
from liaison.choices import ChangeState, DayKind, YearStatus
from liaison.holidays import Holiday, read_notice
from liaison.models import AuditEvent, CalendarChange, CalendarDay, CalendarYear, OutboxMessage, Region
from liaison.services.calendar import shipped_notice
from tests.calendar.papers import PAPER_2027
from tests.factories import CalendarDayFactory, Cast, TicketFactory, TownFactory, at

NOW = at(2026, 12, 28)  # a Monday; five working days on, the year turns
YEAR_2027 = read_notice(PAPER_2027, year=2027)


def draft_2027(cast: Cast, **other: object) -> CalendarChange:
    given = {
        "year": 2027,
        "holidays": YEAR_2027.holidays,
        "title": YEAR_2027.title,
        "document": YEAR_2027.document,
        "published_on": YEAR_2027.published_on,
        "by": cast.office,
        "at": NOW,
    }
    return services.draft_notice(**given | other)


def apply(change: CalendarChange, cast: Cast, moment: datetime = NOW) -> int:
    services.confirm_change(change=change, by=cast.office, at=moment)
    return issues.apply_calendar_change(change_id=change.pk, at=moment)


def given_in_december(cast: Cast, grade: str = "A", state: str = "in_progress", **given: object) -> Ticket:
    """Dispatched on Monday 28 December 2026: five working days lead into 2027."""
    common = {"enrolment": cast.enrolment, "by": cast.official, "lead": cast.land, "unit": cast.unit}
    ticket: Ticket = TicketFactory(
        office=cast.office, grade=grade, at=at(2026, 12, 28, 8), **{state: True, **common, **given}
    )
    return ticket


class TestNotice:
    def test_a_draft_writes_nothing(self, cast: Cast):
        ticket = given_in_december(cast)
        change = draft_2027(cast)
        assert change.state == ChangeState.DRAFT
        assert not CalendarDay.objects.filter(on__year=2027).exists()
        assert not CalendarYear.objects.filter(year=2027, status=YearStatus.PUBLISHED).exists()
        before = (ticket.next_on, ticket.due_on)
        ticket.refresh_from_db()
        assert (ticket.next_on, ticket.due_on) == before

    def test_the_preview_says_old_and_new_and_why(self, cast: Cast):
        ticket = given_in_december(cast)
        assert (ticket.due_on, ticket.due_is_provisional) == (date(2027, 1, 4), True)
        plan = plan_change(draft_2027(cast), Ticket.objects.all())
        (shift,) = plan.shifts
        assert (shift.deadline.step, shift.deadline.old, shift.deadline.new) == (
            "办结",
            date(2027, 1, 4),
            date(2027, 1, 5),
        )
        words = shift.deadline.explain().words
        assert "2027/1/1–2027/1/3 元旦放假及周末不计" in words or "元旦放假不计" in words
        assert words.endswith("。按 2026 年度日历第 1 版、2027 年度日历第 1 版")
        assert "暂定" not in words

    def test_applying_moves_the_deadline_and_leaves_an_event(self, cast: Cast):
        ticket = given_in_december(cast)
        change = draft_2027(cast)
        assert apply(change, cast) == 1
        ticket.refresh_from_db()
        assert (ticket.next_on, ticket.due_on) == (date(2027, 1, 5), date(2027, 1, 5))
        assert not ticket.due_is_provisional
        assert ticket.alarm_on == date(2027, 1, 12)
        lead = ticket.units.get()
        assert lead.due_on == date(2027, 1, 5)
        event = ticket.events.get(move=Move.RECKON)
        assert event.calendar_change == change
        assert event.note == (
            "2027 年放假安排（国办发明电〔2026〕9号）：办结期限由 2027-01-04 改为 2027-01-05"
        )
        assert event.due_on == date(2027, 1, 5)
        assert event.words.endswith("按 2026 年度日历第 1 版、2027 年度日历第 1 版")
        assert event.actor == "云川市协调办公室 何主任"
        year = CalendarYear.objects.get(year=2027)
        assert (year.status, year.version, year.document) == ("published", 1, "国办发明电〔2026〕9号")
        change.refresh_from_db()
        assert (change.state, change.number, change.moved) == (ChangeState.APPLIED, 1, 1)
        actions = AuditEvent.objects.filter(subject=f"liaison.calendarchange:{change.pk}").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == [
            "拟定日历变更",
            "确认日历变更",
            "应用日历变更",
        ]

    def test_the_stored_days_are_those_a_new_count_would_give(self, cast: Cast):
        """In every state: after the change a problem stands as if it had been counted so from the first."""
        states = ("draft", "reported", "dispatched", "in_progress", "resolved")
        several = {"grade": "B", "cooperating": [cast.power]}
        before = {state: given_in_december(cast, state=state, **several) for state in states[1:]}
        before["draft"] = TicketFactory(enrolment=cast.enrolment, by=cast.official, at=at(2026, 12, 31, 9))
        apply(draft_2027(cast), cast)
        fields = (
            "status",
            "next_on",
            "warn_on",
            "alarm_on",
            "act_on",
            "report_due_on",
            "due_on",
            "due_is_provisional",
        )
        for state, old in before.items():
            moment = at(2026, 12, 31, 9) if state == "draft" else at(2026, 12, 28, 8)
            common = {"enrolment": cast.enrolment, "by": cast.official}
            if state != "draft":
                common |= {
                    "lead": cast.land,
                    "unit": cast.unit,
                    "office": cast.office,
                    "cooperating": [cast.power],
                    "grade": "B",
                    state: True,
                }
            fresh = TicketFactory(at=moment, **common)
            old.refresh_from_db()
            assert {f: getattr(old, f) for f in fields} == {f: getattr(fresh, f) for f in fields}, state
            days = ("part", "sign_due_on", "due_on", "warn_on", "alarm_on", "contact_due_on")
            # What a problem resolved still lacks of a helper is not due: it keeps its days until a new round.
            stood, stands = (
                one.units.exclude(part="cooperate", ticket__status="resolved")
                .order_by("part")
                .values_list(*days)
                for one in (fresh, old)
            )
            assert list(stands) == list(stood), state

    def test_a_deadline_that_stays_is_provisional_no_longer_and_leaves_no_event(self, cast: Cast):
        holidays = (Holiday("元旦", date(2027, 1, 2), date(2027, 1, 3)),)
        ticket = given_in_december(cast)
        change = draft_2027(cast, holidays=holidays, has_looked=True)
        plan = plan_change(change, Ticket.objects.all())
        assert (plan.shifts, plan.settled) == ([], 1)
        assert apply(change, cast) == 0
        ticket.refresh_from_db()
        assert (ticket.due_on, ticket.due_is_provisional) == (date(2027, 1, 4), False)
        assert not ticket.events.filter(move=Move.RECKON).exists()

    def test_done_again_it_changes_nothing_more(self, cast: Cast):
        ticket = given_in_december(cast)
        change = draft_2027(cast)
        apply(change, cast)
        assert issues.apply_calendar_change(change_id=change.pk, at=NOW) == 0
        ticket.refresh_from_db()
        assert ticket.due_on == date(2027, 1, 5)
        assert ticket.events.filter(move=Move.RECKON).count() == 1
        assert CalendarYear.objects.get(year=2027).version == 1

    def test_a_failure_in_the_middle_writes_nothing(self, cast: Cast, monkeypatch: pytest.MonkeyPatch):
        ticket = given_in_december(cast)
        change = services.confirm_change(change=draft_2027(cast), by=cast.office, at=NOW)

        def fall(**_: object) -> None:
            raise RuntimeError("the lights went out")

        with monkeypatch.context() as dark:
            dark.setattr("issues.services.deadlines.write_change", fall)
            with pytest.raises(RuntimeError):
                issues.apply_calendar_change(change_id=change.pk, at=NOW)
        ticket.refresh_from_db()
        assert ticket.due_on == date(2027, 1, 4)
        assert not ticket.events.filter(move=Move.RECKON).exists()
        assert issues.apply_calendar_change(change_id=change.pk, at=NOW) == 1

    def test_progress_is_told(self, cast: Cast):
        given_in_december(cast)
        change = services.confirm_change(change=draft_2027(cast), by=cast.office, at=NOW)
        told: list[tuple[int, int]] = []
        issues.apply_calendar_change(
            change_id=change.pk, at=NOW, progress=lambda done, total: told.append((done, total))
        )
        assert told == [(0, 1), (1, 1)]

    def test_a_published_year_is_not_overwritten_silently(self, cast: Cast):
        apply(draft_2027(cast), cast)
        with pytest.raises(services.CalendarRefused, match="2027 年已有公布的安排，更正须写明原因"):
            draft_2027(cast)
        services.seed_calendar(years=[2026])
        assert CalendarYear.objects.get(year=2026).version == 1

    def test_a_correction_is_a_new_edition_and_moves_back(self, cast: Cast):
        ticket = given_in_december(cast)
        apply(draft_2027(cast), cast)
        shorter = (Holiday("元旦", date(2027, 1, 2), date(2027, 1, 3)), *YEAR_2027.holidays[1:])
        again = draft_2027(cast, holidays=shorter, has_looked=True, reason="国务院调整元旦放假")
        assert [day.on for day in again.days.all() if day.is_changed] == [date(2027, 1, 1)]
        assert apply(again, cast) == 1
        ticket.refresh_from_db()
        assert ticket.due_on == date(2027, 1, 4)
        assert CalendarYear.objects.get(year=2027).version == 2
        assert "2027 年度日历第 2 版" in ticket.events.filter(move=Move.RECKON).latest("pk").words

    def test_a_notice_may_change_the_december_before(self, cast: Cast):
        ticket = given_in_december(cast)
        longer = (
            Holiday("元旦", date(2026, 12, 31), date(2027, 1, 3), (date(2026, 12, 27),)),
            *YEAR_2027.holidays[1:],
        )
        apply(draft_2027(cast, holidays=longer), cast)
        ticket.refresh_from_db()
        assert ticket.due_on == date(2027, 1, 6)
        assert CalendarYear.objects.get(year=2026).version == 2
        # and a later correction of 2026 leaves that day to 2027's notice
        shipped = shipped_notice(2026)
        assert shipped is not None
        change = services.draft_notice(
            year=2026, holidays=shipped.holidays, title=shipped.title, document=shipped.document,
            published_on=shipped.published_on, reason="核对", by=cast.office, at=NOW,
        )  # fmt: skip
        assert not [day for day in change.days.all() if day.is_changed]

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"document": " "}, "请填写公布文件的文号。"),
            ({"published_on": date(2026, 12, 29)}, "公布日期不能晚于今天。"),
            ({"published_on": date(2025, 11, 4)}, "请核对公布日期"),
            ({"holidays": YEAR_2027.holidays[1:]}, "没有元旦的安排。"),
            ({"holidays": ()}, "至少要有一个假期。"),
        ],
    )
    def test_refusals(self, cast: Cast, given: dict[str, object], reason: str):
        with pytest.raises(services.CalendarRefused, match=reason):
            draft_2027(cast, **given)
        assert not CalendarChange.objects.exists()

    def test_what_the_package_knows_is_what_is_seeded(self, cast: Cast):
        shipped = shipped_notice(2026)
        assert shipped is not None
        off = {on for holiday in shipped.holidays for on in holiday.off()}
        work = {on for holiday in shipped.holidays for on in holiday.work}
        days = CalendarDay.objects.filter(on__year=2026, region__isnull=True)
        assert off == set(days.filter(kind=DayKind.OFF).values_list("on", flat=True))
        assert work == set(days.filter(kind=DayKind.WORK).values_list("on", flat=True))
        assert shipped_notice(2027) is None


class TestTwoDrafts:
    def test_the_second_has_to_be_previewed_again(self, cast: Cast):
        mine, yours = draft_2027(cast), draft_2027(cast)
        apply(mine, cast)
        with pytest.raises(services.CalendarRefused, match=r"何主任已应用“2027 年放假安排.*”。请重新预览"):
            services.confirm_change(change=yours, by=cast.admin, at=NOW)
        yours = services.renew_change(change=yours, by=cast.admin, at=NOW)
        assert not [day for day in yours.days.all() if day.is_changed]
        services.confirm_change(change=yours, by=cast.admin, at=NOW)

    def test_while_one_is_being_applied_nobody_confirms_another(self, cast: Cast):
        mine, yours = draft_2027(cast), draft_2027(cast)
        services.confirm_change(change=mine, by=cast.office, at=NOW)
        with pytest.raises(services.CalendarRefused, match="何主任正在应用另一份变更"):
            services.confirm_change(change=yours, by=cast.admin, at=NOW)
        assert OutboxMessage.objects.filter(topic="calendar.confirmed").count() == 1

    def test_a_confirmed_one_is_not_confirmed_discarded_or_renewed_again(self, cast: Cast):
        change = services.confirm_change(change=draft_2027(cast), by=cast.office, at=NOW)
        for act in (services.confirm_change, services.discard_change, services.renew_change):
            with pytest.raises(services.CalendarRefused, match="已由何主任确认，正在应用"):
                act(change=change, by=cast.admin, at=NOW)

    def test_what_was_changed_behind_its_back_is_a_draft_again(self, cast: Cast):
        change = services.confirm_change(change=draft_2027(cast), by=cast.office, at=NOW)
        CalendarDayFactory(on=date(2027, 1, 1), name="元旦加班", kind=DayKind.WORK)
        assert issues.apply_calendar_change(change_id=change.pk, at=NOW) == 0
        change.refresh_from_db()
        assert (change.state, change.message) == (
            ChangeState.DRAFT,
            "2027年1月1日在预览之后已被改动，请重新预览。",
        )

    def test_a_discarded_draft_stays_in_the_trail(self, cast: Cast):
        change = services.discard_change(change=draft_2027(cast), by=cast.office, at=NOW)
        assert change.state == ChangeState.DISCARDED
        assert change.days.exists()


class TestException:
    def closed(self, cast: Cast, region: Region, first: date, last: date | None = None) -> CalendarChange:
        return services.draft_exception(
            region=region, kind=DayKind.OFF, first=first, last=last or first, reason="防汛停工",
            document="临江防指〔2026〕3号", by=cast.office, at=at(2026, 3, 3),
        )  # fmt: skip

    def march(self, cast: Cast, **other: object) -> Ticket:
        given = {"enrolment": cast.enrolment, "by": cast.official, "lead": cast.land, "unit": cast.unit}
        ticket: Ticket = TicketFactory(
            in_progress=True, office=cast.office, at=at(2026, 3, 2, 8), **given | other
        )
        return ticket

    def test_a_county_s_closure_moves_its_own_companies_only(self, cast: Cast):
        here = self.march(cast)
        there = self.march(cast, enrolment=cast.other_enrolment, by=cast.stranger)
        assert here.due_on == there.due_on == date(2026, 3, 9)
        change = self.closed(cast, cast.county, date(2026, 3, 5), date(2026, 3, 8))
        assert [day.on.day for day in change.days.order_by("on")] == [5, 6]  # 7 and 8 are a weekend anyway
        assert apply(change, cast, at(2026, 3, 3)) == 1
        here.refresh_from_db()
        there.refresh_from_db()
        assert (here.due_on, there.due_on) == (date(2026, 3, 11), date(2026, 3, 9))
        assert "3/5–3/8 防汛停工及周末不计" in here.events.get(move=Move.RECKON).words
        assert CalendarYear.objects.get(year=2026).version == 2

    def test_a_city_s_closure_holds_in_its_towns(self, cast: Cast):
        cast.company.region = TownFactory(parent=cast.county)
        cast.company.save(update_fields=["region"])
        ticket = self.march(cast)
        apply(self.closed(cast, cast.city, date(2026, 3, 5)), cast, at(2026, 3, 3))
        ticket.refresh_from_db()
        assert ticket.due_on == date(2026, 3, 10)

    def test_it_is_corrected_and_withdrawn_and_the_trail_keeps_all_three(self, cast: Cast):
        ticket = self.march(cast)
        first = self.closed(cast, cast.county, date(2026, 3, 5))
        apply(first, cast, at(2026, 3, 3))
        days = list(CalendarDay.objects.filter(region=cast.county))
        second = services.draft_exception(
            region=cast.county, kind=DayKind.OFF, first=date(2026, 3, 6), last=date(2026, 3, 6),
            reason="防汛停工", document="临江防指〔2026〕4号", replaces=days,
            by=cast.office, at=at(2026, 3, 3),
        )  # fmt: skip
        assert second.corrects == first
        apply(second, cast, at(2026, 3, 3))
        assert list(CalendarDay.objects.filter(region=cast.county).values_list("on", flat=True)) == [
            date(2026, 3, 6)
        ]
        third = services.withdraw_exception(
            days=list(CalendarDay.objects.filter(region=cast.county).select_related("region", "change")),
            reason="险情解除", document="临江防指〔2026〕5号", by=cast.office, at=at(2026, 3, 3),
        )  # fmt: skip
        apply(third, cast, at(2026, 3, 3))
        ticket.refresh_from_db()
        assert ticket.due_on == date(2026, 3, 9)
        assert not CalendarDay.objects.filter(region__isnull=False).exists()
        assert list(CalendarChange.objects.applied().order_by("number")) == [first, second, third]

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"last": date(2026, 3, 4)}, "结束日 2026-03-04 早于开始日 2026-03-05"),
            ({"reason": ""}, "请填写原因"),
            ({"document": ""}, "请填写文号"),
            ({"last": date(2027, 4, 1)}, "一次最多一年"),
            ({"first": date(2026, 3, 7), "last": date(2026, 3, 8)}, "本来就休息，不必列为例外"),
            ({"kind": DayKind.WORK}, "本来就上班，不必列为例外"),
        ],
    )
    def test_refusals(self, cast: Cast, given: dict[str, object], reason: str):
        usual = {
            "region": cast.county, "kind": DayKind.OFF, "first": date(2026, 3, 5), "last": date(2026, 3, 5),
            "reason": "防汛停工", "document": "临江防指〔2026〕3号", "by": cast.office, "at": at(2026, 3, 3),
        }  # fmt: skip
        with pytest.raises(services.CalendarRefused, match=reason):
            services.draft_exception(**usual | given)

    def test_a_day_is_not_excepted_twice(self, cast: Cast):
        apply(self.closed(cast, cast.county, date(2026, 3, 5)), cast, at(2026, 3, 3))
        with pytest.raises(services.CalendarRefused, match="已有例外：防汛停工"):
            self.closed(cast, cast.county, date(2026, 3, 4), date(2026, 3, 5))

    def test_a_make_up_day_is_worked(self, cast: Cast):
        ticket = self.march(cast)
        change = services.draft_exception(
            region=cast.county, kind=DayKind.WORK, first=date(2026, 3, 7), last=date(2026, 3, 7),
            reason="抢险上班", document="临江防指〔2026〕6号", by=cast.office, at=at(2026, 3, 3),
        )  # fmt: skip
        apply(change, cast, at(2026, 3, 3))
        ticket.refresh_from_db()
        assert ticket.due_on == date(2026, 3, 7)


def test_a_preview_costs_the_same_however_many_problems(
    cast: Cast, django_assert_max_num_queries: Callable[..., object]
):
    change = draft_2027(cast)
    for _ in range(12):
        given_in_december(cast)
    connection.queries_log.clear()
    with django_assert_max_num_queries(9):
        plan = plan_change(change, Ticket.objects.all())
        assert len(plan.shifts) == 12
        shown = with_companies(plan.shifts)
        assert all(shift.deadline.explain().words and shift.ticket.company.name for shift in shown)
