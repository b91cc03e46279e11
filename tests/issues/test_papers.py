"""Papers of one problem, and the ledger as a workbook with all its columns."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.urls import reverse
from docx import Document

from issues.choices import Outcome
from issues.exports import HEADINGS
from liaison.models import AuditEvent
from liaison.spreadsheets import open_roster
from tests.factories import Cast, ExternalNumberFactory, TicketFactory


def words_of(response: Any) -> str:
    paper = Document(BytesIO(b"".join(response.streaming_content)))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in paper.paragraphs), *cells])


def test_the_form_is_filled_in_by_itself_and_its_taking_is_kept(cast: Cast, client_as):
    ticket = TicketFactory(
        enrolment=cast.enrolment,
        title="厂区雨天积水",
        description="暴雨后物流停运",
        wish="尽快疏通排水",
        closed=True,
        lead=cast.land,
        unit=cast.unit,
        cooperating=[cast.power],
        office=cast.office,
        by=cast.official,
        grade="B",
    )
    said = words_of(client_as("office").post(reverse("issues:ticket-paper", args=[ticket.number])))
    contact = cast.company.contacts.get()
    for words in (
        *("企业问题办理单", ticket.number, cast.company.uscc, contact.name, contact.phone, "林小舟"),
        *("厂区雨天积水", "暴雨后物流停运", "尽快疏通排水", "B 部门类", "用工", "按期"),
        *(cast.land.name, cast.power.name, "已解决", "已协调到位", "电话", "5 分，满意"),
    ):
        assert words in said, words
    assert AuditEvent.objects.filter(action="导出", label__contains=ticket.number).exists()


def test_what_cannot_be_solved_says_why(cast: Cast, client_as):
    ticket = TicketFactory(
        enrolment=cast.enrolment, resolved=True, outcome=Outcome.CANNOT_NOW, lead=cast.land
    )
    said = words_of(client_as("office").post(reverse("issues:ticket-paper", args=[ticket.number])))
    assert "暂无法解决的原因" in said


def test_each_unit_gets_its_own_notice(cast: Cast, client_as):
    ticket = TicketFactory(
        enrolment=cast.enrolment,
        dispatched=True,
        lead=cast.land,
        cooperating=[cast.power],
        office=cast.office,
        grade="D",
    )
    said = {}
    page = client_as("unit").get(ticket.get_absolute_url()).content.decode()
    for unit in ticket.units.select_related("department").order_by("pk"):
        url = reverse("issues:dispatch-notice", args=[ticket.number, unit.pk])
        assert f'action="{url}"' in page
        said[unit.part] = words_of(client_as("unit").post(url))
    assert f"{cast.land}：" in said["lead"]
    assert "由你单位主办" in said["lead"]
    assert "提出办理方案" in said["lead"]
    assert "由你单位协办" in said["cooperate"]
    assert "反馈协办意见" in said["cooperate"]
    assert cast.coordination.name in said["lead"]


def test_a_unit_of_another_problem_has_no_notice_here(cast: Cast, client_as):
    ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
    other = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.power)
    url = reverse("issues:dispatch-notice", args=[ticket.number, other.units.get().pk])
    assert client_as("office").post(url).status_code == 404


def test_the_ledger_has_every_column_and_only_the_rows_asked_for(cast: Cast, client_as, tmp_path):
    ticket = TicketFactory(
        enrolment=cast.enrolment,
        title="厂区雨天积水",
        wish="疏通",
        closed=True,
        lead=cast.land,
        cooperating=[cast.power],
    )
    ExternalNumberFactory(ticket=ticket, number="YC1")
    TicketFactory(enrolment=cast.enrolment, title="别的事")
    answer = client_as("office").post(reverse("issues:tickets-export") + "?view=closed")
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    sheet = open_roster(path, known_headings=HEADINGS)
    assert tuple(sheet.headings) == HEADINGS
    ((_, cells),) = list(sheet.rows)
    row = dict(zip(HEADINGS, cells, strict=True))
    assert (row["问题"], row["原编号"], row["企业诉求"]) == ("厂区雨天积水", "YC1", "疏通")
    assert (row["主办单位"], row["协办单位"]) == (cast.land.name, cast.power.name)
    assert (row["办理结果"], row["答复方式"], row["企业满意"]) == ("已解决", "电话", "满意")
