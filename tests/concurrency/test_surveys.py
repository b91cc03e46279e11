"""The company's word comes once: by its link, twice by its link, or on the phone at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from assessment import services
from assessment.choices import Channel, Delivery
from assessment.models import Survey
from assessment.services import AlreadyAnswered, RoundPassed
from issues.choices import Move, Status
from issues.services import confirm_ticket
from liaison.models import AuditEvent, OutboxMessage
from tests.concurrency.test_tickets import check_whole, moves_of
from tests.concurrency.together import Act, at_once, behind
from tests.factories import Cast, ContactFactory, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 3)


@pytest.fixture
def asked(cast: Cast) -> Callable[[], Survey]:
    """One more problem whose company was asked for its word."""

    def ask() -> Survey:
        ticket = TicketFactory(
            answered=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, by=cast.official
        )
        survey = services.invite_company(ticket=ticket, at=NOW)
        assert survey is not None
        return survey

    return ask


def by_link(survey: Survey, score: int) -> Act:
    return lambda: services.answer_survey(survey=survey, score=score, comment="企业自己说的", at=NOW)


def by_phone(survey: Survey, score: int, cast: Cast) -> Act:
    return lambda: services.record_callback(
        survey=survey, score=score, comment="电话里说的", by=cast.assessor, at=NOW
    )


def check_taken_once(survey: Survey, news: int) -> None:
    """The kept answer is the one the ticket acted on, once."""
    survey.refresh_from_db()
    ticket = survey.ticket
    check_whole(ticket)
    assert (ticket.rating, ticket.is_satisfied) == (survey.score, survey.score >= 3)
    assert ticket.status == (Status.CLOSED if ticket.is_satisfied else Status.IN_PROGRESS)
    words = [move for move in moves_of(ticket) if move in (Move.CONFIRM, Move.REWORK)]
    assert len(words) == 1
    event = ticket.events.get(move=words[0])
    assert (event.by is None) == (survey.channel == Channel.LINK)
    assert survey.comment in event.note
    assert others() == news
    assert OutboxMessage.objects.filter(topic="inbox.news", arguments__row=event.pk).count() == 1


def others() -> int:
    """News of anything but the inboxes."""
    return OutboxMessage.objects.exclude(topic="inbox.news").count()


@pytest.mark.parametrize(("linked", "phoned"), [(5, 1), (1, 5), (1, 1)])
def test_of_the_link_and_the_phone_the_first_word_stands(cast, asked, linked, phoned):
    for act in (behind, lambda first, second: behind(second, first), at_once):
        survey = asked()
        news = others()
        answers = act(by_link(survey, linked), by_phone(survey, phoned, cast))
        (kept,) = (answer for answer in answers if isinstance(answer, Survey))
        (lost,) = (answer for answer in answers if isinstance(answer, AlreadyAnswered))
        assert "以第一次评价为准" in str(lost)
        check_taken_once(survey, news)
        survey.refresh_from_db()
        assert (survey.channel, survey.score) == (kept.channel, kept.score)
        if act is behind:
            assert survey.channel == Channel.LINK


def test_a_word_that_waits_for_a_ticket_struck_off_meanwhile_is_refused_in_words(asked):
    survey = asked()
    _, answer = behind(
        lambda: confirm_ticket(
            ticket=survey.ticket, rating=5, is_satisfied=True, actor="企业（电话回访）", at=NOW
        ),
        by_link(survey, 1),
    )
    assert isinstance(answer, RoundPassed)
    survey.refresh_from_db()
    assert survey.answered_at is None
    check_whole(survey.ticket)


def test_a_round_is_asked_about_once_however_many_workers_ask(cast):
    ticket = TicketFactory(answered=True, enrolment=cast.enrolment)
    ask = lambda: services.invite_answered(at=NOW)  # noqa: E731
    at_once(ask, ask, ask)
    assert ticket.surveys.count() == 1


def test_a_link_is_sent_once_by_two_workers_and_not_after_the_answer(cast, asked):
    ContactFactory(company=cast.company, is_primary=False)
    sent: list[int] = []

    def deliver() -> int:
        return services.deliver_waiting(send=lambda it: sent.append(it.survey.pk) or True, at=NOW)

    survey, answered = asked(), asked()
    behind(deliver, deliver)
    assert sorted(sent) == sorted([survey.pk, answered.pk])
    late = asked()
    behind(by_link(late, 5), deliver)
    assert late.pk not in sent
    assert AuditEvent.objects.filter(action="发送评价短信").count() == 2


def test_a_link_is_not_passed_on_once_it_was_answered(cast, asked):
    survey = asked()
    _, answer = behind(
        by_link(survey, 5), lambda: services.pass_on_survey(survey=survey, by=cast.office, at=NOW)
    )
    assert isinstance(answer, AlreadyAnswered)
    survey.refresh_from_db()
    assert survey.delivery == Delivery.WAITING
    assert not AuditEvent.objects.filter(action="转达评价链接").exists()


class TestLoserIsTold:
    @pytest.fixture(autouse=True)
    def _today(self, clock):
        clock(NOW)

    @staticmethod
    def press(survey: Survey, score: int) -> Act:
        page = reverse("assessment:survey-answer", args=[services.sign_token(survey)])
        return lambda: Client().post(page, {"score": str(score), "comment": ""})

    def test_two_clicks_on_the_link_are_one_answer(self, asked):
        survey = asked()
        news = others()
        answers = at_once(self.press(survey, 4), self.press(survey, 4), self.press(survey, 4))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        for answer in answers:
            assert "满意（4 分）" in answer.content.decode()
        check_taken_once(survey, news)

    def test_the_second_click_is_shown_the_first_answer(self, asked):
        survey = asked()
        _, answer = behind(by_link(survey, 1), self.press(survey, 5))
        assert answer.status_code == 409
        assert "1 分" in answer.content.decode()
        assert survey.ticket.events.filter(move=Move.CONFIRM).count() == 0

    def test_the_caller_is_told_that_the_company_has_answered(self, asked, client_as):
        survey = asked()
        client = client_as("assessor")
        page = reverse("assessment:callback", args=[survey.ticket.number])
        _, answer = behind(by_link(survey, 5), lambda: client.post(page, {"score": "1", "comment": "不行"}))
        assert answer.status_code == 302
        assert ["以第一次评价为准" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
        survey.refresh_from_db()
        assert survey.channel == Channel.LINK

    def test_by_the_api(self, cast, asked, api_as):
        survey = asked()
        url = f"/api/v1/surveys/{services.sign_token(survey)}/"
        _, answer = behind(
            by_phone(survey, 2, cast), lambda: Client().post(url, {"score": 5}, "application/json")
        )
        assert answer.status_code == 409
        assert "以第一次评价为准" in answer.json()["detail"]
        survey.refresh_from_db()
        assert survey.channel == Channel.CALLBACK
