"""What the search box looks through: four kinds of rows, each under the official's own scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from companies.models import Company
from issues.models import Ticket
from liaison.models import Department, Official, Posting
from liaison.perms import Capability, may
from liaison.workdays import SHANGHAI

SHOWN = 10
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


@dataclass(frozen=True)
class Hit:
    """One row found: what it is called, where it is, and what tells it apart."""

    title: str
    url: str
    sub: str = ""
    meta: str = ""
    tone: str = ""
    word: str = ""
    due_on: date | None = None  # of an open problem: its next step's last day, and where that is explained
    is_provisional: bool = False
    ident: str = ""
    why_url: str = ""


@dataclass(frozen=True)
class Group:
    """Hits of one kind: the first few, how many there are in all, and where all of them are."""

    label: str
    unit: str
    hits: list[Hit]
    total: int
    url: str


def find(words: str, *, official: Official) -> list[Group]:
    """The groups that have hits, in the order in which people usually look."""
    kinds: list[Callable[[str, Official], Group | None]] = [_companies, _tickets, _officials, _departments]
    return [group for kind in kinds if (group := kind(words, official)) and group.total]


def exact(words: str, *, official: Official) -> str:
    """Where to go at once: a whole credit code or ticket number needs no list."""
    if _CODE.fullmatch(words.upper()):
        company = Company.objects.visible_to(official).filter(uscc=words.upper()).first()
        return company.get_absolute_url() if company else ""
    if words.isdecimal() and len(words) >= 10:
        ticket = Ticket.objects.visible_to(official).filter(number=words).first()
        return ticket.get_absolute_url() if ticket else ""
    return ""


def _group(
    label: str, unit: str, rows: QuerySet[Any], route: str, words: str, hit: Callable[[Any], Hit], **more: str
) -> Group:
    """The first few hits; counted only when there are more than those."""
    found = list(rows[: SHOWN + 1])
    total = len(found) if len(found) <= SHOWN else rows.count()
    url = f"{reverse(route)}?{urlencode({'q': words} | more)}"
    return Group(label, unit, [hit(row) for row in found[:SHOWN]], total, url)


def _companies(words: str, official: Official) -> Group:
    def hit(company: Company) -> Hit:
        return Hit(company.name, company.get_absolute_url(), company.region.name, company.uscc)

    rows = Company.objects.visible_to(official).matching(words).select_related("region")
    return _group("企业", "家", rows.order_by("pinyin", "pk"), "companies:companies", words, hit)


def _tickets(words: str, official: Official) -> Group:
    def hit(ticket: Any) -> Hit:
        meta = f"{ticket.number} · {ticket.collected_at.astimezone(SHANGHAI):%Y-%m-%d} 收集"
        word = ticket.get_status_display()
        why_url = reverse("issues:ticket-deadlines", args=[ticket.number])
        return Hit(
            ticket.title,
            ticket.get_absolute_url(),
            ticket.company.name,
            meta,
            ticket.light,
            word,
            ticket.next_on,
            ticket.is_provisional,
            ticket.number,
            why_url,
        )

    rows = Ticket.objects.visible_to(official).matching(words)
    rows = rows.with_light(official.access.on).with_provisional()
    rows = rows.select_related("company").order_by("-collected_at", "-pk")
    return _group("问题", "件", rows, "issues:tickets", words, hit, view="all")


def _officials(words: str, official: Official) -> Group | None:
    if not may(official, Capability.READ_DIRECTORY):
        return None

    def hit(person: Any) -> Hit:
        posts = "；".join(str(post) for post in person.current_postings)
        return Hit(
            person.name, reverse("liaison:official", args=[person.pk]), posts, person.get_rank_display()
        )

    on = official.access.on
    seat = Posting.objects.in_force(on).filter(official=OuterRef("pk"), department__name__contains=words)
    rows = Official.objects.visible_to(official).filter(  # as the directory itself looks for people
        Q(name__contains=words)
        | Q(pinyin__contains=words.lower())
        | Q(phone__startswith=words)
        | Q(Exists(seat))
    )
    rows = rows.with_postings_on(on).order_by("pinyin", "pk")
    return _group("干部", "名", rows, "liaison:officials", words, hit)


def _departments(words: str, official: Official) -> Group | None:
    if not may(official, Capability.READ_DIRECTORY):
        return None

    def hit(unit: Department) -> Hit:
        url = f"{reverse('liaison:departments')}?{urlencode({'q': unit.name})}"
        return Hit(unit.name, url, unit.region.name)

    rows = Department.objects.visible_to(official).filter(
        Q(name__contains=words) | Q(short_name__contains=words) | Q(pinyin__contains=words.lower())
    )
    rows = rows.select_related("region").order_by("pinyin", "pk")
    return _group("单位", "个", rows, "liaison:departments", words, hit)
