"""Each move of the table by two hands at one instant: it counts once, and the other reads what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from issues.models import Ticket
from issues.services import MoveRefused
from issues.transitions import RULES
from liaison.models import OutboxMessage
from tests.concurrency.every_move import EVERY, City, Scene, Twice, scene_of
from tests.concurrency.together import behind
from tests.factories import raise_city
from tests.machine.truths import check

STATES = list(dict.fromkeys(str(twice.state) for twice in EVERY.values()))


def test_no_move_is_missing():
    assert set(EVERY) == set(RULES)


@pytest.fixture
def city() -> City:
    return City(raise_city())


def traces_of(scene: Scene) -> tuple[list[str], list[str]]:
    """What the problem and its neighbours have been through, and what waits to be sent."""
    events = [event.move for event in scene.ticket.events.order_by("pk")]
    return events, sorted(OutboxMessage.objects.values_list("topic", flat=True))


def alone_with(scene: Scene) -> None:
    """The next round of the clock finds nothing else to do."""
    Ticket.objects.exclude(pk=scene.ticket.pk).update(act_on=None)


def left_by_one(city: City, twice: Twice) -> tuple[list[str], list[str]]:
    """The traces that the move leaves when one hand alone makes it."""
    scene = scene_of(city, twice)
    alone_with(scene)
    OutboxMessage.objects.all().delete()
    twice.act(scene)
    return traces_of(scene)


def race(city: City, move: str, twice: Twice) -> None:
    alone = left_by_one(city, twice)
    scene = scene_of(city, twice)
    alone_with(scene)
    OutboxMessage.objects.all().delete()
    before = [event.move for event in scene.ticket.events.order_by("pk")]
    won, second = behind(lambda: twice.act(scene), lambda: twice.act(replace(scene, hand=1)))
    made = [event.move for event in scene.ticket.events.order_by("pk")][len(before) :]
    check(scene.ticket.pk)
    if twice.told == "":
        assert isinstance(won, Ticket), won
        assert isinstance(second, Ticket), second
        assert made.count(move) == 2
        return
    assert traces_of(scene) == alone, "not the traces of one hand"
    assert move in made
    if twice.told is None:
        assert (won, second) == (1, 0)
        return
    assert isinstance(won, Ticket), won
    assert isinstance(second, MoveRefused), second
    assert twice.told in str(second)
    assert str(second).endswith("。")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", STATES)
def test_of_two_hands_one_counts_and_the_other_is_told(city: City, state: str, subtests: pytest.Subtests):
    for move, twice in EVERY.items():
        if twice.state == state:
            with subtests.test(move=str(move)):
                race(city, move, twice)
