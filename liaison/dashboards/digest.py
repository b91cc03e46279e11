"""每日提要: what an official is told in the morning, read from 今天要办."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import F, Max

from companies.reports import Served
from issues.models import TicketEvent
from liaison.choices import InboxKind
from liaison.dashboards.duties import Duty, Errand, due_today
from liaison.models import InboxMessage, Official
from liaison.services import Morning
from liaison.workdays import WorkCalendar, day_of

SHOWN = 6  # lines; the rest is on the first page, which the digest opens
LOOKED_AT = 200  # problems that are read at most; who has more is told of the first ones
PERIOD_ENDS = 3  # days before a contact period ends
FULL_NAME = 24  # characters of a problem's title


@dataclass(frozen=True)
class _Line:
    late: bool
    due: bool
    words: str


def morning_of(official: Official, calendar: WorkCalendar, at: datetime) -> Morning | None:
    """What is late, due today, or waits for more than a working day; None where there is nothing to say.

    Nothing younger than a working day is in it, unless it is due. The official is on duty on the day.
    """
    today = due_today(official, shown=LOOKED_AT)
    on, old = day_of(at), _a_working_day_before(calendar, at)
    begun = _begun([duty for duty in today.duties if duty.due_on > on])
    lines = [_line(duty, on) for duty in today.duties if duty.due_on <= on or begun[duty.ticket.pk] <= old]
    lines += [_errand(errand) for errand in today.errands if _is_told(errand, old)]
    lines += _contacts(today.served, on)
    unread = InboxMessage.objects.visible_to(official).unread().filter(created_at__lte=old)
    waiting = unread.exclude(kind=InboxKind.DIGEST).count()
    if not lines and not waiting:
        return None
    return _say(official, lines, waiting, among=today.waiting)


def _a_working_day_before(calendar: WorkCalendar, at: datetime) -> datetime:
    """The same hour of the working day before."""
    before = calendar.add(day_of(at), -1)
    return at - (day_of(at) - before)


def _begun(duties: list[Duty]) -> dict[int, datetime]:
    """When each problem came to the step at which it waits."""
    keys = {duty.ticket.pk: duty.ticket.collected_at for duty in duties}
    steps = TicketEvent.objects.filter(ticket__in=keys).exclude(from_status=F("to_status"))
    return keys | dict(steps.order_by().values_list("ticket").annotate(at=Max("at")))


def _line(duty: Duty, on: date) -> _Line:
    title = duty.ticket.title
    short = title if len(title) <= FULL_NAME else f"{title[: FULL_NAME - 1]}…"
    return _Line(duty.past, duty.due_on == on, f"{duty.word}：{duty.step} · {short}")


def _errand(errand: Errand) -> _Line:
    return _Line(errand.word == "逾期", False, f"{errand.word or '待办'}：{errand.title}")


def _contacts(served: Iterable[Served], on: date) -> list[_Line]:
    """Companies still to be called in a period that ends within days; before that it is nobody's hurry."""
    left = [row.period.days_left(on) for row in served if row.owed]
    near = [days for days in left if days <= PERIOD_ENDS]
    if not near:
        return []
    word = "今日到期" if min(near) == 0 else f"还有 {min(near)} 天"
    return [_Line(False, min(near) == 0, f"{word}：本期还有 {len(near)} 家企业没有联系")]


def _is_told(errand: Errand, old: datetime) -> bool:
    if errand.since is None:
        return errand.tone == "red"
    return errand.since <= old or errand.word == "逾期"


def _say(official: Official, lines: list[_Line], unread: int, *, among: int) -> Morning:
    late, due = sum(line.late for line in lines), sum(line.due for line in lines)
    other = len(lines) - late - due
    counted = [f"{n} 件{word}" for n, word in ((late, "逾期"), (due, "今天到期"), (other, "待办")) if n] + (
        [f"{unread} 条未读消息"] if unread else []
    )
    counts = "，".join(counted) if among <= LOOKED_AT else f"前 {LOOKED_AT} 件中 {'，'.join(counted)}"
    shown = [line.words for line in sorted(lines, key=lambda line: (not line.late, not line.due))[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(f"另有 {len(lines) - SHOWN} 件，见工作台")
    address = settings.PUBLIC_URL.rstrip("/")
    text = f"【联企】{official.name}：{counts}。{address}/"
    return Morning(f"今日提要：{counts}", "\n".join(shown), text)
