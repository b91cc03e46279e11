"""Rows of the work surfaces: name, who may, to whom it does not exist, what leads there, method."""

from __future__ import annotations

from typing import Any

from tests.access.world import World

OFFICE = frozenset({"office"})
OTHERS = frozenset({"official", "stranger", "unit", "other_unit", "leader", "assessor", "admin", "roster"})
ALL, NOBODY = OFFICE | OTHERS, frozenset[str]()


def _none(world: World) -> tuple[Any, ...]:
    return ()


def _view(world: World) -> tuple[Any, ...]:
    return (world.saved_view.pk,)


def _run(world: World) -> tuple[Any, ...]:
    return (world.bulk_run.pk,)


def _waiting(world: World) -> tuple[Any, ...]:
    return (world.reported.number,)


SURFACES = (
    ("issues:board", ALL, NOBODY, _none, "GET"),
    ("issues:views", ALL, NOBODY, _none, "GET"),
    ("issues:view-new", ALL, NOBODY, _none, "POST"),
    ("issues:view-drop", OFFICE, OTHERS, _view, "POST"),
    ("issues:view-default", OFFICE, OTHERS, _view, "POST"),
    ("issues:bulk", OFFICE, NOBODY, _none, "POST"),
    ("issues:bulk-run", OFFICE, OTHERS, _run, "GET"),
    ("issues:bulk-progress", OFFICE, OTHERS, _run, "GET"),
    ("issues:triage", OFFICE, NOBODY, _none, "GET"),
    ("issues:triage-one", OFFICE, NOBODY, _waiting, "GET"),
    ("issues:triage-dispatch", OFFICE, NOBODY, _waiting, "POST"),
    ("issues:triage-merge", OFFICE, NOBODY, _waiting, "POST"),
)
