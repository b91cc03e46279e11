"""企业自报: a company files a problem by the code at its door, or adds to one that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction

from companies.models import Assignment, DoorCard
from companies.reports.door_cards import filing_enrolment
from issues.choices import Side, Source
from issues.models import Category, Filing, Ticket
from issues.reports.similar import similar_open
from issues.services.errors import MoveRefused
from issues.services.links import open_follow_link, tell_company
from issues.services.talk import say
from issues.services.tickets import collect_ticket, report_by_company
from liaison import normalise
from liaison.choices import FilingWay
from liaison.files import Checked
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of

PER_HOUR, PER_DAY = 6, 20  # filings by one card: what a company needs, and what a prank does not get
_SIGNER = signing.Signer(salt="issues.filing", sep=".")


class FilingRefused(Refusal):
    """The filing is not taken. Worded for the company."""


@dataclass(frozen=True)
class Filed:
    """A problem in the company's own words, and whom to ask about it."""

    title: str
    name: str
    phone: str
    description: str = ""
    wish: str = ""
    category: Category | None = None
    files: Sequence[Checked] = ()


@transaction.atomic
def file_problem(
    *, card: DoorCard, client_id: UUID, filed: Filed, at: datetime, onto: str = ""
) -> tuple[Filing, bool]:
    """Take the company's own filing, once per client id; the second value says whether it is new.

    By the programme's rule it goes to the company's team, which has its days to report it, or straight to the
    office; where nobody in the team could report it, it goes to the office, too. `onto`: the number of a
    similar open problem that the words are added to.
    """
    card = (
        DoorCard.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company__region")
        .get(pk=card.pk)
    )
    if card.revoked_at is not None:
        raise FilingRefused("这张公示牌已经停用，请向服务干部索取新的二维码，或拨打 12345。")
    if (sent := Filing.objects.filter(client_id=client_id).select_related("ticket").first()) is not None:
        if sent.card_id != card.pk:
            raise FilingRefused("这次提交已在另一家企业使用，请重新扫码填写。")
        return sent, False
    _check_pace(card, at=at)
    if onto:
        return _add(card, client_id, filed, onto, at=at), True
    enrolment = filing_enrolment(card.company, day_of(at))
    if enrolment is None:
        raise FilingRefused("目前不能在这里提交，请联系为您服务的干部，或拨打 12345。")
    actor = _signed(card, filed)
    ticket = collect_ticket(
        enrolment=enrolment,
        title=filed.title,
        description=filed.description,
        wish=filed.wish,
        category=filed.category,
        source=Source.COMPANY,
        by=None,
        actor=actor,
        at=at,
    )
    if ticket.version.handling_rule.filing == FilingWay.OFFICE or not _has_team(ticket, at=at):
        ticket = report_by_company(ticket=ticket, actor=actor, at=at)
    filing = _keep(card, client_id, filed, ticket, at=at)
    if filed.files:
        _say(ticket, filed, client_id, "提交问题时的附件。", at=at)
    open_follow_link(ticket=ticket, at=at)
    tell_company(ticket, "filed", at=at)
    return filing, True


def _add(card: DoorCard, client_id: UUID, filed: Filed, onto: str, *, at: datetime) -> Filing:
    """Add the words to a problem that is like them and open; nothing else of it is told."""
    alike = {one.number: one for one in similar_open(card.company, filed.title)}
    ticket = alike.get(onto)
    if ticket is None:
        raise FilingRefused("要补充的问题已经办结或不存在，请另提一件。")
    told = "\n".join(filter(None, (filed.title, filed.description, filed.wish and f"诉求：{filed.wish}")))
    filing = _keep(card, client_id, filed, ticket, is_addition=True, at=at)
    _say(ticket, filed, client_id, told, at=at)
    return filing


def _say(ticket: Ticket, filed: Filed, client_id: UUID, words: str, *, at: datetime) -> None:
    try:
        say(
            ticket=ticket,
            client_id=client_id,
            side=Side.COMPANY,
            words=words[:2000],
            signed=f"{filed.name}（企业）",
            files=filed.files,
            by=None,
            at=at,
        )
    except MoveRefused as refusal:
        raise FilingRefused(str(refusal)) from None


def _keep(
    card: DoorCard, client_id: UUID, filed: Filed, ticket: Ticket, *, at: datetime, is_addition: bool = False
) -> Filing:
    filing = Filing.objects.create(
        client_id=client_id,
        card=card,
        ticket=ticket,
        is_addition=is_addition,
        name=filed.name.strip(),
        phone=filed.phone,
        filed_at=at,
    )
    record("企业自报" if not is_addition else "企业补充", ticket, by=None, at=at, card=card.pk)
    return filing


def _check_pace(card: DoorCard, *, at: datetime) -> None:
    for hours, most, when in ((1, PER_HOUR, "一小时"), (24, PER_DAY, "一天")):
        since = at - timedelta(hours=hours)
        if Filing.objects.filter(card=card, filed_at__gt=since).count() >= most:
            raise FilingRefused(f"本企业{when}内已提交 {most} 件，请稍后再提交；急事请拨打 12345。")


def _has_team(ticket: Ticket, *, at: datetime) -> bool:
    """Whether somebody sits in the company's team today who reports for it."""
    seats = Assignment.objects.in_force(day_of(at))
    return seats.filter(enrolment=ticket.enrolment_id, role__answers_company=True).exists()


def _signed(card: DoorCard, filed: Filed) -> str:
    who = f"（{filed.name.strip()}，企业自报）"
    return card.company.name[: 80 - len(who)] + who


def sign_receipt(filing: Filing) -> str:
    """What a receipt's address carries."""
    return _SIGNER.sign(str(filing.pk))


def filing_of(token: str) -> Filing:
    """The filing behind a receipt's address; raises FilingRefused where it is none of ours."""
    try:
        key = normalise.row_key(_SIGNER.unsign(token))
        return Filing.objects.select_related("ticket__company", "card").get(pk=key)
    except (signing.BadSignature, Filing.DoesNotExist):
        raise FilingRefused("这个回执不是本系统发出的，或在转发时缺了字符。") from None


def was_filed(client_id: UUID) -> bool:
    """Whether this very sending was taken already."""
    return Filing.objects.filter(client_id=client_id).exists()
