"""Word papers take whatever people typed."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document

from liaison.exports.papers import add_body, add_table, new_paper


@pytest.mark.parametrize("strange", ["\ufffe", "\uffff", "\x00", "\x0b", "\x1f"])
def test_a_character_that_no_word_file_can_hold_is_left_out(strange: str) -> None:
    paper = new_paper(title=f"六个{strange}一台账")
    add_body(paper, f"走访{strange}三次")
    add_table(paper, ["事项"], [[f"政策{strange}对接"]], [100])
    file = BytesIO()
    paper.save(file)
    again = Document(file)
    assert [p.text for p in again.paragraphs] == ["六个一台账", "走访三次"]
    assert again.tables[0].rows[1].cells[0].text == "政策对接"
