"""批示: written by a leader or from paper by the office; each addressee reports once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from companies.models import Company
from issues.choices import Move, Occasion
from issues.models import LeaderNote, NoteAddressee, Ticket
from issues.services.course import hold_ticket, note_on_course
from issues.services.errors import MoveRefused
from issues.services.telling import leave_word
from liaison.models import Department, Official
from liaison.normalise import too_far
from liaison.services import record
from liaison.workdays import day_of


@transaction.atomic
def write_note(
    *,
    company: Company,
    leader: Official,
    words: str,
    noted_on: date,
    units: Iterable[Department],
    by: Official,
    at: datetime,
    ticket: Ticket | None = None,
    due_on: date | None = None,
    paper_number: str = "",
) -> LeaderNote:
    """登记批示: to one unit at least, on a day that has come; from paper only with the paper's number."""
    today, units = day_of(at), list(units)
    if not words.strip():
        raise MoveRefused("请填写批示内容。")
    if not units:
        raise MoveRefused("请选择承办单位。")
    if noted_on > today:
        raise MoveRefused("批示日期不能晚于今天。")
    if noted_on.year < today.year - 5:
        raise MoveRefused("批示日期太早，请核对。")
    if due_on is not None and due_on < noted_on:
        raise MoveRefused("报告期限不能早于批示日期。")
    if due_on is not None and (far := too_far(due_on, today, "报告期限")):
        raise MoveRefused(far)
    if leader != by and not paper_number.strip():
        raise MoveRefused("代为登记的批示须写明文号。")
    if ticket is not None:
        ticket = hold_ticket(ticket.pk)
    note = LeaderNote.objects.create(
        leader=leader,
        recorded_by=by,
        recorded_at=at,
        noted_on=noted_on,
        paper_number=paper_number.strip(),
        words=words.strip(),
        due_on=due_on,
        company=company,
        ticket=ticket,
    )
    for row in NoteAddressee.objects.bulk_create(NoteAddressee(note=note, department=u) for u in units):
        leave_word(Occasion.NOTE_WRITTEN, row, at=at)
    to = "、".join(str(unit) for unit in units)
    until = f"，{due_on.month}月{due_on.day}日前报告" if due_on else ""
    note_on_course(ticket, Move.INSTRUCT, f"{leader}：{note.words}（{to}{until}）", by=by, at=at)
    record("登记领导批示", note, by=by, at=at, units=[str(unit) for unit in units])
    return note


@transaction.atomic
def answer_note(*, addressee: NoteAddressee, words: str, by: Official, at: datetime) -> NoteAddressee:
    """批示回复: a unit reports what it did."""
    on = addressee.note.ticket_id
    ticket = hold_ticket(on) if on is not None else None
    addressee = (
        NoteAddressee.objects.select_for_update(of=("self",), no_key=True)
        .select_related("department", "note__leader")
        .get(pk=addressee.pk)
    )
    if not words.strip():
        raise MoveRefused("请填写办理情况。")
    if addressee.answered_at is not None:
        raise MoveRefused(f"{addressee.department}已报告过办理情况，请刷新后查看。")
    addressee.answer, addressee.answered_at, addressee.answered_by = words.strip(), at, by
    addressee.save(update_fields=["answer", "answered_at", "answered_by"])
    said = f"{addressee.department}报告：{addressee.answer}"
    note_on_course(ticket, Move.INSTRUCT_ANSWER, said, by=by, at=at)
    leave_word(Occasion.NOTE_ANSWERED, addressee, at=at)
    record("批示回复", addressee.note, by=by, at=at, unit=str(addressee.department), answer=addressee.answer)
    return addressee
