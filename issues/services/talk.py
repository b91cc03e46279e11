"""沟通记录: a message of the company, the team, a unit or the office, with its files; kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from issues.choices import LEFT, Occasion, Side
from issues.models import Message, MessageFile, Ticket
from issues.services.course import hold_ticket, signature
from issues.services.errors import MoveRefused
from issues.services.links import open_follow_link
from issues.services.telling import leave_word
from liaison.files import Checked, FileRefused
from liaison.models import Official
from liaison.services import announce, keep_file
from liaison.workdays import day_of

MOST = 2000  # characters of one message
COMPANY_MOST = 20  # messages of a company on one problem within a day
ONLY_FILES = "见附件。"


@transaction.atomic
def say(
    *,
    ticket: Ticket,
    client_id: UUID,
    side: Side,
    words: str,
    by: Official | None,
    at: datetime,
    is_visible: bool = False,
    signed: str = "",
    files: Sequence[Checked] = (),
) -> Message:
    """Write a message down with its files, all or nothing, once per client id; `by=None`: the company."""
    ticket = hold_ticket(ticket.pk)
    if (sent := Message.objects.filter(client_id=client_id).first()) is not None:
        if sent.ticket_id != ticket.pk:
            raise MoveRefused("这条留言已在另一件问题中发送，请刷新后重写。")
        return sent  # a double click, or a phone that sent it again
    if ticket.status in LEFT:
        raise MoveRefused(f"该问题“{ticket.get_status_display()}”，不能再留言。")
    words = words.strip()
    if not words and not files:
        raise MoveRefused("请写明要说的内容，或选择要发送的文件。")
    if len(words) > MOST:
        raise MoveRefused(f"一次最多 {MOST} 字，请分几次发送。")
    is_company = by is None
    if is_company:
        today = ticket.messages.filter(side=Side.COMPANY, at__gt=at - timedelta(days=1))
        if today.count() >= COMPANY_MOST:
            raise MoveRefused("今天的留言已经很多，请明天再补充，或拨打 12345。")
    message = Message.objects.create(
        ticket=ticket,
        client_id=client_id,
        side=side,
        author=by,
        signed=(signed or signature(by, day_of(at)))[:80],
        words=words or ONLY_FILES,
        is_visible=is_company or is_visible,
        at=at,
    )
    seen: set[str] = set()
    for one in files:
        if one.sha256 in seen:
            continue  # chosen twice
        seen.add(one.sha256)
        try:
            keep_file(model=MessageFile, owner=message, checked=one, by=by, at=at)
        except FileRefused as refusal:
            raise MoveRefused(str(refusal)) from None
    announce("ticket.said", at=at, message=message.pk)
    leave_word(Occasion.SAID_BY_COMPANY if is_company else Occasion.SAID, message, at=at)
    if message.is_visible and not is_company:
        open_follow_link(ticket=ticket, at=at)
    return message


def told_in(*, message: int) -> int | None:
    """The problem on which an official said something that the company is to see; None otherwise."""
    said = Message.objects.filter(pk=message, is_visible=True).exclude(side=Side.COMPANY)
    return said.values_list("ticket", flat=True).first()
