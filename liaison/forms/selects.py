"""Selects that a browser cannot leave empty."""

from __future__ import annotations

from typing import Any

from django import forms


class SettledSelect(forms.Select):
    """A select without an empty line: something is always chosen, so `required` says nothing.

    The stock select reads all its choices once more to find that out.
    """

    def use_required_attribute(self, initial: Any) -> bool:
        return False
