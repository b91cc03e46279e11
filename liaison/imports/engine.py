"""Checking and applying a roster, whatever its kind.

The check reads the file, judges every line, and keeps the verdicts with a digest over them. Applying
reads the same file again (its hash is verified), judges it again under locks, and writes only if the digest
is the one that a person confirmed. Everything is written in one transaction or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from liaison import services
from liaison.choices import ImportState, Verdict
from liaison.imports.columns import Column, known_headings, suggest_mapping
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, in_batches, roster_of
from liaison.models import ImportRow, ImportRun
from liaison.normalise import planning_horizon
from liaison.services import imports as runs
from liaison.spreadsheets import DigitsLost, Sheet, UnreadableFile, cell_text, open_roster
from liaison.spreadsheets.guards import Kind as FileKind
from liaison.spreadsheets.guards import recognise

BATCH = 500
CHECKS = 0x11A1  # first key of the advisory locks: one checker per run
WRITES = 0x11A2  # one writer per kind of roster
OUTDATED = "确认之后、写入之前，名录有了变化（{}）。没有写入任何内容，已按最新情况重新检查，请再核对一次。"


class Outdated(Exception):
    """What would be written is no longer what was confirmed."""


def open_sheet(path: Path, roster: Roster) -> Sheet:
    """The roster in the file, its header row found by the kind's headings; UnreadableFile says why not."""
    return open_roster(path, known_headings=known_headings(roster.columns))


def refuse_strange_text(path: Path, sheet: Sheet, roster: Roster) -> None:
    """Any text reads as a table: one without a single heading of ours is some other file."""
    mapping, _ = suggest_mapping(roster.columns, sheet.headings)
    if not mapping and recognise(path) is FileKind.TEXT:
        wanted = "、".join(column.heading for column in roster.columns.values() if column.required)
        raise UnreadableFile(
            f"没有认出任何列名，这不像{roster.name}。请检查是否选错了文件；表头至少要有：{wanted}。"
        )


def file_sha256(path: Path) -> str:
    """The file's fingerprint."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def samples(run: ImportRun, count: int = 3) -> dict[str, list[str]]:
    """The first filled cells under each heading, to recognise a column by."""
    sheet = open_sheet(Path(run.file.path), roster_of(run.kind))
    found: dict[str, list[str]] = {name: [] for name in _names(sheet.headings)}
    for _, cells in islice(sheet.rows, 20):
        for name, text in zip(found, map(_shown, cells), strict=False):
            if text and len(found[name]) < count:
                found[name].append(text)
    return found


# --- the file, judged line by line ------------------------------------------------------------


def examined(run: ImportRun, examiner: Examiner, *, lock: bool = False) -> Iterator[list[Draft]]:
    """The file's lines in batches, each with its verdict. The same file and data give the same verdicts."""
    path = Path(run.file.path)
    if file_sha256(path) != run.sha256:
        raise UnreadableFile("保存的文件与上传时的指纹不符，请重新上传。")
    if lock:
        examiner.hold(_drafts(path, run, examiner.columns))
    seen: dict[str, int] = {}
    for batch in in_batches(_drafts(path, run, examiner.columns), examiner.batch_size):
        for draft in batch:
            _identify(draft, examiner, seen)
        sound = [draft for draft in batch if not draft.verdict]
        examiner.examine(sound, lock=lock)
        for draft in sound:
            if draft.errors:
                draft.verdict = Verdict.ERROR
                seen.pop(draft.key, None)
        yield batch


def _identify(draft: Draft, examiner: Examiner, seen: dict[str, int]) -> None:
    examiner.identify(draft)
    if draft.errors:
        draft.verdict = Verdict.ERROR
    elif draft.key in seen:
        draft.verdict = Verdict.DUPLICATE
        draft.notes[""] = f"与第 {seen[draft.key]} 行重复，只取第 {seen[draft.key]} 行"
    else:
        seen[draft.key] = draft.number


def _drafts(path: Path, run: ImportRun, columns: dict[str, Column]) -> Iterator[Draft]:
    sheet = open_sheet(path, roster_of(run.kind))
    is_text_file = recognise(path) is FileKind.TEXT
    names = _names(sheet.headings)
    titles = {name: run.mapping.get(name, column.heading) for name, column in columns.items()}
    places = {name: names.index(heading) for name, heading in run.mapping.items() if heading in names}
    last = planning_horizon(timezone.localtime(run.uploaded_at).date())
    for number, cells in sheet.rows:
        shown = {name: text for name, cell in zip(names, cells, strict=False) if (text := _shown(cell))}
        draft = Draft(number=number, cells=shown, given={}, titles=titles)
        if is_text_file and len(cells) > len(names):
            draft.errors[""] = "本行比表头多出几格，可能多了分隔符，各列已错位"
        for name, place in places.items():
            _read(draft, name, columns[name], cells[place], last)
        yield draft


def _read(draft: Draft, name: str, column: Column, cell: object, last: date) -> None:
    try:
        value = column.read(cell)
    except (DigitsLost, ValueError) as problem:
        draft.blame(name, str(problem))
        return
    if isinstance(value, date) and value > last:
        draft.blame(name, f"日期 {value} 太远，最晚到 {last}，请核对年份")
    elif value is not None:
        draft.given[name] = value
    elif column.required:
        draft.blame(name, "不能为空")


def _names(headings: list[str]) -> list[str]:
    return [heading or f"（第 {place} 列，无表头）" for place, heading in enumerate(headings, start=1)]


def _shown(cell: object) -> str:
    try:
        return cell_text(cell)
    except DigitsLost:
        return cell if isinstance(cell, str) else f"{cell:.5E}"


