"""会议任务: done by the unit with what came of it; the office may find it undone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from issues.choices import Move, Occasion
from issues.models import MeetingTask, Ticket
from issues.services.course import hold_ticket, note_on_course
from issues.services.meetings import MeetingRefused
from issues.services.telling import leave_word
from liaison.models import Official
from liaison.services import record


@transaction.atomic
def finish_task(*, task: MeetingTask, answer: str, by: Official, at: datetime) -> MeetingTask:
    """完成会议任务: the unit says what it did."""
    task, ticket = _lock(task)
    if not answer.strip():
        raise MeetingRefused("请填写落实情况。")
    if task.done_at:
        raise MeetingRefused("该任务已登记完成，请刷新后查看。")
    task.done_at, task.done_by, task.answer = at, by, answer.strip()
    task.save(update_fields=["done_at", "done_by", "answer"])
    note_on_course(ticket, Move.TASK_DONE, f"{task.words}：{task.answer}", by=by, at=at)
    leave_word(Occasion.TASK_DONE, task, at=at)
    record("完成会议任务", task, by=by, at=at, answer=task.answer)
    return task


@transaction.atomic
def reopen_task(*, task: MeetingTask, why: str, by: Official, at: datetime) -> MeetingTask:
    """会议任务未完成: the office does not take it as done, and says why; its day stands."""
    task, ticket = _lock(task)
    if not why.strip():
        raise MeetingRefused("请说明为什么不算完成。")
    if not task.done_at:
        raise MeetingRefused("该任务还没有登记完成。")
    task.done_at = task.done_by = None
    task.save(update_fields=["done_at", "done_by"])
    note_on_course(ticket, Move.TASK_UNDONE, f"{task.words}：{why.strip()}", by=by, at=at)
    leave_word(Occasion.TASK_UNDONE, task, at=at)
    record("会议任务未完成", task, by=by, at=at, why=why.strip())
    return task


def _lock(task: MeetingTask) -> tuple[MeetingTask, Ticket]:
    """The problem first, then the task: in the order of every move."""
    ticket = hold_ticket(task.ticket_id)
    locked = MeetingTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    return locked, ticket
