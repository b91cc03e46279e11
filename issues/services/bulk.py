"""Moves on many problems: ordered at once, made one by one, each through the one service that makes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from issues.choices import BulkState, Move
from issues.models import BulkItem, BulkRun, Category, Ticket
from issues.perms import may_move
from issues.services.errors import MoveRefused
from issues.services.triage import dispatch_ticket, triage_ticket
from liaison.models import Department, Official
from liaison.services import announce, record
from liaison.workdays import day_of

MOST = 500  # problems of one run
AT_ONCE = 50  # up to so many the page waits for; more is a job's


@transaction.atomic
def order_bulk(
    *,
    tickets: Collection[Ticket],
    move: Move,
    grade: str,
    category: Category,
    lead: Department | None,
    by: Official,
    at: datetime,
    note: str = "",
) -> BulkRun:
    """Write down what is to be done to which problems; a job does it where they are many."""
    if not tickets:
        raise MoveRefused("没有可以办理的问题。")
    if len(tickets) > MOST:
        raise MoveRefused(f"一次最多办理 {MOST} 件，请缩小范围。")
    run = BulkRun.objects.create(
        by=by,
        at=at,
        move=move,
        grade=grade,
        category=category,
        lead=lead if move == Move.DISPATCH else None,
        note=note.strip(),
    )
    BulkItem.objects.bulk_create(BulkItem(run=run, ticket=ticket) for ticket in tickets)
    record(f"批量{move.label}", run, by=by, at=at, count=len(tickets))
    if len(tickets) > AT_ONCE:
        announce("bulk.ordered", at=at, run=run.pk)
    return run


def run_bulk(*, run: BulkRun, at: datetime) -> int:
    """Do what waits, each in a transaction of its own; returns how many were done.

    Twice, or by two workers, it does everything once. What is refused says why and stops none of the others.
    """
    by = Official.objects.get(pk=run.by_id).on_duty(day_of(at))
    waiting = run.items.filter(state=BulkState.WAITING).order_by("pk").values_list("pk", flat=True)
    return sum(_do(pk, run=run, by=by, at=at) for pk in list(waiting))


@transaction.atomic
def _do(pk: int, *, run: BulkRun, by: Official, at: datetime) -> bool:
    items = BulkItem.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    item = items.select_related("ticket").filter(pk=pk, state=BulkState.WAITING).first()
    if item is None:
        return False  # done meanwhile, or in another worker's hands
    try:
        with transaction.atomic():
            _move(item.ticket, run=run, by=by, at=at)
    except MoveRefused as refusal:
        item.state, item.words = BulkState.REFUSED, str(refusal)[:300]
    else:
        item.state = BulkState.DONE
    item.save(update_fields=["state", "words"])
    return item.state == BulkState.DONE


def _move(ticket: Ticket, *, run: BulkRun, by: Official, at: datetime) -> None:
    if not Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists() or not may_move(by, ticket, run.move):
        raise MoveRefused("这一件不由您办理。")
    grade = ticket.version.grades.filter(code=run.grade).first()
    if grade is None:
        raise MoveRefused(f"该问题适用的方案没有“{run.grade}”这一等级。")
    if run.move == Move.TRIAGE:
        triage_ticket(ticket=ticket, grade=grade, category=run.category, note=run.note, by=by, at=at)
    elif run.lead is not None:
        dispatch_ticket(
            ticket=ticket,
            grade=grade,
            category=run.category,
            lead=run.lead,
            note=run.note,
            by=by,
            at=at,
        )
