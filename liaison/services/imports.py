"""The life of an import run. What a roster means is `liaison.imports`' business; here is its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction

from liaison.choices import ImportState, Verdict
from liaison.models import ImportRun, Official, Region
from liaison.refusals import Refusal
from liaison.services.outbox import announce
from liaison.services.trail import record

OPEN = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED)


class ImportRefused(Refusal):
    """The run's state does not allow this. The message is written for the user."""


@transaction.atomic
def start_import(
    *,
    kind: str,
    region: Region,
    file: File[bytes],
    file_name: str,
    sha256: str,
    headings: list[str],
    mapping: dict[str, str],
    rows_total: int,
    options: dict[str, Any],
    is_mapped: bool,
    by: Official,
    at: datetime,
    announced: bool = True,
) -> ImportRun:
    """Keep an uploaded roster; when its columns need no human eye, have it checked at once.

    `announced=False`: the caller runs the check itself and no worker needs to know.
    """
    run = ImportRun(
        kind=kind,
        region=region,
        file_name=file_name[-200:],
        sha256=sha256,
        headings=headings,
        mapping=mapping,
        rows_total=rows_total,
        options=options,
        state=ImportState.CHECKING if is_mapped else ImportState.UPLOADED,
        uploaded_by=by,
        uploaded_at=at,
    )
    run.file.save(f"{sha256[:16]}.roster", file, save=False)
    run.save()
    record("上传名册", run, by=by, at=at, kind=kind, sha256=sha256, rows=rows_total)
    if is_mapped and announced:
        announce("import.check", run=run.pk, at=at)
    return run


@transaction.atomic
def map_columns(*, run: ImportRun, mapping: dict[str, str], by: Official, at: datetime) -> ImportRun:
    """Say which heading each column is read from, and have the file checked (again)."""
    run = _lock(run)
    if run.state not in (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED):
        raise ImportRefused(f"这次导入“{run.get_state_display()}”，不能再改列对应。")
    run.mapping = mapping
    _queue_check(run, at=at, message="")
    return run


@transaction.atomic
def check_again(*, run: ImportRun, by: Official, at: datetime) -> ImportRun:
    """Check the same file anew, against what is kept now."""
    run = _lock(run)
    if run.state not in (ImportState.CHECKED, ImportState.FAILED) or not run.mapping:
        raise ImportRefused(f"这次导入“{run.get_state_display()}”，不能重新检查。")
    _queue_check(run, at=at, message="")
    return run


@transaction.atomic
def confirm_import(
    *, run: ImportRun, sha256: str, digest: str, by: Official, at: datetime, announced: bool = True
) -> ImportRun:
    """Have the preview written. It must be this file and exactly this preview that the person saw."""
    run = _lock(run)
    if run.state in (ImportState.APPLYING, ImportState.APPLIED):
        who = f"{run.applied_by} " if run.applied_by else ""
        raise ImportRefused(f"{who}已经确认过这次导入，不会重复写入。")
    if run.state != ImportState.CHECKED:
        raise ImportRefused(f"这次导入“{run.get_state_display()}”，不能确认。")
    if sha256 != run.sha256:
        raise ImportRefused("文件指纹不符：您确认的不是这份文件。请刷新页面，重新核对后再确认。")
    if digest != run.digest:
        raise ImportRefused("您看到的预览已经过时（有人重新检查过）。请刷新页面，重新核对后再确认。")
    if not run.counts.get(Verdict.NEW, 0) + run.counts.get(Verdict.CHANGED, 0):
        raise ImportRefused("没有需要写入的行。")
    run.state = ImportState.APPLYING
    run.applied_by = by
    run.message = ""
    run.save(update_fields=["state", "applied_by", "message"])
    record("确认导入", run, by=by, at=at, sha256=sha256, digest=digest)
    if announced:
        announce("import.apply", run=run.pk, at=at)
    return run


@transaction.atomic
def cancel_import(*, run: ImportRun, by: Official, at: datetime) -> ImportRun:
    """Give the import up; nothing has been written."""
    run = _lock(run)
    if run.state not in (*OPEN, ImportState.FAILED):
        raise ImportRefused(f"这次导入“{run.get_state_display()}”，不能放弃。")
    run.state = ImportState.CANCELLED
    run.message = f"{by} 放弃了这次导入，没有写入任何内容。"
    run.save(update_fields=["state", "message"])
    record("放弃导入", run, by=by, at=at)
    return run


@transaction.atomic
def return_to_check(*, run: ImportRun, message: str, at: datetime) -> ImportRun:
    """The data changed after the preview: nothing was written, the file is checked anew."""
    run = _lock(run)
    if run.state == ImportState.APPLYING:
        _queue_check(run, at=at, message=message)
        record("预览过时，重新检查", run, by=None, at=at, message=message)
    return run


@transaction.atomic
def fail_import(*, run: ImportRun, message: str, at: datetime) -> ImportRun:
    """The run cannot go on; say why. Nothing has been written."""
    run = _lock(run)
    if run.state in (ImportState.CHECKING, ImportState.APPLYING):
        run.state = ImportState.FAILED
        run.applied_by = None
        run.message = message
        run.save(update_fields=["state", "applied_by", "message"])
        record("导入未通过", run, by=None, at=at, message=message)
    return run


def _queue_check(run: ImportRun, *, at: datetime, message: str) -> None:
    run.state = ImportState.CHECKING
    run.rows_done, run.counts, run.digest, run.checked_at = 0, {}, "", None
    run.applied_by = None
    run.message = message
    run.save(
        update_fields=[
            "mapping", "state", "rows_done", "counts", "digest", "checked_at", "applied_by", "message",
        ]
    )  # fmt: skip
    announce("import.check", run=run.pk, at=at)


def _lock(run: ImportRun) -> ImportRun:
    locked = ImportRun.objects.select_for_update(of=("self",), no_key=True)
    # who confirmed may change while one waits for the lock, and what is joined is older: read it when asked
    return locked.select_related("uploaded_by", "region").get(pk=run.pk)
