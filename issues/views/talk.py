"""沟通记录 on the case page, its files, and the link that the company follows the problem by."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies.models import Company
from issues import services
from issues.choices import Side
from issues.forms.door import TalkForm
from issues.models import MessageFile, Ticket
from issues.perms import may_hand_link, speaks_as
from issues.reports.follow import TalkParts, talk_parts
from issues.reports.similar import similar_near, similar_seen
from liaison.views.files import ask_again, hand_out, say_cut_short
from liaison.views.refusals import refusals_in


def talk_context(
    request: HttpRequest, ticket: Ticket, parts: TalkParts, bound: TalkForm | None = None
) -> dict[str, Any]:
    """What the case page's cards of talk and of the company's link need."""
    official = request.user
    side = speaks_as(official, ticket)
    form = bound
    if form is None and side:
        form = TalkForm(initial={"client_id": uuid.uuid4(), "to": "internal"}, auto_id="id_talk_%s")
    may_link = may_hand_link(official, ticket)
    link = next(iter(parts.links), None) if may_link else None
    return {
        "ticket": ticket,
        "talk": list(parts.talk),
        "talk_form": form,
        "filings": list(parts.filings),
        "may_link": may_link,
        "follow_address": services.address_of(link) if link else "",
        "follow_opened": link.opened_at if link else None,
    }


def _find(request: HttpRequest, number: str) -> Ticket:
    return get_object_or_404(Ticket.objects.visible_to(request.user).as_case(request.user), number=number)


@require_POST
def ticket_say(request: HttpRequest, number: str) -> HttpResponse:
    """Say something on a problem: within the house, or so that the company sees it."""
    ticket = _find(request, number)
    side = speaks_as(request.user, ticket)
    if not side:
        raise PermissionDenied("只有专班、办理单位和协调办公室可以在这件问题里留言。")
    form = TalkForm(request.POST, request.FILES, auto_id="id_talk_%s")
    say_cut_short(request, form)
    if form.is_valid():
        values = form.cleaned_data
        with refusals_in(form):
            services.say(
                ticket=ticket,
                client_id=values["client_id"],
                side=Side(side),
                words=values["words"],
                files=values["attached"],
                is_visible=values["to"] == "company",
                by=request.user,
                at=timezone.now(),
            )
            messages.success(
                request, "已发送，企业可见。" if values["to"] == "company" else "已记下，企业看不到。"
            )
            if not request.htmx:
                return redirect(ticket.get_absolute_url() + "#talk")
            context = talk_context(request, ticket, talk_parts(ticket))
            return render(request, "issues/talk/_answer.html", context)
    ask_again(request, form)
    context = talk_context(request, ticket, talk_parts(ticket), form)
    template = "issues/talk/_answer.html" if request.htmx else "issues/talk/page.html"
    return render(request, template, context, status=422)


@require_GET
def talk_file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """An attachment of the talk on a problem that one may see."""
    seen = MessageFile.objects.visible_to(request.user)
    return hand_out(request, get_object_or_404(seen, pk=pk, owner__ticket__number=number))


@require_POST
def ticket_link(request: HttpRequest, number: str) -> HttpResponse:
    """Make the company's link, or stop the one in use and make another."""
    ticket = _find(request, number)
    if not may_hand_link(request.user, ticket):
        raise PermissionDenied("企业的进度链接只由协调办公室转交，经办人不经手。")
    services.renew_follow_link(ticket=ticket, by=request.user, at=timezone.now())
    messages.success(request, "新链接已生成，请转给企业；原来的链接已经停用。")
    return redirect(ticket.get_absolute_url() + "#talk")


@require_GET
def ticket_similar(request: HttpRequest, uscc: str) -> HttpResponse:
    """While a problem is being typed: open ones like it, of the company and of its neighbours, to look at."""
    visible = Company.objects.visible_to(request.user).select_related("region")
    company = get_object_or_404(visible, uscc=uscc.upper())
    title = request.GET.get("title", "")
    context = {
        "alike": similar_seen(request.user, company, title),
        "near": similar_near(request.user, company, title),
        "may_merge": False,
    }
    return render(request, "issues/talk/_similar.html", context)
