"""The guards are awake: each of them fails what it should."""

from __future__ import annotations

import socket
import warnings

import pytest
from django.db import transaction
from django.template import engines
from pytest_socket import SocketConnectBlockedError

from liaison.models import Region
from tests.factories import CountyFactory, OutboxMessageFactory


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning):
        warnings.warn("old ways", stacklevel=1)


def test_the_network_is_out_of_reach():
    with pytest.raises((SocketConnectBlockedError, UserWarning), match="connect"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_rows_without_an_order_come_in_any():
    for n in range(8):
        CountyFactory(code=f"5199{n + 31}")
    seen = {tuple(Region.objects.values_list("code", flat=True)) for _ in range(8)}
    assert len(seen) > 1
    ordered = {tuple(Region.objects.order_by("code").values_list("code", flat=True)) for _ in range(8)}
    assert len(ordered) == 1


def test_a_lock_without_its_table_is_refused():
    with pytest.raises(AssertionError, match="of="), transaction.atomic():
        list(Region.objects.select_for_update())


def test_an_undefined_variable_fails():
    page = engines["django"].from_string("{{ known }} {{ unknown }}")
    with pytest.raises(AssertionError, match="unknown"):
        page.render({"known": 1})


@pytest.mark.urls("tests.strictness.addresses")
def test_a_page_that_is_read_does_not_write(client):
    assert client.post("/writes/").status_code == 200
    with pytest.raises(AssertionError, match="only read"), transaction.atomic():
        client.get("/writes/")


def test_hooks_run_when_the_outermost_block_of_the_code_ends():
    said: list[str] = []
    with transaction.atomic():
        with transaction.atomic():
            transaction.on_commit(lambda: said.append("done"))
        assert not said
    assert said == ["done"]


def test_hooks_of_what_was_rolled_back_never_run():
    said: list[str] = []
    with transaction.atomic():
        transaction.on_commit(lambda: said.append("done"))
        transaction.set_rollback(True)
    OutboxMessageFactory()
    assert not said
