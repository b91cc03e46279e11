"""Every address, walked by every role: the table says who gets in, and what is not there for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from rest_framework.test import APIClient

from tests.access.rows import EVERYBODY, Row
from tests.access.table import API, PAGES
from tests.access.world import NOW, World, raise_world
from tests.factories import Cast

OPENS = {200, 201, 202, 204, 302, 400, 409, 422}  # let in, if only to hear what is wrong with the form


@pytest.fixture
def world(cast: Cast, clock: Callable[[datetime], None]) -> World:
    found = raise_world(cast)
    clock(NOW)
    return found


def addresses(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each address by its full name; format suffixes of the API are the same address."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        elif "format" not in str(pattern.pattern):
            yield f"{space}{pattern.name}", pattern


def named() -> set[tuple[str, str]]:
    """(name, method) of every address that must be in the table; Django's admin has its own door."""
    found = set()
    for name, pattern in addresses(get_resolver().url_patterns):
        if name.startswith("admin:"):
            continue
        actions = getattr(pattern.callback, "actions", None)
        methods = {method.upper() for method in actions or ["any"]} - {"HEAD"}
        found |= {(name, method) for method in methods}
    return found


def test_each_address_has_a_row():
    rows = {(row.name, row.method) for row in (*PAGES, *API)}
    names = {name for name, _ in rows}
    missing = {
        (name, method)
        for name, method in named()
        if (name not in names if method == "ANY" else (name, method) not in rows)
    }
    assert not missing
    assert not names - {name for name, _ in named()}, "addresses that are gone"


def ask(row: Row, world: World, who: str | None) -> int:
    """The status that this person gets; what the visit changed is undone."""
    client: Any = APIClient() if row in API else Client()
    if who is not None:
        client.force_login(world.cast[who])
    address = reverse(row.name, args=row.path(world))
    options = {"format": "json"} if row in API and row.method != "GET" else {}
    with transaction.atomic():
        response = getattr(client, row.method.lower())(address, row.body(world), **options)
        if response.streaming:  # read to its end, which closes the file behind it
            list(response.streaming_content)
        transaction.set_rollback(True)
    if who is None and response.status_code == 302:
        return 401 if response.url.startswith(reverse("liaison:sign-in")) else 302
    return int(response.status_code)


def room(row: Row) -> str:
    return "api" if row in API else row.name.partition(":")[0] if ":" in row.name else "front"


ROOMS = sorted({room(row) for row in (*PAGES, *API)})


@pytest.mark.parametrize("place", ROOMS)  # one world per room, not per row: it takes a second to raise
def test_opens_to_whom_the_table_says_and_to_nobody_else(place: str, world: World):
    wrong = {}
    for row in (*PAGES, *API):
        if room(row) != place:
            continue
        assert not row.allowed & row.hidden, row
        for who in sorted(EVERYBODY):
            status = ask(row, world, who)
            expected = OPENS if who in row.allowed else {404} if who in row.hidden else {403}
            if status not in expected:
                wrong[f"{row} {who}"] = f"{status}, not {sorted(expected)}"
        status = ask(row, world, None)
        if status not in (OPENS if row.public else {401}):
            wrong[f"{row} nobody"] = str(status)
    assert not wrong


LISTS = [
    ("company-list", "company-detail", "uscc"),
    ("project-list", "project-detail", "code"),
    ("assignment-list", "assignment-detail", "id"),
    ("visit-list", "visit-detail", "id"),
    ("ticket-list", "ticket-detail", "number"),
    ("score-list", "score-detail", "id"),
    ("official-list", "official-detail", "id"),
    ("department-list", "department-detail", "id"),
]


def listed(client: APIClient, listing: str, key: str) -> set[Any]:
    return {row[key] for row in client.get(reverse(listing), {"page_size": 500}).json()["results"]}


def test_what_is_listed_is_what_opens(world: World):
    """One scope for lists and details: nothing is listed that does not open, nothing opens unlisted."""
    admin = APIClient()
    admin.force_login(world.cast.admin)
    for who in sorted(EVERYBODY):
        client = APIClient()
        client.force_login(world.cast[who])
        for listing, detail, key in LISTS:
            opens = {
                found
                for found in listed(admin, listing, key)
                if client.get(reverse(detail, args=[found])).status_code == 200
            }
            assert listed(client, listing, key) == opens, (who, listing)
