"""Thousands of random moves by random people on one problem after another, through the API.

Whatever they do and in whatever order: nothing outside the table happens, a refusal changes nothing, one unit
leads, the events replay to the present state, what is open has a next day, and no clock runs backwards.
The moves are the same on each run; `EXPLORE=20` looks for others, twenty times as many.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from issues.choices import Move
from issues.forms.moves import MOVE_FORMS
from issues.transitions import RULES
from liaison.choices import SystemRole
from tests.factories import Cast, CategoryFactory, PolicyMeasureFactory, PostingFactory, TicketGroupFactory
from tests.factories.cast import TODAY
from tests.machine.life import PEOPLE, Life
from tests.machine.truths import ELSEWHERE

PARTS, LIVES, STEPS = 4, 10, 50  # of which workers take one part each
BY_CLOCK = {Move.FORWARD, Move.ESCALATE}
BY_COMPANY = {Move.CONFIRM, Move.REWORK, Move.WITHDRAW, Move.REFUSE_WITHDRAWAL}


@pytest.fixture
def life(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Life]:
    """The machine, in a city that is built once for all the lives."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # each refusal is expected
    for code, name in (("power", "用电"), ("land", "用地")):
        CategoryFactory(code=code, name=name)
    group = TicketGroupFactory(programme=cast.version.programme)
    PolicyMeasureFactory(group=group)
    second = PostingFactory(role=SystemRole.OFFICE, department=cast.coordination).official
    second.on_duty(TODAY)
    everybody = {name: cast[name] for name in PEOPLE if name != "second_office"}
    Life.cast, Life.group, Life.people = cast, group, everybody | {"second_office": second}
    Life.tried.clear()
    Life.happened.clear()
    return Life


@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_whatever_anybody_does_the_course_stays_true(life, part):
    times = int(os.environ.get("EXPLORE", "0"))
    run_state_machine_as_test(
        life if times else seed(part)(life),
        settings=settings(
            max_examples=LIVES * max(times, 1),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not times,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if times else [Phase.generate],
            print_blob=False,
        ),
    )
    made = {move: n for (move, status), n in Life.tried.items() if status == 200}
    assert sum(made.values()) >= LIVES * STEPS // 4, "the lives are nearly empty"
    assert len({*made, *Life.happened}) >= 20, "too few different moves"
    assert {status for _, status in Life.tried} >= {200, 400, 403}
    assert Life.happened, "neither the clock nor the company did anything"


def test_every_move_of_the_table_is_tried_or_is_made_elsewhere():
    assert set(Move.values) == set(RULES) | ELSEWHERE
    assert not set(RULES) & ELSEWHERE
    assert set(RULES) == set(MOVE_FORMS) | BY_CLOCK | BY_COMPANY | {Move.ABSORB}
