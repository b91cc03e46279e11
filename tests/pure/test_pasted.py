"""Pasted lists: what a line names, however it was copied."""

from __future__ import annotations

import pytest

from companies.formula.pasted import read_list
from tests.factories.companies import credit_code

CODE, OTHER = credit_code(71_000_001), credit_code(71_000_002)
NAME = "云川禾丰食品有限公司"


def named(text: str) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in read_list(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NAME}\n{CODE}\n\n", [("", NAME), (CODE, "")]),
        (f"{NAME}、{CODE}，{OTHER}；锐石建材厂", [("", NAME), (CODE, ""), (OTHER, ""), ("", "锐石建材厂")]),
        (f"{NAME}\t{CODE}", [(CODE, NAME)]),
        (f"3\t临江区\t{NAME}\t{CODE}\t", [(CODE, NAME)]),
        (f"{NAME}\t云川锐石建材有限公司", [("", NAME), ("", "云川锐石建材有限公司")]),
        (f"序号\t企业名称\t统一社会信用代码\n1\t{NAME}\t{CODE}", [(CODE, NAME)]),
        (f"1、{NAME}\n（2）{CODE}\n3. {NAME}", [("", NAME), (CODE, ""), ("", NAME)]),
        (f"1、{CODE}\n2.{OTHER}\n3. {CODE}", [(CODE, ""), (OTHER, ""), (CODE, "")]),
        (f"{CODE[:6].lower()} {CODE[6:]}", [(CODE, "")]),
        ("".join(chr(ord(c) + 0xFEE0) for c in CODE), [(CODE, "")]),
        (f"{NAME}　{CODE}", [(CODE, NAME)]),
        ("云川 宏远(集团)有限公司", [("", "云川宏远（集团）有限公司")]),
        ("360数字科技有限公司", [("", "360数字科技有限公司")]),
        (" \t \n、，\n", []),
    ],
)  # fmt: skip
def test_reads_what_people_paste(text: str, expected: list[tuple[str, str]]):
    assert named(text) == expected


def test_a_code_that_cannot_be_one_says_why_and_keeps_the_name():
    (short, damaged, swapped) = read_list(f"{CODE[:-1]}\n9.16107E+17\n{NAME}\t{CODE[:-1]}A")
    assert "长度应为 18 位" in short.trouble
    assert "科学计数" in damaged.trouble
    assert ("校验位" in swapped.trouble, swapped.name, swapped.code) == (True, NAME, "")


def test_counts_lines_as_the_clerk_sees_them():
    assert [one.line for one in read_list(f"\n{NAME}\n\n{CODE}、{OTHER}")] == [2, 4, 4]
