"""GB/T 4754 in words: sections (门类) and divisions (大类)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import liaison


@cache
def sections() -> dict[str, str]:
    """Division → section of GB/T 4754."""
    return {row["code"]: row["section"] for row in _rows() if row["code"] != row["section"]}


@cache
def industry_names() -> dict[str, str]:
    """Code → name of each section and division, in the standard's order."""
    return {row["code"]: row["name"] for row in _rows()}


def section_of(industry: str) -> str:
    """The section of what a company's row says: "26" → "C", "C" → "C", "" → ""."""
    return sections().get(industry[:2], "") if industry[:2].isdigit() else industry[:1]


def _rows() -> list[dict[str, str]]:
    path = Path(liaison.__file__).parent / "presets" / "industries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
