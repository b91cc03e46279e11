"""Single cells: what they hold as text, and what Excel has already spoilt in them."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

Cell = str | float | int | date | None

DIGITS_KEPT = 1e15  # Excel keeps fifteen digits of a number; the rest became zeros
_SCIENTIFIC = re.compile(r"^[-+]?\d(?:\.\d+)?[Ee]\+\d{1,3}$")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)*%?$")


class DigitsLost(ValueError):
    """A long code that Excel has turned into a number; its last digits are gone for good."""

    def __init__(self, shown: str) -> None:
        super().__init__(f"单元格已被 Excel 转成科学计数 {shown}，原号码已丢失，请将该列设为文本后重新填写")


def cell_text(value: object) -> str:
    """What the cell says, as text; refuses a number that has lost digits."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.strip()
        if _SCIENTIFIC.match(text):
            raise DigitsLost(text)
        return text
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M" if (value.hour or value.minute) else "%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _number_text(value: int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if abs(value) >= DIGITS_KEPT:
        raise DigitsLost(f"{value:.2E}")
    if value == int(value):
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def heading_key(heading: object) -> str:
    """A heading without what people add to it: spaces, line breaks, asterisks, full-width signs."""
    text = unicodedata.normalize("NFKC", str(heading)).lower()
    return re.sub(r"[\s*:]+|\((?:必填|选填|必须)\)", "", text)


def neutralise(value: object) -> object:
    """A text that a spreadsheet would run as a formula, made harmless for CSV; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return value if _PLAIN_NUMBER.match(value.strip()) else f"'{value}"
    return value
