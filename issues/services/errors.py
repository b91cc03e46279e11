"""What the problems' room refuses."""


class MoveRefused(Exception):
    """The ticket's state or the facts do not allow this move. The message is written for the user."""
