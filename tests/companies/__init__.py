"""The companies' room. Pages and API read the real clock, so these tests ask it too."""

from datetime import date, datetime

from tests.factories import SHANGHAI


def now() -> datetime:
    """This moment, on the clock of the city."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """The city's day."""
    return now().date()
