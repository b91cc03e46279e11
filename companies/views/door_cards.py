"""助企公示牌: the card at the door, a print run of many, and the public page that the code opens."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import perms, services
from companies.models import Company, DoorCard
from companies.reports.door_cards import HOTLINE, filing_enrolment, people_on_cards
from liaison.models import Official
from liaison.views.refusals import refusals_told

SIZES = {"a4": "A4", "a5": "A5"}


def _may_make(official: Official, company: Company) -> bool:
    """The office of the company's region, and whoever is in the company's team."""
    if perms.may_manage(official, company):
        return True
    on = official.access.on
    return company.enrolments.in_force(on).served_by(official, on).exists()


def _drawn(card: DoorCard) -> SafeString:
    drawn = segno.make(services.link_of_card(card), error="m", micro=False).svg_inline(
        scale=1, border=2, omitsize=True
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from our own address


def _sheets(cards: list[DoorCard], request: HttpRequest) -> list[dict[str, Any]]:
    people = people_on_cards([card.company_id for card in cards], request.user.access.on)
    return [
        {
            "card": card,
            "company": card.company,
            "people": people[card.company_id],
            "code": _drawn(card),
            "link": urlsplit(services.link_of_card(card)).path,
        }
        for card in cards
    ]


def _print(request: HttpRequest, cards: list[DoorCard], context: dict[str, Any]) -> HttpResponse:
    size = request.GET.get("size", "a4")
    size = size if size in SIZES else "a4"
    shown: dict[str, Any] = {"sheets": _sheets(cards, request), "size": size, "hotline": HOTLINE}
    shown["sizes"] = [(value, label, None) for value, label in SIZES.items()]
    return render(request, "companies/door_cards.html", shown | context)


@require_http_methods(["GET", "POST"])
def door_card(request: HttpRequest, uscc: str) -> HttpResponse:
    """The company's card as printed, or how to make one; making it writes the code, hence a POST."""
    visible = Company.objects.visible_to(request.user).select_related("region__parent")
    company = get_object_or_404(visible, uscc=uscc.upper())
    if not _may_make(request.user, company):
        raise PermissionDenied("公示牌由企业所在地的协调办公室和专班成员制作。")
    if request.method == "POST":
        only = Company.objects.visible_to(request.user).filter(pk=company.pk)
        with refusals_told(request):
            done = services.issue_door_cards(companies=only, by=request.user, at=timezone.now())
            messages.success(request, "公示牌已生成。" if done.made else "该企业已有在用的公示牌。")
        return redirect("companies:door-card", company.uscc)
    cards = list(
        DoorCard.objects.visible_to(request.user)
        .standing()
        .filter(company=company)
        .select_related("company__region__parent")
    )
    return _print(request, cards, {"company": company, "may_manage": perms.may_manage(request.user, company)})


@require_POST
def door_cards(request: HttpRequest) -> HttpResponse:
    """A print run: a card for each of the chosen companies, those that have none yet are made."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    codes = request.POST.getlist("company")
    chosen = Company.objects.visible_to(request.user).managed_by(request.user).filter(uscc__in=codes)
    if not chosen.exists():
        messages.warning(request, "还没有选择企业，请先勾选，再打印公示牌。")
        return redirect("companies:companies")
    with refusals_told(request):
        done = services.issue_door_cards(companies=chosen, by=request.user, at=timezone.now())
        return _print(request, done.cards, {"company": None, "may_manage": False})
    return redirect("companies:companies")


@require_POST
def door_card_revoke(request: HttpRequest, uscc: str) -> HttpResponse:
    """Stop the code of the company's card."""
    visible = Company.objects.visible_to(request.user).select_related("region")
    company = get_object_or_404(visible, uscc=uscc.upper())
    if not perms.may_manage(request.user, company):
        raise PermissionDenied
    card = DoorCard.objects.visible_to(request.user).standing().filter(company=company).first()
    if card is None:
        messages.info(request, "该企业没有在用的公示牌。")
        return redirect(company)
    with refusals_told(request):
        services.revoke_door_card(card=card, by=request.user, at=timezone.now())
        messages.success(request, "已停用，原二维码不再显示专班信息。需要时可重新制作。")
    return redirect("companies:door-card", company.uscc)


@require_http_methods(["GET", "POST"])
def public_phone(request: HttpRequest) -> HttpResponse:
    """Under which number companies may call oneself; empty takes it off the cards."""
    if request.method == "POST":
        typed = request.POST.get("phone", "")
        try:
            kept = services.set_public_phone(
                official=request.user, phone=typed[:40], by=request.user, at=timezone.now()
            )
        except services.DoorCardRefused as refusal:
            context = {"phone": typed, "mistake": str(refusal)}
            return render(request, "companies/public_phone.html", context, status=422)
        messages.success(
            request, f"公示电话已登记为 {kept}。" if kept else "公示电话已取消，公示牌上不再显示。"
        )
        return redirect("companies:public-phone")
    kept = getattr(request.user, "public_phone", None)
    return render(
        request, "companies/public_phone.html", {"phone": kept.phone if kept else "", "mistake": ""}
    )


@login_not_required
@require_GET
def door_page(request: HttpRequest, token: str) -> HttpResponse:
    """What the code on the card opens: who serves this company, and how to reach them."""
    try:
        card = services.card_of(token)
    except services.DoorCardRefused as refusal:
        closed = {"why": str(refusal), "hotline": HOTLINE}
        return render(request, "companies/door_page_closed.html", closed, status=404)
    if card.revoked_at is not None:
        why = "这张公示牌已经停用，上面的信息可能已有变化。"
        return render(
            request, "companies/door_page_closed.html", {"why": why, "hotline": HOTLINE}, status=410
        )
    on = timezone.localdate()
    context: dict[str, Any] = {
        "company": card.company,
        "people": people_on_cards([card.company_id], on)[card.company_id],
        "hotline": HOTLINE,
        "token": token,
        "may_file": filing_enrolment(card.company, on) is not None,
    }
    response = render(request, "companies/door_page.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
