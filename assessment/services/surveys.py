"""满意度评价: ask each answered round once, bring the link to the company, take its word once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from assessment.choices import Channel, Delivery
from assessment.models import Survey
from companies.models import Contact
from issues.choices import Status
from issues.models import Ticket
from issues.services import confirm_ticket, rework_ticket
from liaison.models import Official
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of

log = logging.getLogger(__name__)

_SIGNER = signing.Signer(salt="assessment.survey", sep=".")
BATCH = 200  # messages a round of delivery tries at most


class SurveyRefused(Refusal):
    """The answer cannot be taken. Worded for the company, or for the caller."""


class ForgedLink(SurveyRefused):
    """The link is not one of ours."""


class AlreadyAnswered(SurveyRefused):
    """This round has been answered; the first answer stands."""


class LinkExpired(SurveyRefused):
    """The link's days are over."""


class RoundPassed(SurveyRefused):
    """The problem has moved on since the company was asked."""


def sign_token(survey: Survey) -> str:
    """What a survey's link carries: its key and our signature, nothing of the company."""
    return _SIGNER.sign(str(survey.pk))


def link_of(survey: Survey) -> str:
    """The whole address that a company opens."""
    address: str = reverse("assessment:survey-answer", args=[sign_token(survey)])
    return settings.PUBLIC_URL.rstrip("/") + address


def survey_of(token: str) -> Survey:
    """The survey that a link stands for; raises ForgedLink."""
    try:
        key = int(_SIGNER.unsign(token))
        return Survey.objects.select_related(
            "ticket__company__region",
            "ticket__version__survey_rule",
            "ticket__category",
            "ticket__programme__region",
        ).get(pk=key)
    except (signing.BadSignature, ValueError, Survey.DoesNotExist):
        raise ForgedLink("这个链接不是本系统发出的，或在转发时缺了字符。") from None


def survey_of_round(ticket: Ticket) -> Survey | None:
    """The survey of the ticket's present round, once the company was asked."""
    return Survey.objects.filter(ticket=ticket, round=ticket.round).first()


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a message to a company needs: whom, about what, and the survey that its link opens."""

    survey: Survey
    phone: str
    name: str
    company: str


Send = Callable[[Invitation], bool]


def invite_answered(*, at: datetime) -> int:
    """Ask about every answered round that nobody has been asked about; returns how many were asked."""
    asked = Survey.objects.filter(ticket__status=Status.ANSWERED).values_list("ticket", "round")
    known = set(asked.order_by("pk"))
    waiting = Ticket.objects.filter(status=Status.ANSWERED).order_by("pk")
    invited = 0
    for ticket in waiting.only("pk", "round").iterator():
        if (ticket.pk, ticket.round) not in known and invite_company(ticket=ticket, at=at):
            invited += 1
    return invited


@transaction.atomic
def invite_company(*, ticket: Ticket, at: datetime) -> Survey | None:
    """Ask the company about the present round, once; None where nothing is answered any more."""
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version__survey_rule")
        .get(pk=ticket.pk)
    )
    if ticket.status != Status.ANSWERED:
        return None
    survey, _ = Survey.objects.get_or_create(
        ticket=ticket,
        round=ticket.round,
        defaults={
            "invited_at": at,
            "expires_on": day_of(at) + timedelta(days=ticket.version.survey_rule.close_days),
        },
    )
    return survey


def deliver_waiting(*, send: Send, at: datetime) -> int:
    """Send the links that wait for it, each under its own lock; a gateway that fails ends the round.

    What cannot be sent stays 待送达: the next round tries again, and the office may pass it on meanwhile.
    """
    sent = 0
    waiting = Survey.objects.waiting().filter(delivery=Delivery.WAITING, expires_on__gte=day_of(at))
    reachable = Contact.objects.filter(company=OuterRef("ticket__company"), is_primary=True).exclude(phone="")
    waiting = waiting.filter(Exists(reachable))  # nobody to send it to: the office passes it on
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            survey = (
                Survey.objects.waiting()
                .filter(pk=pk, delivery=Delivery.WAITING)
                .select_related("ticket__company")
                .select_for_update(of=("self",), skip_locked=True)
                .first()
            )
            if survey is None:
                continue  # answered or passed on meanwhile, or in another worker's hands
            contact = survey.ticket.company.contacts.filter(is_primary=True).first()
            if contact is None or not contact.phone:
                continue  # taken out just now
            invitation = Invitation(survey, contact.phone, contact.name, survey.ticket.company.name)
            if not send(invitation):
                log.warning("survey link of %s not sent; the next round tries again", survey.ticket.number)
                break
            survey.delivery = Delivery.SMS
            survey.save(update_fields=["delivery"])
            record("发送评价短信", survey.ticket, by=None, at=at, round=survey.round, channel="sms")
            sent += 1
    return sent


@transaction.atomic
def pass_on_survey(*, survey: Survey, by: Official, at: datetime) -> Survey:
    """已转达: the office has given the company its link itself."""
    survey = _lock(survey)
    _check_can_answer(survey)
    survey.delivery = Delivery.OFFICE
    survey.save(update_fields=["delivery"])
    record("转达评价链接", survey.ticket, by=by, at=at, round=survey.round)
    return survey


@transaction.atomic
def answer_survey(*, survey: Survey, score: int, comment: str = "", at: datetime) -> Survey:
    """The company's own word by its link: settled, or another round. Of two answers at once, the first."""
    survey = _lock(survey)
    _check_can_answer(survey)
    if refusal := refusal_for(survey, on=day_of(at)):
        raise refusal
    return _take_word(survey, score=score, comment=comment, channel=Channel.LINK, by=None, at=at)


