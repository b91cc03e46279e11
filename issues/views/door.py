"""提交问题: what the code at a company's door leads to. No account; who holds the card may file."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from companies.models import DoorCard
from companies.reports.door_cards import HOTLINE, filing_enrolment
from companies.services import DoorCardRefused, card_of
from issues import services
from issues.forms.door import FilingForm, onto_choices
from issues.reports.follow import NOW, link_in_use
from issues.reports.similar import similar_open
from liaison.views.files import ask_again, say_cut_short
from liaison.views.public import kept_from_others
from liaison.views.refusals import refusals_in
from liaison.workdays import day_of


def closed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    """A page of a company that opens nothing, with the reason and whom to call."""
    return render(request, "issues/door/closed.html", {"why": why, "hotline": HOTLINE}, status=status)


def _card(request: HttpRequest, token: str) -> DoorCard | HttpResponse:
    """The card whose company may file here today, or the page that says why not."""
    try:
        card = card_of(token)
    except DoorCardRefused as refusal:
        return closed(request, str(refusal), 404)
    if card.revoked_at is not None:
        return closed(request, "这张公示牌已经停用，请向服务干部索取新的二维码。", 410)
    if filing_enrolment(card.company, day_of(timezone.now())) is None:
        return closed(request, "目前不能在这里提交问题，请联系为您服务的干部。", 410)
    return card


def _alike(card: DoorCard, title: str) -> list[dict[str, Any]]:
    """Similar open problems: their day, kind and state; never their words, for all may see the card."""
    today = day_of(timezone.now())
    return [
        {
            "number": one.number,
            "days": (today - day_of(one.collected_at)).days,
            "on": one.collected_at,
            "category": one.category,
            "state": NOW[one.status][1],
        }
        for one in similar_open(card.company, title)
    ]


@csrf_exempt  # no cookie proves anything here: who holds the signed card may file
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_from_others
def filing_new(request: HttpRequest, token: str) -> HttpResponse:
    """The filing page. A problem that looks like one already filed is asked about first, once."""
    card = _card(request, token)
    if isinstance(card, HttpResponse):
        return card
    if request.method != "POST":
        return _show(request, card, token, FilingForm(initial={"client_id": uuid.uuid4()}))
    form = FilingForm(request.POST, request.FILES)
    say_cut_short(request, form)
    alike: list[dict[str, Any]] = []
    if form.is_valid():
        values = form.cleaned_data
        onto = values["onto"]
        alike = _alike(card, values["title"])
        known = onto_choices(list(similar_open(card.company, values["title"]))) if onto else set()
        if onto and onto not in known:
            form.add_error(None, "要补充的那件问题已经办结或不存在，请重新选择。")
        elif alike and not onto and not _was_sent(values["client_id"]):
            form.add_error(None, "贵企业提过类似的问题，请先选择是补充到那一件，还是另提一件。")
        else:
            with refusals_in(form):
                filing, _ = services.file_problem(
                    card=card,
                    client_id=values["client_id"],
                    filed=form.filed(),
                    onto="" if onto == "new" else onto,
                    at=timezone.now(),
                )
                return redirect("issues:filing-receipt", services.sign_receipt(filing))
    ask_again(request, form)
    return _show(request, card, token, form, alike=alike, status=422)


def _was_sent(client_id: uuid.UUID) -> bool:
    """A second click of what was taken already is no duplicate."""
    return services.was_filed(client_id)


def _show(
    request: HttpRequest,
    card: DoorCard,
    token: str,
    form: FilingForm,
    *,
    alike: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "company": card.company,
        "token": token,
        "form": form,
        "alike": alike or [],
        "chosen": form["onto"].value() or "",
        "hotline": HOTLINE,
    }
    return render(request, "issues/door/filing.html", context, status=status)


@login_not_required
@require_GET
@kept_from_others
def filing_similar(request: HttpRequest, token: str) -> HttpResponse:
    """While the sentence is being typed: whether something like it was filed before."""
    card = _card(request, token)
    if isinstance(card, HttpResponse):
        return card
    title = request.GET.get("title", "")
    alike = _alike(card, title) if len(title.strip()) >= 4 else []
    return render(request, "issues/door/_alike.html", {"alike": alike, "chosen": request.GET.get("onto", "")})


@login_not_required
@require_GET
@kept_from_others
def filing_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """回执: the number, and for a problem of its own the link to follow it by."""
    try:
        filing = services.filing_of(token)
    except services.FilingRefused as refusal:
        return closed(request, str(refusal), 404)
    context: dict[str, Any] = {"filing": filing, "ticket": filing.ticket, "link": "", "code": ""}
    link = link_in_use(filing.ticket) if not filing.is_addition else None
    if link is not None:
        address = services.address_of(link)
        drawn = segno.make(address, error="m", micro=False).svg_inline(scale=1, border=2, omitsize=True)
        context |= {
            "link": address,
            "follow": services.sign_link(link),
            "code": mark_safe(drawn),  # noqa: S308 - drawn by segno from our own address
        }
    return render(request, "issues/door/receipt.html", context)
