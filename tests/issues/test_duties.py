"""六个一工作台账: each figure counted by hand, the rows behind it, and who sees whose."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from companies.choices import VisitMode
from issues.choices import Outcome
from issues.models import Ticket
from issues.reports import duties as report
from liaison import services
from liaison.choices import DutyPeriod
from liaison.models import AuditEvent, Batch, DutyRule, Official, ProgrammeVersion
from tests.factories import (
    AssignmentFactory,
    Cast,
    CompanyFactory,
    DutyEntryFactory,
    DutyFileFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    TicketFactory,
    VisitFactory,
    at,
)

JUNE = date(2026, 6, 30)


@dataclass
class P1:
    """百名干部驻企业 since 1 March 2026: one batch, the cast's company, two residents and their chief."""

    cast: Cast
    version: ProgrammeVersion
    batch: Batch
    enrolment: Any
    chief: Official
    resident: Official
    other: Official

    def ledger(self, on: date = JUNE, reader: Official | None = None, **fields: Any) -> report.Ledger:
        reader = (reader or self.cast.office).on_duty(on)
        given = {"programme": self.version.programme, "batch": self.batch, "on": on, "reader": reader}
        return report.ledger_for(**given | fields)

    def figures(self, on: date = JUNE, **fields: Any) -> dict[str, dict[str, str]]:
        ledger = self.ledger(on, **fields)
        people = list(report.people_of(ledger))
        found = report.figures_of(ledger, [person.pk for person in people])
        rows = report.evidence_of(ledger, [person.pk for person in people])
        for person in people:  # every figure has exactly the rows behind it
            for key, figure in found[person.pk].items():
                assert figure.done == len([row for row in rows[person.pk, key] if not row.is_none])
        return {
            person.name: {key: figure.word for key, figure in found[person.pk].items()} for person in people
        }


def _someone(cast: Cast, name: str, rank: str) -> Official:
    official: Official = OfficialFactory(name=name, rank=rank, birth_year=1995)
    PostingFactory(official=official, department=cast.industry)
    return official


@pytest.fixture
def p1(cast: Cast) -> P1:
    version = services.load_preset(
        preset="p1", region=cast.city, starts_on=date(2026, 3, 1), by=cast.office, at=at(2026, 2, 20)
    )
    batch = Batch.objects.create(
        programme=version.programme, number=1, name="第一批", starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
    )  # fmt: skip
    chief = _someone(cast, "县长甲", "county")
    resident, other = _someone(cast, "驻企乙", "staff"), _someone(cast, "驻企丙", "staff")
    enrolment = EnrolmentFactory(company=cast.company, version=version, starts_on=date(2026, 3, 1))
    for code, official in (("chief_officer", chief), ("resident", resident), ("resident", other)):
        AssignmentFactory(enrolment=enrolment, seat=code, official=official, department=cast.industry)
    return P1(cast, version, batch, enrolment, chief, resident, other)


def solved(p1: P1, n: int = 1, *, on: datetime | None = None, **fields: Any) -> list[Ticket]:
    """n problems of the resident's company, closed on the day; cloned from one that went its way."""
    given = {"enrolment": p1.enrolment, "by": p1.resident, "at": at(2026, 3, 10), "closed": True} | fields
    first: Ticket = TicketFactory(**given)
    closed = {"closed_at": on} if on and first.closed_at else {}
    Ticket.objects.filter(pk=first.pk).update(**closed) if closed else None
    first.refresh_from_db()
    copies = []
    for number in range(1, n):
        copy = Ticket.objects.get(pk=first.pk)
        copy.pk, copy.number = None, f"{first.number}-{number}"
        copies.append(copy)
    return [first, *Ticket.objects.bulk_create(copies)]


