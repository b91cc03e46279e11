"""Writes of the ground floor, a module per noun."""

from liaison.services.outbox import announce, relay_outbox
from liaison.services.trail import record

__all__ = ["announce", "record", "relay_outbox"]