def _fingerprint(draft: Draft) -> bytes:
    seen = [draft.number, draft.verdict, draft.key, draft.values, draft.changes, draft.errors]
    return json.dumps(seen, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder).encode()


# --- checking ---------------------------------------------------------------------------------


def check_import(*, run_id: int, at: datetime) -> str:
    """Judge every line of a run's file and keep the verdicts; says in which state the run was left.

    Safe to repeat: a check that was killed starts anew, one that is at work is left alone.
    """
    with _alone(CHECKS, run_id) as mine:
        run = ImportRun.objects.select_related("region", "uploaded_by").filter(pk=run_id).first()
        if run is None or not mine or run.state != ImportState.CHECKING:
            return run.state if run else ""
        try:
            _check(run, at=at)
        except UnreadableFile as problem:
            runs.fail_import(run=run, message=str(problem), at=at)
        except Exception:
            runs.fail_import(run=run, message="检查时出现意外错误，没有写入任何内容。错误已记入日志。", at=at)
            raise
        run.refresh_from_db(fields=["state"])
        return run.state


def _check(run: ImportRun, *, at: datetime) -> None:
    run.rows.all()._raw_delete(run.rows.db)
    mine = ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKING)
    counts: Counter[str] = Counter()
    digest, done = hashlib.sha256(), 0
    for batch in examined(run, examiner_for(run)):
        done += len(batch)
        with transaction.atomic():  # short, so that the page sees how far we are
            if not mine.update(rows_done=done, rows_total=max(run.rows_total, done)):
                return  # cancelled meanwhile
            ImportRow.objects.bulk_create([_row(run, draft) for draft in batch])
        for draft in batch:
            counts[draft.verdict] += 1
            counts["noted"] += bool(draft.notes) and draft.verdict != Verdict.DUPLICATE
            digest.update(_fingerprint(draft))
    mine.update(
        state=ImportState.CHECKED,
        rows_done=done,
        rows_total=done,
        counts=dict(counts),
        digest=digest.hexdigest(),
        checked_at=at,
    )


def _row(run: ImportRun, draft: Draft) -> ImportRow:
    return ImportRow(
        run=run,
        number=draft.number,
        verdict=draft.verdict,
        key=draft.key[:200],
        label=draft.label[:200],
        cells=draft.cells,
        values=draft.values,
        changes=draft.changes,
        errors={**draft.errors, **draft.notes},
    )


def examiner_for(run: ImportRun) -> Examiner:
    """The kind's examiner, set up for this run."""
    roster = roster_of(run.kind)
    on = timezone.localtime(run.uploaded_at).date()
    by = run.uploaded_by.on_duty(on)
    scope = Scope(region=run.region, on=on, options=run.options, by=by, at=run.uploaded_at)
    return roster.examiner(scope, roster.columns)


# --- applying ---------------------------------------------------------------------------------


def apply_import(*, run_id: int, at: datetime) -> str:
    """Write a confirmed run, whole or not at all; says in which state the run was left.

    Safe to repeat: what is applied is not applied again, and a killed writer leaves nothing behind.
    """
    try:
        return _apply(run_id, at=at)
    except Outdated:
        return _return(run_id, OUTDATED.format("与预览不一致"), at=at)
    except IntegrityError as clash:
        return _return(run_id, OUTDATED.format(_constraint(clash)), at=at)
    except UnreadableFile as problem:
        return runs.fail_import(run=ImportRun(pk=run_id), message=str(problem), at=at).state
    except (OperationalError, InterfaceError):
        raise  # the database is away: the job tries again
    except Exception:  # else the run would be "being written" for good, and nobody could give it up
        message = "写入时出现意外错误，没有写入任何内容。错误已记入日志。"
        runs.fail_import(run=ImportRun(pk=run_id), message=message, at=at)
        raise


@transaction.atomic
def _apply(run_id: int, *, at: datetime) -> str:
    run = (
        ImportRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region", "uploaded_by")  # not who confirmed: joined, it is older than the lock
        .filter(pk=run_id)
        .first()
    )
    confirmed_by = run.applied_by if run else None
    if run is None or confirmed_by is None or run.state != ImportState.APPLYING:
        return run.state if run else ""  # done already, or taken back
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [WRITES, run.kind])
    examiner = examiner_for(run)
    digest = hashlib.sha256()
    for batch in examined(run, examiner, lock=True):
        for draft in batch:
            digest.update(_fingerprint(draft))
    if digest.hexdigest() != run.digest:
        raise Outdated
    wanted = run.rows.filter(verdict__in=(Verdict.NEW, Verdict.CHANGED)).order_by("number")
    written = 0
    while rows := list(wanted.filter(number__gt=written)[:BATCH]):
        examiner.write(rows, by=confirmed_by, at=at)
        written = rows[-1].number
    examiner.finish()
    run.state = ImportState.APPLIED
    run.applied_at = at
    run.message = ""
    run.save(update_fields=["state", "applied_at", "message"])
    services.record(
        "写入名册", run, by=run.applied_by, at=at,
        kind=run.kind, file=run.file_name, sha256=run.sha256, counts=run.counts,
    )  # fmt: skip
    return run.state


def _return(run_id: int, message: str, *, at: datetime) -> str:
    return runs.return_to_check(run=ImportRun(pk=run_id), message=message, at=at).state


def _constraint(clash: IntegrityError) -> str:
    """The database's refusal in the words of the constraint that made it, where it has words."""
    name = getattr(getattr(clash.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                words = constraint.get_violation_error_message()
                return str(words).rstrip("。")
    return "有相同的记录已被他人写入"


@contextmanager
def _alone(group: int, key: int) -> Iterator[bool]:
    """Hold a lock that dies with this process; false when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [group, key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [group, key])
