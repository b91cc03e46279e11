"""Two people at once, each with a connection of their own, in an order that does not depend on luck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connection, transaction

from tests.companies.test_races import at_once

__all__ = ["PATIENCE", "Act", "at_once", "behind", "wait_until_somebody_waits"]

Act = Callable[[], object]
PATIENCE = 20  # seconds after which a test gives up


def behind(first: Act, second: Act) -> tuple[object, object]:
    """`first` has acted and not yet committed when `second` starts; it commits once `second` waits for it.

    A second that waits for nothing simply ends before the first commits. Answers, or what was raised.
    """
    acted, may_commit, ended = threading.Event(), threading.Event(), threading.Event()
    answers: list[object] = [None, None]

    def lead() -> None:
        try:
            with transaction.atomic():
                answers[0] = first()
                acted.set()
                assert may_commit.wait(PATIENCE)
        except Exception as error:
            answers[0] = error
        finally:
            acted.set()
            connection.close()

    def follow() -> None:
        try:
            assert acted.wait(PATIENCE)
            answers[1] = second()
        except Exception as error:
            answers[1] = error
        finally:
            ended.set()
            connection.close()

    threads = [threading.Thread(target=lead), threading.Thread(target=follow)]
    for thread in threads:
        thread.start()
    acted.wait(PATIENCE)
    for _ in range(PATIENCE * 200):
        if ended.wait(0.005) or _somebody_waits():
            break
    may_commit.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return answers[0], answers[1]


def wait_until_somebody_waits() -> None:
    """Until another session waits for a lock; gives up when nobody does."""
    for _ in range(PATIENCE * 200):
        if _somebody_waits():
            return
        time.sleep(0.005)


def _somebody_waits() -> bool:
    """One of the database's sessions waits for another's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])
