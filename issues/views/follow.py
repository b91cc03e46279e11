"""进度页: a company follows one problem by its link, adds a word, takes it back or brings it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from companies.reports.door_cards import HOTLINE
from issues import services
from issues.choices import LEFT, Side, Status
from issues.forms.door import AgainForm, SayForm, WithdrawForm, YesForm
from issues.models import Ticket
from issues.reports import follow
from issues.transitions import BEFORE_RESULT
from issues.views.door import closed
from liaison.views.files import ask_again, hand_out, say_cut_short
from liaison.views.public import kept_from_others
from liaison.views.refusals import refusals_in
from liaison.workdays import day_of

ACTS: dict[str, type[forms.Form]] = {
    "say": SayForm,
    "withdraw": WithdrawForm,
    "agree": YesForm,
    "refuse": YesForm,
    "reopen": AgainForm,
}
DONE = {
    "say": "已发送，工作人员会看到。",
    "withdraw": "已撤回，不再办理。",
    "agree": "已撤回，不再办理。",
    "refuse": "已告诉工作人员继续办理。",
    "reopen": "已重新办理，进展会在本页更新。",
}


def _find(request: HttpRequest, token: str) -> Ticket | HttpResponse:
    try:
        link = services.link_of(token)
    except services.LinkRefused as refusal:
        return closed(request, str(refusal), 404)
    if link.revoked_at is not None:
        return closed(request, "这个链接已经停用，请向协调办公室索取新的链接。", 410)
    return link.ticket


def _subject(ticket: Ticket) -> Ticket:
    """What is merged into another is handled and answered with it."""
    return ticket.merged_into or ticket


@csrf_exempt  # no cookie proves anything here: who holds the signed link speaks for the company
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_from_others
def follow_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """The progress page; a POST names what the company does by `act`."""
    ticket = _find(request, token)
    if isinstance(ticket, HttpResponse):
        return ticket
    if request.method != "POST":
        return _show(request, ticket, token)
    act = request.POST.get("act", "")
    form_class = ACTS.get(act)
    if form_class is None:
        unknown = SayForm(request.POST, request.FILES, auto_id="id_say_%s")
        unknown.add_error(None, "没有这一步，请刷新本页后再试。")
        return _show(request, ticket, token, bound={"say": unknown}, status=422)
    form = form_class(request.POST, request.FILES, auto_id=f"id_{act}_%s")
    say_cut_short(request, form)
    if form.is_valid():
        with refusals_in(form):
            _perform(_subject(ticket), act, form.cleaned_data)
            messages.success(request, DONE[act])
            return redirect("issues:follow", token)
    ask_again(request, form)
    return _show(request, ticket, token, bound={act: form}, status=422)


def _perform(ticket: Ticket, act: str, values: dict[str, Any]) -> None:
    at = timezone.now()
    if act == "say":
        services.say(
            ticket=ticket,
            client_id=values["client_id"],
            side=Side.COMPANY,
            words=values["words"],
            signed=f"{ticket.company.name[:70]}（企业）",
            files=values["attached"],
            by=None,
            at=at,
        )
        return
    acts: dict[str, Callable[..., Ticket]] = {
        "withdraw": services.withdraw_ticket,
        "agree": services.agree_to_withdraw,
        "refuse": services.refuse_withdrawal,
        "reopen": services.reopen_ticket,
    }
    acts[act](ticket=ticket, note=values["note"], at=at)


def _show(
    request: HttpRequest,
    ticket: Ticket,
    token: str,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    subject, bound = _subject(ticket), bound or {}
    asked = follow.withdrawal_asked(subject)
    tone, words = follow.NOW[subject.status]
    shown = {act: form(auto_id=f"id_{act}_%s") for act, form in ACTS.items()} | bound
    shown["say"].initial.setdefault("client_id", uuid.uuid4())
    context = {
        "ticket": ticket,
        "subject": subject,
        "is_merged": subject.pk != ticket.pk,
        "token": token,
        "tone": tone,
        "words": words,
        "lead": follow.lead_now(subject),
        "promise": follow.promise_of(subject),
        "result": subject.result if subject.status in (Status.ANSWERED, Status.CLOSED) else "",
        "steps": follow.steps_of(subject),
        "talk": follow.talk_of(subject, for_company=True),
        "asked": asked,
        "may_say": subject.status not in LEFT,
        "may_withdraw": asked is None and subject.status in BEFORE_RESULT and not bound.get("agree"),
        "may_reopen": services.is_reopenable(subject, on=day_of(timezone.now())),
        "reopen_until": services.reopen_until(subject),
        "is_answered": subject.status == Status.ANSWERED,
        "forms": shown,
        "opened": next(iter(bound), ""),
        "hotline": HOTLINE,
    }
    return render(request, "issues/door/follow.html", context, status=status)


@login_not_required
@require_GET
def follow_file(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """An attachment of what the company may read on its own problem."""
    ticket = _find(request, token)
    if isinstance(ticket, HttpResponse):
        return ticket
    stored = follow.file_of(_subject(ticket), pk)
    if stored is None:
        raise Http404
    return hand_out(request, stored)