@transaction.atomic
def record_callback(*, survey: Survey, score: int, comment: str = "", by: Official, at: datetime) -> Survey:
    """电话回访: the office or an assessor writes down what the company said; also after the link's days."""
    survey = _lock(survey)
    _check_can_answer(survey)
    return _take_word(survey, score=score, comment=comment, channel=Channel.CALLBACK, by=by, at=at)


def _lock(survey: Survey) -> Survey:
    """The survey and its ticket as they are now, the ticket locked first, as everywhere."""
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version__survey_rule", "company")
        .get(pk=survey.ticket_id)
    )
    survey = Survey.objects.select_for_update(of=("self",), no_key=True).get(pk=survey.pk)
    survey.ticket = ticket
    return survey


def refusal_for(survey: Survey, *, on: date) -> SurveyRefused | None:
    """Why the link takes no answer on the day, if it was not answered: the round has passed, or its days."""
    if survey.answered_at is not None:
        return None
    if not _is_present_round(survey):
        return RoundPassed("这件问题在邀请之后又有了新的办理进展，本链接不再接受评价。")
    if on > survey.expires_on:
        return LinkExpired(f"链接已于{survey.expires_on:%Y年%-m月%-d日}到期。")
    return None


def _is_present_round(survey: Survey) -> bool:
    return survey.ticket.status == Status.ANSWERED and survey.ticket.round == survey.round


def _check_can_answer(survey: Survey) -> None:
    if survey.answered_at is not None:
        raise AlreadyAnswered("这一轮已经评价过，以第一次评价为准。")
    if not _is_present_round(survey):
        raise RoundPassed("这件问题在邀请之后又有了新的办理进展，本链接不再接受评价。")


def _take_word(
    survey: Survey, *, score: int, comment: str, channel: Channel, by: Official | None, at: datetime
) -> Survey:
    rule = survey.ticket.version.survey_rule
    if not 1 <= score <= rule.scale:
        raise SurveyRefused(f"请在 1 到 {rule.scale} 分之间选择。")
    survey.answered_at, survey.channel, survey.score = at, channel, score
    survey.comment, survey.recorded_by = comment.strip(), by
    survey.save(update_fields=["answered_at", "channel", "score", "comment", "recorded_by"])
    company = survey.ticket.company.name
    actor = f"{company}（企业评价）" if by is None else f"{company}（电话回访，{by.name}记录）"
    if len(actor) > 80:
        actor = f"{company[: 80 - len(actor) + len(company)]}{actor[len(company) :]}"
    words = f"评价{score}分" + (f"：{survey.comment}" if survey.comment else "")
    if score >= rule.satisfied_min:
        confirm_ticket(
            ticket=survey.ticket, rating=score, is_satisfied=True, actor=actor, note=words, by=by, at=at
        )
    else:
        rework_ticket(ticket=survey.ticket, rating=score, actor=actor, note=words, by=by, at=at)
    return survey
