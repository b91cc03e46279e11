"""A region's path: the codes of a place from its city down, a slash after each ("519900/519902/519902001/").

What lies in a place has a path that begins with the place's own. Pure.
"""

from __future__ import annotations


def county_of(path: str) -> str:
    """The county that a place lies in or is; nothing for the city itself."""
    codes = path.split("/")[:-1]
    return f"{codes[0]}/{codes[1]}/" if len(codes) > 1 else ""


def line_of(path: str) -> list[str]:
    """A place with all that it belongs to, by their paths, the city first."""
    codes = path.split("/")[:-1]
    return ["/".join(codes[:n]) + "/" for n in range(1, len(codes) + 1)]
