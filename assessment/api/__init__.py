"""API of this room."""

ROUTES: list = []
