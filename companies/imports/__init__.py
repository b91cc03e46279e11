"""The companies' rosters: companies, their places in a programme, and who looks after them."""

from companies.imports import assignments, companies, enrolments, trades

__all__ = ["assignments", "companies", "enrolments", "trades"]
