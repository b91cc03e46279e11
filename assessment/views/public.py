"""The company's page: one problem, one question, no account. Reading it never writes."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from assessment import services
from assessment.choices import score_words
from assessment.forms.surveys import AnswerForm
from assessment.models import Survey
from companies.reports.door_cards import HOTLINE
from issues.reports.course import reckoning_of
from issues.services import LinkRefused, is_reopenable, link_of, reopen_until
from liaison.views.public import kept_from_others
from liaison.workdays import day_of


@csrf_exempt  # no cookie proves anything here: who holds the signed link may answer, once
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_from_others
def survey_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the company whether it is settled, and take its word once."""
    try:
        survey = services.survey_of(token)
    except services.ForgedLink:
        return render(request, "assessment/survey_closed.html", {"why": "forged"}, status=404)
    closed = survey.answered_at or services.refusal_for(survey, on=day_of(timezone.now()))
    if request.method == "POST" and not closed:
        return _take(request, survey)
    return _show(request, survey, status=409 if request.method == "POST" else 200)


def _take(request: HttpRequest, survey: Survey) -> HttpResponse:
    form = AnswerForm(request.POST, scale=survey.ticket.version.survey_rule.scale)
    if not form.is_valid():
        return _ask(request, survey, form, status=422)
    try:
        services.answer_survey(survey=survey, at=timezone.now(), **form.cleaned_data)
    except services.SurveyRefused:  # somebody was faster, or the day has just ended
        return _show(request, _fresh(survey), status=409)
    return _show(request, _fresh(survey))


def _fresh(survey: Survey) -> Survey:
    return services.survey_of(services.sign_token(survey))


def _ask(request: HttpRequest, survey: Survey, form: AnswerForm, status: int = 200) -> HttpResponse:
    return render(request, "assessment/survey_answer.html", {"survey": survey, "form": form}, status=status)


def _show(request: HttpRequest, survey: Survey, status: int = 200) -> HttpResponse:
    """The page that the survey's state calls for: question, thanks, or why nothing can be answered."""
    rule, today = survey.ticket.version.survey_rule, day_of(timezone.now())
    if survey.score is not None:
        context = {
            "survey": survey,
            "words": score_words(survey.score, rule.scale),
            "is_satisfied": survey.score >= rule.satisfied_min,
            "why": "" if survey.score >= rule.satisfied_min else reckoning_of(survey.ticket),
            "reopen_until": reopen_until(survey.ticket) if is_reopenable(survey.ticket, on=today) else None,
            "progress": _came_from(request, survey),
            "hotline": HOTLINE,
        }
        return render(request, "assessment/survey_thanks.html", context, status=status)
    refusal = services.refusal_for(survey, on=today)
    if refusal is None:
        return _ask(request, survey, AnswerForm(scale=rule.scale), status=status)
    why = "expired" if isinstance(refusal, services.LinkExpired) else "passed"
    return render(request, "assessment/survey_closed.html", {"why": why, "survey": survey}, status=410)


def _came_from(request: HttpRequest, survey: Survey) -> str:
    """The progress page of this problem from which the company came, if it did."""
    token = request.GET.get("progress", "")
    try:
        link = link_of(token)
    except LinkRefused:
        return ""
    is_its_own = survey.ticket_id in (link.ticket_id, link.ticket.merged_into_id)
    return token if is_its_own and link.revoked_at is None else ""


@login_not_required
@require_GET
@kept_from_others
def survey_of_follow(request: HttpRequest, token: str) -> HttpResponse:
    """From the progress page to the present round's question; the question itself is asked in one place."""
    try:
        link = link_of(token)
    except LinkRefused:
        return render(request, "assessment/survey_closed.html", {"why": "forged"}, status=404)
    if link.revoked_at is not None:
        return render(request, "assessment/survey_closed.html", {"why": "forged"}, status=410)
    ticket = link.ticket.merged_into or link.ticket
    survey = services.survey_of_round(ticket)
    if survey is None:
        messages.info(request, "评价还在准备，请过几分钟再点。")
        return redirect("issues:follow", token)
    question = reverse("assessment:survey-answer", args=[services.sign_token(survey)])
    return redirect(f"{question}?{urlencode({'progress': token})}")
