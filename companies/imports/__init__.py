"""The companies' rosters: companies, their places in a programme, who looks after them, groups."""

from companies.imports import assignments, companies, enrolments, groups, trades

__all__ = ["assignments", "companies", "enrolments", "groups", "trades"]
