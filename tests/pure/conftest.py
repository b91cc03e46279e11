"""Pure tests: no database, no clock, and no stopwatch either (two cores, many tests at once)."""

from hypothesis import HealthCheck, settings

settings.register_profile("pure", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pure")
