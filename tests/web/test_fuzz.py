"""Every address and every form of the access table, tried with values that no page of ours would send.

Never a 5xx; a refusal says why in Chinese; a form that is shown again still holds what was typed. Which
parameters and fields an address reads is found out by listening (tests/web/hostile.py): a new address needs
its row in the access table, a new filter or field nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.rows import Row
from tests.access.table import API, PAGES
from tests.access.test_access import room
from tests.access.world import NOW, World, raise_world
from tests.factories import Cast
from tests.web.hostile import IN_ADDRESS, IN_FORM, IN_JSON, Attack, listen

pytestmark = pytest.mark.django_db

# Who tries first: the widest view. The others of a page then get all its parameters wrong at once.
READERS = ("office", "admin", "roster", "official", "unit", "assessor", "leader", "stranger", "other_unit")
ROWS = [row for row in (*PAGES, *API) if row.name not in ("api-schema", "components")]  # they read nothing
ROOMS = sorted({room(row) for row in ROWS})


@pytest.mark.parametrize("place", ROOMS)
def test_no_address_falls_over_or_loses_what_was_typed(
    place: str, cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = raise_world(cast)
    clock(NOW)
    wrong: list[str] = []
    for row in ROWS:
        if room(row) == place:
            wrong += attacked(row, world, monkeypatch)
    assert not wrong, "\n" + "\n".join(wrong)


def attacked(row: Row, world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went wrong when this address was tried in every way."""
    first, *others = [who for who in READERS if who in row.allowed]
    with monkeypatch.context() as patch:
        asked = listen(patch)
        attack = Attack(row, world, asked, first)
        attack.query(IN_ADDRESS if row.method == "GET" else IN_ADDRESS[:3])
        attack.paths()
        if row.method == "POST":
            attack.fields(IN_JSON if attack.is_api else IN_FORM)
            attack.bodies()
        for who in others if row.method == "GET" and asked.query else ():
            more = Attack(row, world, asked, who)
            more.everything(IN_ADDRESS)
            attack.wrong += more.wrong
    return attack.wrong


def test_the_listening_hears_what_is_asked(cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the spies deaf, the test above would try nothing."""
    world = raise_world(cast)
    clock(NOW)
    wanted = {
        "companies:visits": {"q", "page", "mode", "since", "official"},
        "companies:seat-assign": {"replaces", "holder", "starts_on"},
        "issues:visit-new": {"enrolment", "on", "title", "category"},
        "visit-list": {"client_id", "on", "problem"},
        "ticket-list": {"q", "status", "page_size"},
    }
    for name, names in wanted.items():
        rows = [row for row in ROWS if row.name == name]
        row = next((row for row in rows if row.method == "POST" and name != "ticket-list"), rows[0])
        with monkeypatch.context() as patch:
            asked = listen(patch)
            attack = Attack(row, world, asked, next(who for who in READERS if who in row.allowed))
            attack.send(attack.address, attack.body())
            assert names <= {*asked.query, *asked.body}, name
