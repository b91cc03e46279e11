"""Pasted lists: names, credit codes and project codes as people paste them from anywhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from liaison import normalise

_SOFT = re.compile(r"[、，,；;]+")
_ORDINAL = re.compile(r"^(?:[(（]\d{1,4}[)）]|\d{1,4}[)）.．、:：](?=\s|\D|\d{15}))\s*")  # 1、 (2) 3.
_SERIAL = re.compile(r"\d{1,5}")
_DAMAGED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_HEADINGS = frozenset(
    {
        *("序号", "编号", "企业", "名称", "企业名称", "单位名称", "公司名称", "企业全称", "市场主体名称"),
        *("统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "项目编号", "项目代码", "备注"),
        *("县区", "行政区划", "所属县区", "行业"),
    }
)
_LEAST_DIGITS = 8  # a word of fewer digits is a name in Latin letters


@dataclass(frozen=True)
class Pasted:
    """One thing that a list names: by code, by name, or by both where one line holds both.

    `word` is what may be a project's code; `trouble` says why neither code nor name can be one.
    """

    line: int
    text: str
    word: str
    code: str = ""
    name: str = ""
    trouble: str = ""


def read_list(text: str) -> list[Pasted]:
    """What a list names, in its order; headings, serial numbers and empty lines are left out.

    Columns come from a sheet (tabs): a line with one code in it names one company. Without tabs, 、，,；;
    part one from the next.
    """
    found: list[Pasted] = []
    for number, line in enumerate(text.splitlines(), start=1):
        found += (_read(number, shown, code, name) for shown, code, name in _parts(line))
    return found


def _parts(line: str) -> Iterator[tuple[str, str, str]]:
    """As written, the word that looks like a code, the words that look like a name."""
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    if not cells or all(normalise.half_width(cell) in _HEADINGS for cell in cells):
        return
    if len(cells) > 1:
        codes = [cell for cell in cells if _is_code(cell)]
        others = [cell for cell in cells if not _is_code(cell) and not _SERIAL.fullmatch(cell)]
        if len(codes) == 1:
            name = max(others, key=len, default="")
            yield f"{name} {codes[0]}".strip(), codes[0], name
            return
        cells = [*codes, *others]
    for cell in cells:
        pieces = [piece for part in _SOFT.split(_ORDINAL.sub("", cell)) if (piece := part.strip())]
        yield from map(_pair, pieces)


def _pair(piece: str) -> tuple[str, str, str]:
    """A name and a code with only a blank between them."""
    if _is_code(piece):
        return piece, piece, ""
    words = piece.split()
    codes = [word for word in words if _is_code(word)]
    if len(codes) == 1:
        return piece, codes[0], " ".join(word for word in words if word != codes[0])
    return piece, "", piece


def _read(line: int, shown: str, code: str, name: str) -> Pasted:
    word = normalise.half_width(code or name)
    if _DAMAGED.fullmatch(word):
        trouble = "代码被 Excel 变成了科学计数，后几位已丢失；请把该列设为文本，重新复制"
        return Pasted(line, shown, word, trouble=trouble)
    trouble, clean_code, clean_name = "", "", ""
    if name:
        try:
            clean_name = normalise.company_name(name)
        except ValueError as problem:
            trouble = str(problem).rstrip("。")
    if code:
        trouble = ""
        try:
            clean_code = normalise.credit_code(code)
        except ValueError as problem:
            trouble = str(problem).rstrip("。")
    return Pasted(line, shown, word, clean_code, clean_name, trouble)


def _is_code(text: str) -> bool:
    """Whether somebody meant a credit code by it, right or wrong."""
    word = re.sub(r"[\s\-]", "", normalise.half_width(text)).upper()
    if _DAMAGED.fullmatch(word):
        return True
    return bool(re.fullmatch(r"[0-9A-Z]{15,20}", word)) and sum(map(str.isdigit, word)) >= _LEAST_DIGITS
