"""What the problems' room refuses."""

from liaison.refusals import Refusal


class MoveRefused(Refusal):
    """The ticket's state or the facts do not allow this move. The message is written for the user."""
