"""Ledgers to import into the problems' room."""

from issues.imports import ledger

__all__ = ["ledger"]
