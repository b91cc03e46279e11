"""The database as a witness: order is never assumed, locks name their table, reading does not write."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import (
    SQLAggregateCompiler,
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.transaction import Atomic

NO_DATABASE = ("tests/pure/",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test has the database, except those of pure arithmetic."""
    for item in items:
        path = item.path.as_posix()
        if item.get_closest_marker("django_db") is None and not any(part in path for part in NO_DATABASE):
            item.add_marker(pytest.mark.django_db)
        if _is_transactional(item):  # set up first, so that it is torn down after the flush
            item.fixturenames.insert(0, "_given_back_after_the_flush")  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def _written_by_migrations(django_db_setup: None, django_db_blocker: Any) -> str:
    """What the migrations wrote (categories, timetables); content types come back by themselves."""
    with django_db_blocker.unblock():
        rows = json.loads(connection.creation.serialize_db_to_string())
    by_itself = ("contenttypes.", "auth.")
    return json.dumps([row for row in rows if not row["model"].startswith(by_itself)])


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    return bool(
        (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & {*fixtures}
    )


@pytest.fixture
def _given_back_after_the_flush(_written_by_migrations: str, django_db_blocker: Any) -> Iterator[None]:
    """A flushed database is filled with what the migrations had written, for the tests that follow."""
    yield
    with django_db_blocker.unblock():
        connection.creation.deserialize_db_from_string(_written_by_migrations)


# --- no order unless one is asked for ------------------------------------------------------------


class _AnyOrder(Random):
    """RANDOM() that does not get into GROUP BY."""

    def get_group_by_cols(self) -> list[Any]:
        return []


NO_ROWS = (SQLAggregateCompiler, SQLDeleteCompiler, SQLInsertCompiler, SQLUpdateCompiler)


@pytest.fixture(autouse=True, scope="session")
def _unordered_rows_come_in_any_order() -> Iterator[None]:
    """Rows of a queryset that asks for no order come shuffled, as PostgreSQL is free to give them."""
    original = SQLCompiler._order_by_pairs

    def shuffled(self: SQLCompiler) -> Iterator[tuple[OrderBy, bool]]:
        ordered = False
        for pair in original(self):
            ordered = True
            yield pair
        query = self.query
        plain = not (query.combinator or query.distinct or (query.is_sliced and query.high_mark == 1))
        if not ordered and plain and not query.subquery and not isinstance(self, NO_ROWS):
            yield OrderBy(_AnyOrder()), False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "_order_by_pairs", shuffled)
        yield


# --- locks say what they lock --------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _locks_name_their_table() -> Iterator[None]:
    """`select_for_update()` without `of` locks every joined row: our code must say which it means."""
    original = QuerySet.select_for_update

    def named(self: QuerySet[Any], *args: Any, **options: Any) -> QuerySet[Any]:
        frame = sys._getframe(1)
        if frame.f_globals.get("__name__") == "django.db.models.manager":  # `Model.objects.select_…`
            frame = frame.f_back or frame
        caller = frame.f_globals.get("__name__", "")
        if not options.get("of") and caller.partition(".")[0] in OURS:
            raise AssertionError("select_for_update() needs of=(…): name the table that is locked")
        return original(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", named)
        yield


OURS = {"liaison", "companies", "issues", "assessment", "tools", "tests"}

# --- on_commit runs as it would ------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _hooks_run_once_the_code_has_committed() -> Iterator[None]:
    """Inside a test's own transaction, on_commit hooks run when the code's outermost atomic block ends."""
    leave, register = Atomic.__exit__, BaseDatabaseWrapper.on_commit

    def run_due(wrapper: BaseDatabaseWrapper) -> None:
        blocks = wrapper.atomic_blocks
        if blocks and all(block._from_testcase for block in blocks) and not wrapper.needs_rollback:
            while wrapper.run_on_commit:
                _, hook, _ = wrapper.run_on_commit.pop(0)
                hook()

    def __exit__(self: Atomic, kind: Any, value: Any, trace: Any) -> None:
        leave(self, kind, value, trace)
        if kind is None and not self._from_testcase:
            run_due(connection)

    def on_commit(self: BaseDatabaseWrapper, func: Callable[[], object], robust: bool = False) -> None:
        register(self, func, robust)
        run_due(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Atomic, "__exit__", __exit__)
        patch.setattr(BaseDatabaseWrapper, "on_commit", on_commit)
        yield


# --- reading does not write ----------------------------------------------------------------------

WRITES = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+"?(\w+)"?|.*\bFOR (?:NO KEY )?UPDATE\b',
    re.I | re.S,
)
MAY_BE_WRITTEN_BY_GET = {
    "django_session": "the framework's own book-keeping of who is signed in",
    "knox_authtoken": "an expired token is removed when it is shown",
}


@pytest.fixture(autouse=True, scope="session")
def _reading_does_not_write() -> Iterator[None]:
    """A GET, HEAD or OPTIONS that writes to the database fails the test."""
    original = BaseHandler.get_response

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and found[1] not in MAY_BE_WRITTEN_BY_GET:
            raise AssertionError(f"a page that is only read wrote to the database: {sql[:200]}")
        return execute(sql, params, many, context)

    def get_response(self: BaseHandler, request: Any) -> Any:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return original(self, request)
        with connection.execute_wrapper(refuse):
            return original(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHandler, "get_response", get_response)
        yield
