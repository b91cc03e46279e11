"""共性问题: similar problems brought together, a policy measure opened for them, each settled by itself."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from issues.choices import Move, Outcome
from issues.models import PolicyMeasure, Ticket, TicketGroup
from issues.services.course import lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.tickets import resolve_ticket
from liaison.models import Department, Official, Programme
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class GroupRefused(Refusal):
    """The group or its measure cannot be so. The message is written for the user."""


@transaction.atomic
def open_group(*, programme: Programme, name: str, by: Official, at: datetime) -> TicketGroup:
    """归集共性问题: give it a name; problems are added one by one."""
    name = name.strip()
    if not name:
        raise GroupRefused("请填写共性问题名称。")
    Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)
    if TicketGroup.objects.filter(programme=programme, name=name).exists():
        raise GroupRefused(f"本方案已有名为“{name}”的共性问题。")
    group = TicketGroup.objects.create(programme=programme, name=name, created_at=at, created_by=by)
    record("归集共性问题", group, by=by, at=at, name=name)
    return group


@transaction.atomic
def join_group(*, ticket: Ticket, group: TicketGroup, by: Official, at: datetime) -> Ticket:
    """归入共性问题: its clock and its unit stay as they are; nothing is settled by being in a group."""
    ticket = lock_for(ticket, Move.JOIN_GROUP)
    if ticket.programme_id != group.programme_id:
        raise MoveRefused("该问题属于另一个方案，不能归入这个共性问题。")
    if ticket.group_id is not None:
        where = "这个" if ticket.group_id == group.pk else "另一个"
        raise MoveRefused(f"该问题已归入{where}共性问题。")
    ticket.group = group
    ticket.save(update_fields=["group"])
    said = f"归入共性问题“{group}”"
    write_event(ticket, Move.JOIN_GROUP, source=ticket.status, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def leave_group(*, ticket: Ticket, by: Official, at: datetime) -> Ticket:
    """移出共性问题: it goes on by itself."""
    ticket = lock_for(ticket, Move.LEAVE_GROUP)
    if ticket.group_id is None:
        raise MoveRefused("该问题没有归入共性问题。")
    said, ticket.group = f"移出共性问题“{ticket.group}”", None
    ticket.save(update_fields=["group"])
    write_event(ticket, Move.LEAVE_GROUP, source=ticket.status, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def open_measure(
    *,
    group: TicketGroup,
    title: str,
    document: str,
    department: Department,
    issued_on: date,
    text: str,
    by: Official,
    at: datetime,
) -> PolicyMeasure:
    """登记政策措施: what was issued for the group, under its document number."""
    group = TicketGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
    title, document, text = title.strip(), document.strip(), text.strip()
    if not (title and document and text):
        raise GroupRefused("政策措施须写明标题、文号和主要内容。")
    if issued_on > day_of(at):
        raise GroupRefused("印发日期不能晚于今天；还没有印发的，印发后再登记。")
    if group.measures.filter(document=document).exists():
        raise GroupRefused(f"文号“{document}”的政策措施已经登记过。")
    measure = PolicyMeasure.objects.create(
        group=group,
        title=title,
        document=document,
        department=department,
        issued_on=issued_on,
        text=text,
        recorded_at=at,
        recorded_by=by,
    )
    record("登记政策措施", group, by=by, at=at, title=title, document=document)
    return measure


@transaction.atomic
def settle_by_measure(
    *, ticket: Ticket, measure: PolicyMeasure, result: str, by: Official, at: datetime
) -> Ticket:
    """以政策措施办结 one member: resolved as any problem is, then confirmed by its own company."""
    ticket = lock_for(ticket, Move.SETTLE)
    if ticket.group_id != measure.group_id:
        raise MoveRefused("该问题不在这项政策措施所属的共性问题中。")
    words = f"按{measure}解决。{result.strip()}".strip()
    ticket = resolve_ticket(
        ticket=ticket, outcome=Outcome.SOLVED, result=words, by=by, at=at, move=Move.SETTLE
    )
    ticket.measure = measure
    ticket.save(update_fields=["measure"])
    return ticket
