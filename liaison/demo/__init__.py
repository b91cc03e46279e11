"""云川市, an invented city that shows the product at work. On the top floor: it plays every room's people."""

from liaison.demo.city import PASSWORD, SIGN_INS
from liaison.demo.story import AlreadySeeded, NotEmpty, seed_city

__all__ = ["PASSWORD", "SIGN_INS", "AlreadySeeded", "NotEmpty", "seed_city"]
