"""Two people at once, a job done twice, a worker that dies in the middle: each row once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection
from django.db.backends.utils import CursorWrapper

from companies.imports.companies import CompanyExaminer
from companies.models import Company
from liaison.choices import ImportState
from liaison.imports import engine
from liaison.models import AuditEvent, ImportRun, OutboxMessage
from liaison.services import imports as services
from liaison.tasks import kick_outbox
from tests.factories import at, credit_code, raise_city
from tests.imports.files import COMPANY_HEADINGS, check, sheet_bytes, upload
from tests.strictness.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 1200
CONTENT = sheet_bytes(
    COMPANY_HEADINGS,
    [[f"云川第{n}有限公司", credit_code(36_000_000 + n), "临江区", "", ""] for n in range(COUNT)],
)


def _both(act: Callable[[], object]) -> list[object]:
    """Run the act in two threads at once, each with its own connection; what came of each."""
    barrier, results = threading.Barrier(2), []

    def run() -> None:
        try:
            barrier.wait()
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return results


def _written() -> int:
    return Company.objects.filter(name__startswith="云川第").count()


def test_of_two_confirmations_at_once_one_counts():
    cast = raise_city()
    run = check("companies", CONTENT, cast.roster)
    results = _both(
        lambda: services.confirm_import(
            run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=at(2026, 3, 2)
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["ImportRefused", "ImportRun"]
    assert OutboxMessage.objects.filter(topic="import.apply").count() == 1


def test_two_writers_at_once_write_each_row_once():
    cast = raise_city()
    run = check("companies", CONTENT, cast.roster)
    services.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=at(2026, 3, 2))
    assert _both(lambda: engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))) == ["applied", "applied"]
    assert _written() == COUNT
    assert AuditEvent.objects.filter(action="写入名册").count() == 1


def test_two_checkers_at_once_leave_one_set_of_rows():
    cast = raise_city()
    run = upload("companies", CONTENT, cast.roster)
    assert "checked" in _both(lambda: engine.check_import(run_id=run.pk, at=at(2026, 3, 2)))
    run.refresh_from_db()
    assert run.rows.count() == run.rows_done == COUNT


def test_the_same_roster_in_two_imports_is_written_once():
    cast = raise_city()
    first, second = (check("companies", CONTENT, cast.roster) for _ in range(2))
    for run in (first, second):
        services.confirm_import(
            run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=at(2026, 3, 2)
        )
    queue = [first.pk, second.pk]
    assert sorted(map(str, _both(lambda: engine.apply_import(run_id=queue.pop(), at=at(2026, 3, 2))))) == [
        "applied",
        "checking",  # it saw that the rows are there now, wrote nothing, and is checked anew
    ]
    assert _written() == COUNT


def test_a_writer_that_dies_half_way_leaves_nothing_and_is_done_again(monkeypatch: pytest.MonkeyPatch):
    cast = raise_city()
    run = check("companies", CONTENT, cast.roster)
    services.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=at(2026, 3, 2))
    write, batches = CompanyExaminer.write, []

    def die(self: CompanyExaminer, rows: list, **more: object) -> None:
        write(self, rows, **more)
        batches.append(len(rows))
        if len(batches) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CompanyExaminer, "write", die)
        with pytest.raises(KeyboardInterrupt):
            engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))
    assert _written() == 0
    assert ImportRun.objects.get().state == ImportState.APPLYING
    engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))
    engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))
    assert _written() == COUNT


def test_a_worker_killed_while_writing_is_replaced_and_each_row_is_written_once(idle_worker: Worker):
    cast = raise_city()
    run = check("companies", CONTENT, cast.roster)
    services.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=at(2026, 3, 2))
    with connection.cursor() as cursor:  # the writer has to wait for this lock in the middle of its work
        cursor.execute("BEGIN")
        try:
            cursor.execute("LOCK TABLE companies_company IN SHARE ROW EXCLUSIVE MODE")
            idle_worker.start()
            kick_outbox()
            _until(lambda: _waiting(cursor), idle_worker)
            idle_worker.kill()
        finally:
            cursor.execute("COMMIT")
    assert _written() == 0
    idle_worker.start()
    _until(lambda: ImportRun.objects.get().state == ImportState.APPLIED, idle_worker)
    assert _written() == COUNT
    assert AuditEvent.objects.filter(action="写入名册").count() == 1


def test_a_queued_check_waits_for_the_worker(idle_worker: Worker):
    cast = raise_city()
    run = upload("companies", CONTENT, cast.roster)
    kick_outbox()
    run.refresh_from_db()
    assert (run.state, run.rows_done) == (ImportState.CHECKING, 0)
    idle_worker.start()
    _until(lambda: ImportRun.objects.get().state == ImportState.CHECKED, idle_worker)
    assert run.rows.count() == COUNT


def _waiting(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(cursor.fetchone()[0])


def _until(done: Callable[[], bool], worker: Worker) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, worker.tail()
        time.sleep(0.1)
