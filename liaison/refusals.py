"""What a service does not do, and why."""

from __future__ import annotations


class Refusal(Exception):
    """A service refuses: nothing was written. The words are for the user; several reasons come at once."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons
