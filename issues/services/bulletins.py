"""月通报: drafted from a frozen month, completed and issued by the office, then frozen itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from issues.choices import BulletinState
from issues.models import Bulletin, MonthEnd
from issues.reports.months import (
    ServiceFigures,
    TicketFigures,
    escalations_in,
    service_figures,
    ticket_figures,
)
from liaison.models import Official
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class BulletinRefused(Refusal):
    """The bulletin cannot be changed or issued. Worded for the user."""


@transaction.atomic
def draft_bulletin(*, month_end: MonthEnd, at: datetime) -> Bulletin:
    """Draft the month's bulletin once: its title, and an opening said from the frozen figures."""
    bulletin, _ = Bulletin.objects.get_or_create(
        month_end=month_end,
        defaults={
            "programme": month_end.programme,
            "title": f"关于{month_end.month:%Y年%-m月}“{month_end.programme.name}”工作情况的通报",
            "opening": _opening(month_end),
            "drafted_at": at,
        },
    )
    return bulletin


def _opening(month_end: MonthEnd) -> str:
    service, tickets = service_figures(month_end), ticket_figures(month_end)
    climbed = escalations_in(month_end).count()
    since, until = day_of(month_end.since), day_of(month_end.until)
    period = f"{since.year}年{since.month}月{since.day}日18时至{until.year}年{until.month}月{until.day}日18时"
    return "".join(
        [
            f"{period}，{month_end.programme.region.name}{_served(service)}",
            _handled(tickets),
            f"期末在办{tickets.open.value}件，其中逾期{tickets.overdue.value}件；本期提级督办{climbed}件次。",
        ]
    )


def _served(service: ServiceFigures) -> str:
    if not service.enrolled.value:
        return "尚无在册包抓企业。"
    return (
        f"在册包抓企业{service.enrolled.value}户，开展走访联系{service.contacts}次，其中上门走访{service.visits}次，"
        f"联系覆盖率{service.coverage.words}。"
    )


def _handled(tickets: TicketFigures) -> str:
    words = f"收集企业问题{tickets.new.value}件。"
    if tickets.due.value:
        words += f"本期到期{tickets.due.value}件，已解决并经企业确认销号{tickets.solved.value}件，"
        words += f"问题办结率{tickets.solving.words}。"
    else:
        words += "本期没有到期问题。"
    beside = [
        f"{label}{figure.value}件"
        for label, figure in (
            ("解释说明", tickets.explained),
            ("承诺推进", tickets.promised),
            ("暂无法解决", tickets.cannot),
        )
        if figure.value
    ]
    if beside:
        words += f"另有{'、'.join(beside)}销号，不计入解决。"
    if tickets.rated.value:
        words += f"企业评价{tickets.rated.value}件，满意率{tickets.satisfaction.words}。"
    return words


@transaction.atomic
def edit_bulletin(
    *, bulletin: Bulletin, highlights: str, next_steps: str, by: Official, at: datetime
) -> Bulletin:
    """Write what no figure can say: 亮点做法 and 下步安排; the trail keeps what stood there before."""
    bulletin = _lock_draft(bulletin)
    before = {"highlights": bulletin.highlights, "next_steps": bulletin.next_steps}
    bulletin.highlights, bulletin.next_steps = highlights.strip(), next_steps.strip()
    bulletin.save(update_fields=["highlights", "next_steps"])
    record("修改通报", bulletin, by=by, at=at, before=before)
    return bulletin


@transaction.atomic
def issue_bulletin(*, bulletin: Bulletin, by: Official, at: datetime) -> Bulletin:
    """印发: from now on every official of the region reads it, and nobody changes it."""
    bulletin = _lock_draft(bulletin)
    if not bulletin.next_steps:
        raise BulletinRefused("请先写好“下步安排”，再印发。")
    bulletin.state, bulletin.issued_at, bulletin.issued_by = BulletinState.ISSUED, at, by
    bulletin.save(update_fields=["state", "issued_at", "issued_by"])
    record("印发通报", bulletin, by=by, at=at)
    return bulletin


def _lock_draft(bulletin: Bulletin) -> Bulletin:
    bulletin = (
        Bulletin.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme__region", "month_end")
        .get(pk=bulletin.pk)
    )
    if bulletin.state == BulletinState.ISSUED:
        raise BulletinRefused("通报已印发，不能再改动。")
    return bulletin
