"""Given moments in Asia/Shanghai, and the published working calendar."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from liaison import services

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment on the clock of the city: `at(2026, 9, 25, 18, 30)`."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def publish_calendar(*years: int) -> None:
    """Fill the working calendar as it was published: 2025 and 2026, unless other years are given."""
    services.seed_calendar(years=years or (2025, 2026))