class TestCheckFigures:
    def test_the_counters_are_those_of_the_real_programme_after_four_months(self, p1):
        """87 found = 45 done + 42 open; 22 policies, 140 million financed, 290 million credit, 40 words."""
        solved(p1, 43)
        solved(p1, 2, outcome=Outcome.EXPLAINED)
        solved(p1, 42, closed=False)
        common = {"enrolment": p1.enrolment, "official": p1.resident}
        for _ in range(20):
            DutyEntryFactory(**common)
        DutyEntryFactory(finance_yuan=Decimal("100_000_000"), **common)
        DutyEntryFactory(credit_yuan=Decimal("90_000_000.50"), **common)
        DutyEntryFactory(
            source="finance", words="银企对接会", finance_yuan=40_000_000, credit_yuan=Decimal("199999999.5"),
            **common,
        )  # fmt: skip
        for _ in range(40):
            DutyEntryFactory(source="suggestion", words="建议错峰用电", **common)
        # none of these counts: taken back, nothing to say, another programme's, after the last day
        DutyEntryFactory(withdrawn_at=at(2026, 3, 3), finance_yuan=1, **common)
        DutyEntryFactory(none=True, **common)
        DutyEntryFactory(enrolment=p1.cast.enrolment, official=p1.cast.official)
        DutyEntryFactory(on=date(2026, 7, 1), logged_at=at(2026, 7, 1), **common)
        TicketFactory(enrolment=p1.cast.enrolment, by=p1.cast.official, at=at(2026, 3, 10))
        counters = {one.code: one for one in report.counters_of(p1.ledger())}
        assert {code: one.value for code, one in counters.items()} == {
            "found": 87, "done": 45, "open": 42, "policies": 22, "finance": 140_000_000,
            "credit": 290_000_000, "suggestions": 40,
        }  # fmt: skip
        assert counters["done"].note == "其中已解决 43 件"  # explained is no solution
        for code, n in (("found", 87), ("done", 45), ("open", 42), ("policies", 22), ("suggestions", 40)):
            assert report.rows_behind(p1.ledger(), code).count() == n
        for code, column in (("finance", "finance_yuan"), ("credit", "credit_yuan")):
            rows = report.rows_behind(p1.ledger(), code)
            assert sum(getattr(row, column) for row in rows) == counters[code].value

    def test_what_was_open_on_a_past_day_is_open_in_the_ledger_of_that_day(self, p1):
        solved(p1, 2, on=at(2026, 5, 4))
        then = {one.code: one.value for one in report.counters_of(p1.ledger(date(2026, 5, 3)))}
        assert (then["found"], then["done"], then["open"]) == (2, 0, 2)


class TestFigures:
    def test_a_solved_problem_counts_by_itself_for_everyone_who_serves_the_company(self, p1):
        solved(p1, 2, on=at(2026, 5, 4))
        solved(p1, on=at(2026, 5, 4), outcome=Outcome.PLANNED)
        found = p1.figures()
        assert [found[name]["problem"] for name in ("县长甲", "驻企乙", "驻企丙")] == ["2/1"] * 3

    def test_a_problem_closed_after_one_left_is_not_ones_own(self, p1):
        p1.enrolment.assignments.filter(official=p1.other).update(ends_on=date(2026, 5, 3))
        solved(p1, on=at(2026, 5, 4, 0, 30))
        assert {name: row["problem"] for name, row in p1.figures().items()} == {
            "县长甲": "1/1", "驻企乙": "1/1", "驻企丙": "0/1",
        }  # fmt: skip

    def test_the_log_counts_for_whoever_wrote_it_each_kind_for_its_duty(self, p1):
        common = {"enrolment": p1.enrolment, "official": p1.resident}
        for source in ("policy", "front_line", "suggestion", "experience", "integrity"):
            DutyEntryFactory(source=source, **common)
        DutyEntryFactory(source="suggestion", **common)
        found = p1.figures()
        assert found["驻企乙"] == {
            "problem": "0/1", "policy": "1/1", "front_line": "1/1", "suggestion": "2/1", "experience": "1/1",
            "integrity": "1/1",
        }  # fmt: skip
        assert set(found["驻企丙"].values()) == {"0/1"}

    def test_nothing_this_period_is_a_good_answer_and_no_count(self, p1):
        DutyEntryFactory(source="ticket_solved", none=True, enrolment=p1.enrolment, official=p1.resident)
        ledger = p1.ledger()
        figure = report.figures_of(ledger, [p1.resident.pk])[p1.resident.pk]["problem"]
        assert (figure.word, figure.done, figure.tone) == ("本期无", 0, "grey")

    def test_contacts_and_visits_count_as_their_rule_says_in_its_month(self, p1):
        version = services.draft_version(
            programme=p1.version.programme, effective_from=date(2026, 4, 1), by=p1.cast.office,
            at=at(2026, 3, 20),
        )  # fmt: skip
        version.duties.all().delete()
        kinds = (("contact", DutyPeriod.MONTH), ("on_site", DutyPeriod.QUARTER))
        for position, (source, period) in enumerate(kinds):
            DutyRule.objects.create(
                version=version, code=source, name=source, source=source, target=2, unit="次",
                period=period, position=position,
            )  # fmt: skip
        services.publish_version(version=version, by=p1.cast.office, at=at(2026, 3, 20))
        for on, mode in (
            (date(2026, 6, 1), "visit"),
            (date(2026, 6, 30), "phone"),
            (date(2026, 4, 1), "visit"),
        ):
            VisitFactory(
                enrolment=p1.enrolment, official=p1.resident, on=on, mode=VisitMode(mode),
                logged_at=at(2026, 6, 30),
            )  # fmt: skip
        VisitFactory(
            enrolment=p1.enrolment, official=p1.resident, on=date(2026, 3, 31), logged_at=at(2026, 6, 30)
        )
        assert p1.figures()["驻企乙"] == {"contact": "2/2", "on_site": "2/2"}
        (contact, on_site) = p1.ledger().columns
        assert (contact.since, contact.ends_on) == (date(2026, 6, 1), date(2026, 6, 30))
        assert (on_site.since, on_site.ends_on) == (date(2026, 4, 1), date(2026, 6, 30))

    def test_a_batch_counts_its_own_days_only(self, p1):
        DutyEntryFactory(enrolment=p1.enrolment, official=p1.resident)
        second = Batch.objects.create(
            programme=p1.version.programme, number=2, name="第二批", starts_on=date(2027, 3, 1),
            ends_on=date(2028, 2, 28),
        )  # fmt: skip
        assert p1.figures(date(2027, 3, 2), batch=second)["驻企乙"]["policy"] == "0/1"
        assert p1.figures(date(2027, 3, 2))["驻企乙"]["policy"] == "1/1"


