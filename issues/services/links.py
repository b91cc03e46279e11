"""企业进度链接: what a company follows a problem by, and the news that it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from issues.models import Filing, FollowLink, Ticket
from issues.services.course import hold_ticket
from liaison import normalise
from liaison.models import Official
from liaison.refusals import Refusal
from liaison.services import announce, record

_SIGNER = signing.Signer(salt="issues.follow", sep=".")


class LinkRefused(Refusal):
    """The link opens nothing, or cannot be made. Worded for the user."""


def sign_link(link: FollowLink) -> str:
    """What the link carries: its key and our signature, nothing of the company or the problem."""
    return _SIGNER.sign(str(link.pk))


def address_of(link: FollowLink) -> str:
    """The whole address that a company opens."""
    path: str = reverse("issues:follow", args=[sign_link(link)])
    return settings.PUBLIC_URL.rstrip("/") + path


def link_of(token: str) -> FollowLink:
    """The link that stands behind a token, revoked ones too; raises LinkRefused where it is none of ours."""
    try:
        key = normalise.row_key(_SIGNER.unsign(token))
        return FollowLink.objects.select_related(
            "ticket__company__region", "ticket__programme__region", "ticket__merged_into"
        ).get(pk=key)
    except (signing.BadSignature, FollowLink.DoesNotExist):
        raise LinkRefused("这个链接不是本系统发出的，或在转发时缺了字符。") from None


@transaction.atomic
def open_follow_link(*, ticket: Ticket, at: datetime) -> FollowLink:
    """The link that the company follows the problem by: the one in use, or a new one."""
    hold_ticket(ticket.pk)
    link, _ = FollowLink.objects.get_or_create(
        ticket=ticket, revoked_at__isnull=True, defaults={"opened_at": at}
    )
    return link


@transaction.atomic
def renew_follow_link(*, ticket: Ticket, by: Official, at: datetime) -> FollowLink:
    """Stop the link in use, which has come into wrong hands, and make another."""
    hold_ticket(ticket.pk)
    stopped = FollowLink.objects.standing().filter(ticket=ticket).update(revoked_at=at, revoked_by=by)
    link = FollowLink.objects.create(ticket=ticket, opened_at=at)
    record("更换企业进度链接" if stopped else "开通企业进度链接", ticket, by=by, at=at)
    return link


def tell_company(ticket: Ticket, what: str, *, at: datetime) -> None:
    """Leave news for the company in the outbox; where the city has an SMS gateway it is sent with the link.

    `what`: filed, extended, withdrawal (its yes is asked for). Messages have news of their own.
    """
    announce("company.news", at=at, ticket=ticket.pk, what=what)


NEWS = {
    "filed": "已收到，编号 {number}",
    "said": "有新的留言",
    "extended": "办理期限有调整，原因见进度页",
    "withdrawal": "请您确认是否撤回",
}


@dataclass(frozen=True)
class News:
    """A text message to a company."""

    phone: str
    text: str


def news_for_company(*, ticket: int, what: str) -> News | None:
    """What is sent, and to whom: who filed it, else the company's main contact. None: nobody can be told."""
    row = Ticket.objects.select_related("company").get(pk=ticket)
    link = FollowLink.objects.standing().filter(ticket=row).first()
    filing = Filing.objects.filter(ticket=row, is_addition=False).first()
    contact = row.company.contacts.filter(is_primary=True).first()
    phone = filing.phone if filing else contact.phone if contact else ""
    if link is None or not phone or what not in NEWS:
        return None
    words = NEWS[what].format(number=row.number)
    text = f"【联企】{row.company.name}：您反映的“{row.title}”{words}。进度（无需登录）：{address_of(link)}"
    return News(phone, text)
