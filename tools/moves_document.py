"""Write docs/moves.md from the table of moves: `python -m tools.moves_document`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "moves.md"
HEAD = """# The moves of a ticket

Written by `python -m tools.moves_document` from `issues/transitions.py`; a test keeps both alike.
"""


def document() -> str:
    """The life of a problem as a diagram, every move with its states, actors and request, and who hears."""
    from issues.choices import ENDED, Move, RequestKind, Status
    from issues.transitions import RULES, Actor

    lines = [HEAD, "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{status.label}" as {status.value}' for status in Status]
    lines.append("    [*] --> draft: 登记")
    for move, rule in RULES.items():
        if rule.target is None:
            continue
        lines += [
            f"    {source} --> {rule.target}: {Move(move).label}"
            for source in Status.values
            if source in rule.sources and source != rule.target
        ]
    lines += [f"    {status} --> [*]" for status in Status.values if status in ENDED]
    lines += ["```", "", "| Move | From | To | By | Request |", "| --- | --- | --- | --- | --- |"]
    for move, rule in RULES.items():
        sources = "、".join(status.label for status in Status if status in rule.sources)
        actors = "、".join(actor.label for actor in Actor if actor in rule.actors)
        target = Status(rule.target).label if rule.target else "—"
        request = f"提出{RequestKind(rule.opens).label}" if rule.opens else ""
        request = f"了结{RequestKind(rule.settles).label}" if rule.settles else request
        lines.append(
            f"| `{Move(move).value}` {Move(move).label} | {sources} | {target} | {actors} | {request} |"
        )
    return "\n".join([*lines, *_told()]) + "\n"


def _told() -> list[str]:
    """Who hears of what, in which words, and until when it counts as owed."""
    from issues.choices import Move, Occasion
    from issues.transitions import TOLD
    from liaison.choices import InboxKind

    lines = [
        "",
        "## Who hears of it",
        "",
        "Never who did it; only who may see the problem, can sign in and is in post. The first line that"
        " reaches somebody is the one they read.",
        "",
        "| News | Told | Kind | Words | Settled by |",
        "| --- | --- | --- | --- | --- |",
    ]
    labels = dict(Move.choices) | dict(Occasion.choices)
    for what, tells in TOLD.items():
        lines += [
            f"| `{what}` {labels[what]} | {tell.to.label} | {InboxKind(tell.kind).label} | {tell.words}"
            f" | {tell.until.label} |"
            for tell in tells
        ]
    return lines


def main() -> None:
    """Write the document."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    django.setup()
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")


if __name__ == "__main__":
    main()
