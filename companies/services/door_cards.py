"""助企公示牌: making cards, stopping their codes, and the phones that may stand on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from companies.models import Company, DoorCard, PublicPhone
from liaison import normalise
from liaison.models import Official
from liaison.refusals import Refusal
from liaison.services import record

_SIGNER = signing.Signer(salt="companies.door_card", sep=".")
MOST = 300  # cards of one print run


class DoorCardRefused(Refusal):
    """The card cannot be made, stopped or opened. Worded for the user."""


def sign_card(card: DoorCard) -> str:
    """What the card's code carries: its key and our signature, nothing of the company."""
    return _SIGNER.sign(str(card.pk))


def link_of_card(card: DoorCard) -> str:
    """The whole address that the card's code opens."""
    address: str = reverse("companies:door-page", args=[sign_card(card)])
    return settings.PUBLIC_URL.rstrip("/") + address


def card_of(token: str) -> DoorCard:
    """The card that a code stands for, stopped ones too; raises DoorCardRefused where it is none of ours."""
    try:
        key = normalise.row_key(_SIGNER.unsign(token))
        return DoorCard.objects.select_related("company__region__parent").get(pk=key)
    except (signing.BadSignature, DoorCard.DoesNotExist):
        raise DoorCardRefused("这个二维码不是本系统发出的，或在转发时缺了字符。") from None


@dataclass(frozen=True)
class Issued:
    """The cards of a print run: all that stand now, and how many were made for it."""

    cards: list[DoorCard]
    made: int


@transaction.atomic
def issue_door_cards(*, companies: QuerySet[Company], by: Official, at: datetime) -> Issued:
    """A card for each of these companies; whoever has one in use keeps it: what hangs at doors stays true."""
    keys = list(companies.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise DoorCardRefused(f"一次最多制作 {MOST} 张，请先缩小范围。")
    here = Company.objects.filter(pk__in=keys)
    # Companies locked in the order of their keys: two clerks at the same selection make one card each.
    locked = list(here.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if gone := [company for company in locked if not company.is_active]:
        raise DoorCardRefused(f"“{gone[0]}”已不再存续，不制作公示牌。")
    standing = DoorCard.objects.standing().filter(company=OuterRef("pk"))
    bare = here.filter(~Exists(standing)).order_by("pk")
    made = [DoorCard(company=company, issued_at=at, issued_by=by) for company in bare]
    for card in DoorCard.objects.bulk_create(made):
        record("制作公示牌", card, by=by, at=at, company=card.company.uscc)
    cards = DoorCard.objects.standing().filter(company__in=keys).select_related("company__region__parent")
    return Issued(list(cards.order_by("company__region__path", "company__pinyin", "pk")), len(made))


@transaction.atomic
def revoke_door_card(*, card: DoorCard, by: Official, at: datetime) -> DoorCard:
    """Stop a card: whoever scans it is told so. The next card of the company gets a code of its own."""
    card = DoorCard.objects.select_for_update(of=("self",), no_key=True).get(pk=card.pk)
    if card.revoked_at is not None:
        raise DoorCardRefused("这张公示牌已经停用。")
    card.revoked_at, card.revoked_by = at, by
    card.save(update_fields=["revoked_at", "revoked_by"])
    record("停用公示牌", card, by=by, at=at)
    return card


@transaction.atomic
def set_public_phone(*, official: Official, phone: str, by: Official, at: datetime) -> PublicPhone | None:
    """Write down under which number companies may call an official; empty takes it off the cards."""
    Official.objects.select_for_update(of=("self",), no_key=True).get(pk=official.pk)
    if not phone.strip():
        for kept in PublicPhone.objects.filter(official=official):
            record("取消公示电话", official, by=by, at=at, phone=kept.phone)
            kept.delete()
        return None
    try:
        number = normalise.any_phone(phone)
    except ValueError as wrong:
        raise DoorCardRefused(str(wrong)) from None
    kept, _ = PublicPhone.objects.update_or_create(
        official=official, defaults={"phone": number, "set_at": at, "set_by": by}
    )
    record("登记公示电话", official, by=by, at=at, phone=number)
    return kept
