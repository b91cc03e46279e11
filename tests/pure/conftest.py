"""Pure tests: no database, no clock, and no stopwatch either (two cores, many tests at once)."""

from hypothesis import settings

settings.register_profile("pure", deadline=None)
settings.load_profile("pure")
