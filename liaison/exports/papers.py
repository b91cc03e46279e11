"""Word papers of every room, laid out after GB/T 9704-2012, and never without a line in the trail."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse
from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from liaison.models import AuditEvent, Official
from liaison.workdays import day_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE_FONT, BODY_FONT, HEAD_FONT, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman"
# GB/T 9704-2012, 5.2: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm on A4.
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
BODY_SIZE, TITLE_SIZE, TABLE_SIZE, PAGE_SIZE = Pt(16), Pt(22), Pt(10.5), Pt(14)
LINE = Pt(28)
_NOT_IN_XML = re.compile("[\x00-\x08\x0a-\x1f\ud800-\udfff\ufffe\uffff]")


def new_paper(*, title: str, lying: bool = False) -> Paper:
    """An A4 paper with the standard's margins, fonts, page numbers and its title; `lying` turns the sheet."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))
    if lying:  # the sheet turned: its head stays at the binding's left hand
        section.orientation = WD_ORIENT.LANDSCAPE
        margins = (LEFT, RIGHT, TOP, BOTTOM)
    else:
        margins = (TOP, BOTTOM, LEFT, RIGHT)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = margins
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = DIGITS, BODY_SIZE
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    _number_pages(section.footer.paragraphs[0])
    head = paper.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_after = Pt(14)
    write(head, title, font=TITLE_FONT, size=TITLE_SIZE)
    return paper


def write(paragraph: Paragraph, text: str, *, font: str = BODY_FONT, size: Pt = BODY_SIZE) -> Run:
    """Words in a Chinese font; digits and Latin letters in Times New Roman."""
    run = paragraph.add_run(_printable(text))
    run.font.name, run.font.size = DIGITS, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def add_body(paper: Paper, text: str) -> None:
    """A paragraph of 三号仿宋 with the usual indent of two characters and 28 pt lines."""
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.first_line_indent = BODY_SIZE * 2
    paragraph.paragraph_format.line_spacing = LINE
    paragraph.paragraph_format.space_after = Pt(0)
    write(paragraph, text)


def add_table(
    paper: Paper, headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]
) -> None:
    """A ruled table, widths in mm: its head is repeated on every page, its rows are not torn apart."""
    table = paper.add_table(rows=1, cols=len(headings))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    _fill(table.rows[0], headings, widths, font=HEAD_FONT)
    _mark(table.rows[0]._tr, "w:tblHeader")
    for values in rows:
        row = table.add_row()
        _fill(row, values, widths, font=BODY_FONT)
        _mark(row._tr, "w:cantSplit")


GRID = (26.0, 52.0, 26.0, 52.0)  # label, value, label, value: the 156 mm between the margins


def add_line(paper: Paper, text: str, *, right: bool = False) -> None:
    """A line of 三号仿宋 without indent: to whom a letter goes; at the right, who signs it and when."""
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.line_spacing = LINE
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = BODY_SIZE * 2
    write(paragraph, text)


def add_grid(paper: Paper, rows: Iterable[Sequence[tuple[str, str]]]) -> None:
    """A ruled form of labels and values: two pairs beside each other, or one over the whole width."""
    table = paper.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    table.autofit = False
    for pairs in rows:
        row = table.add_row()
        cells = list(row.cells)
        if len(pairs) == 1:
            cells[1].merge(cells[3])
        for place, (label, value) in enumerate(pairs):
            _fill_cell(cells[2 * place], label, GRID[2 * place], font=HEAD_FONT)
            width = GRID[2 * place + 1] if len(pairs) > 1 else sum(GRID[1:])
            _fill_cell(cells[2 * place + 1], value, width, font=BODY_FONT)
        _mark(row._tr, "w:cantSplit")


def _fill_cell(cell: Any, value: str, width: float, *, font: str) -> None:
    cell.width = Mm(width)
    for number, line in enumerate(value.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        write(paragraph, line, font=font, size=TABLE_SIZE)


def _fill(row: Any, values: Sequence[str], widths: Sequence[float], *, font: str) -> None:
    for cell, value, width in zip(row.cells, values, widths, strict=True):
        _fill_cell(cell, value, width, font=font)


def _mark(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _number_pages(paragraph: Paragraph) -> None:
    """— 1 — in 四号, as the standard numbers pages."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(paragraph, "— ", size=PAGE_SIZE)
    run = write(paragraph, "", size=PAGE_SIZE)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)
    write(paragraph, " —", size=PAGE_SIZE)


def _printable(text: str) -> str:
    """Without the characters that a Word file cannot hold."""
    return _NOT_IN_XML.sub("", text)


def download_paper(
    paper: Paper, *, title: str, rows: int, by: Official, at: datetime, query: str = ""
) -> FileResponse:
    """The paper as an attachment; who took it, with which filter and how many rows, is kept."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    paper.save(file)
    AuditEvent.objects.create(
        at=at,
        by=by,
        action="导出",
        subject=f"export:{title}",
        label=title,
        detail={"rows": rows, "query": query, "format": "docx"},
    )
    file.seek(0)
    name = f"{title}-{day_of(at):%Y%m%d}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX)
