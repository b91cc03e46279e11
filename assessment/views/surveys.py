"""回访确认: who was asked, who has not answered, and the office's call-back."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment import services
from assessment.choices import Delivery, score_words
from assessment.forms.surveys import CallbackForm
from assessment.models import Survey
from assessment.perms import may_pass_on, may_record_callback, may_review, took_part_among
from companies.models import Contact
from issues.choices import Status
from liaison.forms.filters import know_names, value_of
from liaison.models import Official
from liaison.views.refusals import refusals_told

PER_PAGE = 20
VIEWS = (
    ("waiting", "等企业评价"),
    ("expired", "到期待回访"),
    ("answered", "已评价"),
)


def _scoped(official: Official) -> QuerySet[Survey]:
    return Survey.objects.visible_to(official).select_related(
        "ticket__company__region", "ticket__programme__region", "ticket__version__survey_rule", "recorded_by"
    )


def _conditions(official: Official) -> dict[str, Q]:
    here = Q(answered_at__isnull=True, ticket__status=Status.ANSWERED, round=F("ticket__round"))
    today = official.access.on
    return {
        "waiting": here & Q(expires_on__gte=today),
        "expired": here & Q(expires_on__lt=today),
        "answered": Q(answered_at__isnull=False),
    }


@require_GET
def survey_list(request: HttpRequest) -> HttpResponse:
    """The office's list. The link is shown to those who had no part in the handling."""
    official = request.user
    if not may_review(official):
        raise PermissionDenied("回访由协调办公室和考核督查员负责，办理方看不到。")
    conditions = _conditions(official)
    know_names(request.GET, ("view",))
    view = value_of(request.GET, "view", "回访名单", conditions) or "waiting"
    scoped = Survey.objects.visible_to(official)
    counts = scoped.aggregate(**{name: Count("pk", filter=q) for name, q in conditions.items()})
    order = ("-answered_at", "-pk") if view == "answered" else ("expires_on", "pk")
    found = _scoped(official).filter(conditions[view]).order_by(*order)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    surveys = list(page.object_list)
    involved = (
        took_part_among(official, [survey.ticket for survey in surveys]) if view != "answered" else set()
    )
    phones = dict(
        Contact.objects.filter(
            company__in=[survey.ticket.company_id for survey in surveys], is_primary=True
        ).values_list("company", "name")
    )
    context = {
        "page": page,
        "rows": [_row(survey, involved, phones, view) for survey in surveys],
        "view": view,
        "views": [(name, label, counts[name], "red" if name == "expired" else "") for name, label in VIEWS],
        "today": official.access.on,
    }
    return render(request, "assessment/surveys.html", context)


def _row(survey: Survey, involved: set[int], contacts: dict[int, str], view: str) -> dict[str, Any]:
    rule = survey.ticket.version.survey_rule
    mine = view != "answered" and survey.ticket_id not in involved
    link = services.link_of(survey) if mine and view == "waiting" else ""
    return {
        "survey": survey,
        "contact": contacts.get(survey.ticket.company_id, ""),
        "may_act": mine,
        "link": link,
        "code": _qr(link) if link else "",
        "is_waiting": survey.delivery == Delivery.WAITING,
        "words": score_words(survey.score, rule.scale) if survey.score else "",
        "is_satisfied": survey.score is not None and survey.score >= rule.satisfied_min,
    }


def _qr(link: str) -> SafeString:
    drawn = segno.make(link, error="m", micro=False).svg_inline(
        omitsize=True, border=2, svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from our own address


def _present(request: HttpRequest, number: str) -> Survey:
    """The latest round's survey of a ticket; 404 outside one's scope."""
    survey = _scoped(request.user).filter(ticket__number=number).order_by("-round").first()
    return survey or get_object_or_404(Survey.objects.visible_to(request.user), ticket__number=number, pk=0)


@require_POST
def survey_pass_on(request: HttpRequest, number: str) -> HttpResponse:
    """已转达."""
    survey = _present(request, number)
    if not may_pass_on(request.user, survey):
        raise PermissionDenied("经办过这件问题的人不能转达评价链接。")
    with refusals_told(request):
        services.pass_on_survey(survey=survey, by=request.user, at=timezone.now())
        messages.success(request, f"已记为办公室转达：{survey.ticket.company.name}。")
    return redirect("assessment:surveys")


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: HttpRequest, number: str) -> HttpResponse:
    """电话回访: the caller's words, and what the company answered."""
    survey = _present(request, number)
    if not may_record_callback(request.user, survey):
        raise PermissionDenied("登记或办理过这件问题的人不能记录回访，请由其他同事回访。")
    scale = survey.ticket.version.survey_rule.scale
    form = CallbackForm(request.POST or None, scale=scale)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            with refusals_told(request):
                survey = services.record_callback(
                    survey=survey, by=request.user, at=timezone.now(), **form.cleaned_data
                )
                least = survey.ticket.version.survey_rule.satisfied_min
                satisfied = survey.score is not None and survey.score >= least
                done = "企业认可，问题已销号。" if satisfied else "企业不满意，已退回重办，另定期限。"
                messages.success(request, f"回访已记录：{done}")
            return redirect("assessment:surveys")
        status = 422
    context = {
        "survey": survey,
        "ticket": survey.ticket,
        "form": form,
        "contacts": survey.ticket.company.contacts.order_by("-is_primary", "pk"),
        "is_open": survey.answered_at is None
        and survey.ticket.status == Status.ANSWERED
        and survey.ticket.round == survey.round,
    }
    return render(request, "assessment/callback.html", context, status=status)
