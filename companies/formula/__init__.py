"""The companies' room: arithmetic. Pure; the solver in `proposal` is imported by name, for it is heavy."""

from companies.formula.periods import Period, contact_period

__all__ = ["Period", "contact_period"]
