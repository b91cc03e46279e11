"""The project's own files, as the architecture tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("liaison", "companies", "issues", "assessment")  # each may only look to its left


@cache
def own_files() -> tuple[Path, ...]:
    """Every file of the project: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*floors: str) -> Iterator[tuple[str, ast.Module]]:
    """The rooms' modules of these names, packages whole: `modules("views", "api")`; all without a name."""
    for path in own_files():
        room, _, rest = name_of(path).partition("/")
        floor = rest.removesuffix(".py").split("/")[0]
        if path.suffix != ".py" or room not in ROOMS or floor == "migrations":
            continue
        if not floors or floor in floors:
            yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))
