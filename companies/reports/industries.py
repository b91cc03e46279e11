"""GB/T 4754 in words: sections (门类) and divisions (大类)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from django.db.models import Q

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
    """The section of what a company's row says: "2614" → "C", "C" → "C"; "" where it says none."""
    if industry[:2].isdigit():
        return sections().get(industry[:2], "")
    return industry[:1] if industry[:1] in industry_names() else ""


def in_sections(letters: str) -> Q:
    """Companies whose row says one of these sections, or a division of one; nobody for no letters."""
    if not letters:
        return Q(pk__in=[])
    divisions = [code for code, section in sections().items() if section in letters]
    return Q(industry__regex=f"^([{letters}]|{'|'.join(divisions)})")


def _rows() -> list[dict[str, str]]:
    path = Path(liaison.__file__).parent / "presets" / "industries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
