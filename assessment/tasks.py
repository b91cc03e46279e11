"""Alarm clocks of the assessment room: ask the companies, bring them their links, close the months."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from assessment import services
from assessment.services import Invitation, link_of
from liaison.gateway import send_text


def _moment(at: str | None) -> datetime:
    return datetime.fromisoformat(at) if at else timezone.now()


@shared_task
def invite_companies(*, at: str | None = None) -> int:
    """Ask about what was answered, and send the links that wait, where the city has an SMS gateway."""
    moment = _moment(at)
    invited = services.invite_answered(at=moment)
    if settings.SMS_WEBHOOK_URL:
        services.deliver_waiting(send=send_link, at=moment)
    return invited


@shared_task
def close_months(*, at: str | None = None) -> int:
    """Close what is due. `at` (ISO, with its zone) lets an operator replay a missed evening."""
    return len(services.close_due_months(at=_moment(at)))


def send_link(invitation: Invitation) -> bool:
    """Hand one message to the city's SMS gateway: JSON {phone, text}; True once it has taken it."""
    ticket = invitation.survey.ticket
    text = (
        f"【联企】{invitation.company}：您反映的“{ticket.title}”已办理并答复，请点开链接确认是否满意，"
        f"无需登录，有效至{invitation.survey.expires_on:%-m月%-d日}24时：{link_of(invitation.survey)}"
    )
    return send_text(invitation.phone, text)