class TestScope:
    def names(self, p1: P1, who: Official) -> list[str]:
        return [person.name for person in report.people_of(p1.ledger(reader=who))]

    def test_people_stand_by_unit_and_name_and_one_seat_can_be_picked(self, p1):
        assert self.names(p1, p1.cast.office) == ["县长甲", "驻企丙", "驻企乙"]
        assert [p.name for p in report.people_of(p1.ledger(role="resident"))] == ["驻企丙", "驻企乙"]

    def test_an_official_sees_oneself_a_unit_its_own_and_another_unit_nobody(self, p1):
        PostingFactory(official=p1.cast.unit, department=p1.cast.industry, role="unit", reach="department")
        assert self.names(p1, p1.resident) == ["驻企乙"]
        assert self.names(p1, p1.cast.unit) == ["县长甲", "驻企丙", "驻企乙"]
        assert self.names(p1, p1.cast.other_unit) == []
        assert report.counters_of(p1.ledger(reader=p1.cast.other_unit))[0].value == 0

    def test_the_rows_behind_a_figure_are_as_closed_as_the_figure(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        code = p1.version.programme.code
        theirs = reverse("issues:duty-rows", args=[code, p1.other.pk, "policy"])
        assert client_as(p1.other).get(theirs).status_code == 200
        assert client_as(p1.resident).get(theirs).status_code == 404
        assert client_as("other_unit").get(theirs).status_code == 404


class TestPages:
    def test_the_ledger_shows_each_figure_with_its_rows_one_click_away(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        DutyEntryFactory(enrolment=p1.enrolment, official=p1.resident, words="帮企业申报技改补贴")
        client = client_as("office")
        text = client.get(reverse("issues:duties")).content.decode()
        assert "六个一工作台账" in text
        assert "第一批" in text
        link = re.search(rf'href="([^"]*/{p1.resident.pk}/policy/[^"]*)"', text)
        assert link is not None
        assert "帮企业申报技改补贴" in client.get(link[1].replace("&amp;", "&")).content.decode()

    def test_another_programme_is_one_click_away_from_a_batch(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        asked = {"programme": p1.batch.programme.code, "batch": 1, "role": "resident"}
        client = client_as("office")
        page = client.get(reverse("issues:duties"), asked).content.decode()
        links = re.findall(r'id="chip-programme-[^"]*"[^>]*href="([^"]+)"', page)
        assert len(links) == 2
        for link in links:
            assert client.get(reverse("issues:duties") + link.replace("&amp;", "&")).status_code == 200

    def test_a_programme_without_anybody_yet_is_not_the_first_to_be_shown(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        services.load_preset(
            preset="p1", region=p1.cast.city, starts_on=date(2026, 6, 1), code="later", name="下一轮驻企",
            by=p1.cast.office, at=at(2026, 5, 20),
        )  # fmt: skip
        page = client_as("office").get(reverse("issues:duties"))
        assert [code for code, _, _ in page.context["programmes"]][:2] == ["p1", "later"]
        assert "第一批" in page.content.decode()

    def test_people_are_found_by_name_and_by_unit(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        client = client_as("office")
        for words, n in (("驻企", 2), (p1.cast.industry.name, 3), ("查无此人", 0)):
            page = client.get(reverse("issues:duties"), {"q": words}).context["page"]
            assert page.paginator.count == n

    def test_days_to_come_are_refused_in_words(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        answer = client_as("office").get(reverse("issues:duties"), {"until": "2026-07-01"})
        assert answer.status_code == 422
        assert "截至日不能晚于今天" in answer.content.decode()

    def test_the_workbook_holds_figures_and_what_they_rest_on(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        DutyEntryFactory(enrolment=p1.enrolment, official=p1.resident, words="帮企业申报技改补贴")
        answer = client_as("office").post(reverse("issues:duties-export"))
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        head, *rows = list(sheet.iter_rows(values_only=True))
        row = dict(zip(head, next(row for row in rows if row[1] == "驻企乙"), strict=True))
        assert row["对接一项政策（至少 1 项）"] == "1/1"
        assert row["对接一项政策明细"] == f"2026-03-02 {p1.cast.company.name}：帮企业申报技改补贴"
        event = AuditEvent.objects.get(action="导出")
        assert (event.by, event.detail["rows"]) == (p1.cast.office, 3)

    def test_the_paper_is_laid_out_after_the_standard_and_named_by_nobody_first(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        DutyEntryFactory(enrolment=p1.enrolment, official=p1.resident, words="帮企业申报\x0b技改补贴")
        answer = client_as("office").post(reverse("issues:duties-paper"))
        assert answer["Content-Disposition"].endswith(".docx") or ".docx" in answer["Content-Disposition"]
        paper = Document(io.BytesIO(b"".join(answer.streaming_content)))
        section = paper.sections[0]
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
        assert {round(section.top_margin.mm), round(section.left_margin.mm)} == {28, 37}
        assert "仿宋_GB2312" in paper.paragraphs[1]._p.xml
        table = paper.tables[0]
        assert [row.cells[2].text for row in table.rows] == ["姓名", "县长甲", "驻企丙", "驻企乙"]
        assert "帮企业申报技改补贴" in table.rows[3].cells[4].text
        assert AuditEvent.objects.get(action="导出").detail["format"] == "docx"

    def test_both_name_the_evidence_that_lies_behind_a_line(self, p1, client_as, clock):
        clock(at(2026, 6, 30))
        common = {"enrolment": p1.enrolment, "official": p1.resident}
        entry = DutyEntryFactory(words="帮企业申报技改补贴", **common)
        DutyFileFactory(owner=entry, name="受理回执.pdf")
        DutyFileFactory(owner=entry, name="现场.jpg")
        DutyEntryFactory(words="写了一条建议", source="suggestion", **common)
        client, told = client_as("office"), "帮企业申报技改补贴（附件 2 个：受理回执.pdf、现场.jpg）"
        answer = client.post(reverse("issues:duties-export"))
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        head, *rows = list(sheet.iter_rows(values_only=True))
        row = dict(zip(head, next(row for row in rows if row[1] == "驻企乙"), strict=True))
        assert row["对接一项政策明细"] == f"2026-03-02 {p1.cast.company.name}：{told}"
        assert not [name for name, cell in row.items() if "附件" in str(cell) and name != "对接一项政策明细"]
        answer = client.post(reverse("issues:duties-paper"))
        table = Document(io.BytesIO(b"".join(answer.streaming_content))).tables[0]
        cells = next(row for row in table.rows if row.cells[2].text == "驻企乙").cells
        assert [cell.text.count(told) for cell in cells] == [0, 0, 0, 0, 1, *[0] * (len(cells) - 5)]

    def test_the_ledger_costs_the_same_for_many_people(
        self, p1, client_as, clock, django_assert_max_num_queries: Callable[..., Any]
    ):
        clock(at(2026, 6, 30))
        for number in range(30):
            one = _someone(p1.cast, f"干部{number}", "staff")
            place = EnrolmentFactory(
                company=CompanyFactory(region=p1.cast.county), version=p1.version, starts_on=date(2026, 3, 1)
            )
            AssignmentFactory(enrolment=place, seat="resident", official=one)
            DutyEntryFactory(
                enrolment=p1.enrolment, official=one, on=date(2026, 3, 2) + timedelta(days=number),
                logged_at=at(2026, 6, 1),
            )  # fmt: skip
        client = client_as("office")
        client.get(reverse("issues:duties"))
        with django_assert_max_num_queries(16):
            client.get(reverse("issues:duties"))
