"""The companies' rosters: companies, and who looks after them."""

from companies.imports import assignments, companies, trades

__all__ = ["assignments", "companies", "trades"]
