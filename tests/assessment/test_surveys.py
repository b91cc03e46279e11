"""The company's word: asked once a round, by link or on the phone, taken once, never through the handler."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessment import services, tasks
from assessment.choices import Channel, Delivery
from assessment.models import Survey
from issues.choices import Move, Status
from issues.services import open_follow_link, reopen_until, rework_ticket, sign_link
from liaison import gateway
from liaison.templatetags.ui import full_day
from tests.factories import ContactFactory, SurveyFactory, TicketFactory, at

TUESDAY = at(2026, 3, 3)


@pytest.fixture
def answered(cast):
    return TicketFactory(answered=True, enrolment=cast.enrolment, lead=cast.land, by=cast.official)


@pytest.fixture
def survey(answered) -> Survey:
    return services.invite_company(ticket=answered, at=TUESDAY)


def page(survey: Survey) -> str:
    return reverse("assessment:survey-answer", args=[services.sign_token(survey)])


class TestInvitation:
    def test_asks_each_round_once_and_lets_the_link_live_its_natural_days(self, answered):
        assert services.invite_answered(at=TUESDAY) == 1
        assert services.invite_answered(at=TUESDAY) == 0
        survey = Survey.objects.get()
        assert (survey.round, survey.expires_on, survey.delivery) == (1, date(2026, 3, 10), Delivery.WAITING)

    def test_asks_again_in_a_new_round(self, answered, survey):
        services.answer_survey(survey=survey, score=1, at=TUESDAY)
        answered.refresh_from_db()
        assert services.invite_company(ticket=answered, at=TUESDAY) is None
        type(answered).objects.filter(pk=answered.pk).update(
            status=Status.ANSWERED, resolved_at=TUESDAY, outcome="solved"
        )
        assert services.invite_answered(at=TUESDAY) == 1
        assert [s.round for s in Survey.objects.order_by("round")] == [1, 2]

    def test_sends_the_link_to_the_companys_own_contact(self, survey):
        seen = []
        sent = services.deliver_waiting(send=lambda message: bool(seen.append(message)) or True, at=TUESDAY)
        survey.refresh_from_db()
        assert (sent, survey.delivery) == (1, Delivery.SMS)
        assert seen[0].phone == survey.ticket.company.contacts.get().phone
        assert services.deliver_waiting(send=lambda message: True, at=TUESDAY) == 0

    def test_keeps_a_link_waiting_when_the_gateway_fails(self, survey):
        assert services.deliver_waiting(send=lambda message: False, at=TUESDAY) == 0
        survey.refresh_from_db()
        assert survey.delivery == Delivery.WAITING

    def test_leaves_a_company_without_contact_to_the_office(self, survey):
        survey.ticket.company.contacts.all().delete()
        assert services.deliver_waiting(send=lambda message: True, at=TUESDAY) == 0

    def test_companies_without_contact_do_not_hold_up_the_others(self, survey, cast, monkeypatch):
        from assessment.services import surveys

        other = TicketFactory(answered=True, enrolment=cast.other_enrolment, by=cast.stranger)
        services.invite_company(ticket=other, at=TUESDAY)
        survey.ticket.company.contacts.all().delete()
        monkeypatch.setattr(surveys, "BATCH", 1)
        assert services.deliver_waiting(send=lambda message: True, at=TUESDAY) == 1

    def test_a_gateway_that_cannot_be_reached_is_no_error(self, survey, settings):
        settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/sms"
        assert tasks.invite_companies(at=TUESDAY.isoformat()) == 0
        survey.refresh_from_db()
        assert survey.delivery == Delivery.WAITING

    def test_the_message_carries_the_problem_and_the_whole_address(self, survey, settings):
        settings.SMS_WEBHOOK_URL = "https://sms.example/send"
        settings.PUBLIC_URL = "https://liaison.example/"
        with patch("urllib.request.urlopen") as opened:
            opened.return_value.__enter__.return_value.status = 200
            tasks.invite_companies(at=TUESDAY.isoformat())
        body = opened.call_args.args[0].data.decode()
        assert survey.ticket.title in body
        assert f"https://liaison.example{page(survey)}" in body
        assert opened.call_args.kwargs["timeout"] == gateway.TIMEOUT


class TestAnswer:
    def test_satisfied_strikes_the_problem_off(self, survey):
        services.answer_survey(survey=survey, score=3, comment=" 谢谢 ", at=TUESDAY)
        survey.refresh_from_db()
        assert (survey.score, survey.comment, survey.channel) == (3, "谢谢", Channel.LINK)
        assert (survey.ticket.status, survey.ticket.rating) == (Status.CLOSED, 3)

    def test_dissatisfied_opens_a_round_with_its_own_deadline(self, survey):
        services.answer_survey(survey=survey, score=2, comment="还是招不到人", at=TUESDAY)
        ticket = survey.ticket
        ticket.refresh_from_db()
        assert (ticket.status, ticket.round, ticket.due_on) == (Status.IN_PROGRESS, 2, date(2026, 3, 10))
        event = ticket.events.get(move=Move.REWORK)
        assert "还是招不到人" in event.note
        assert event.actor.startswith(ticket.company.name)

    def test_the_first_answer_stands(self, survey):
        services.answer_survey(survey=survey, score=5, at=TUESDAY)
        with pytest.raises(services.AlreadyAnswered):
            services.answer_survey(survey=survey, score=1, at=TUESDAY)

    def test_not_after_the_links_days(self, survey):
        with pytest.raises(services.LinkExpired, match="2026年3月10日到期"):
            services.answer_survey(survey=survey, score=5, at=at(2026, 3, 11, 0))
        services.answer_survey(survey=survey, score=5, at=at(2026, 3, 10, 23, 59))

    def test_not_for_a_round_that_has_passed(self, survey):
        rework_ticket(ticket=survey.ticket, rating=1, actor="企业", note="", at=TUESDAY)
        with pytest.raises(services.RoundPassed):
            services.answer_survey(survey=survey, score=5, at=TUESDAY)

    @pytest.mark.parametrize("score", [0, 6])
    def test_not_beyond_the_scale(self, survey, score):
        with pytest.raises(services.SurveyRefused, match="1 到 5 分"):
            services.answer_survey(survey=survey, score=score, at=TUESDAY)


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_instant_one_wins(cast):
    ticket = TicketFactory(answered=True, enrolment=cast.enrolment)
    survey = services.invite_company(ticket=ticket, at=TUESDAY)
    start, outcomes = threading.Barrier(2), []

    def answer(score: int) -> None:
        try:
            start.wait(10)
            services.answer_survey(survey=survey, score=score, at=TUESDAY)
            outcomes.append(score)
        except services.AlreadyAnswered:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[score]) for score in (5, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 2
    assert outcomes.count("refused") == 1
    survey.refresh_from_db()
    ticket.refresh_from_db()
    assert survey.score in outcomes
    assert ticket.status == (Status.CLOSED if survey.score == 5 else Status.IN_PROGRESS)


@pytest.fixture
def today() -> Iterator[None]:
    """The day on which the pages are opened."""
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.mark.usefixtures("today")
class TestPublicPage:
    def test_asks_one_question_without_an_account(self, survey):
        answer = Client().get(page(survey))
        text = answer.content.decode()
        assert answer.status_code == 200
        assert survey.ticket.company.name in text
        assert survey.ticket.title in text
        assert "已协调到位" in text
        assert "非常满意" in text
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"

    def test_takes_the_answer_and_shows_it_again_when_the_link_is_reused(self, survey):
        client = Client(enforce_csrf_checks=True)
        taken = client.post(page(survey), {"score": "4", "comment": "办得快"})
        assert taken.status_code == 200
        assert "谢谢您的评价" in taken.content.decode()
        again = client.get(page(survey))
        assert again.status_code == 200
        assert "满意（4 分）" in again.content.decode()
        assert client.post(page(survey), {"score": "1"}).status_code == 409
        survey.refresh_from_db()
        assert survey.score == 4

    def test_thanks_and_says_until_when_it_may_be_brought_back(self, survey, clock):
        client = Client()
        client.post(page(survey), {"score": "4"})
        survey.ticket.refresh_from_db()
        last = reopen_until(survey.ticket)
        assert f"{full_day(last)}</b>之前可以在进度页再次提出" in client.get(page(survey)).content.decode()
        after = last + timedelta(days=1)
        clock(at(after.year, after.month, after.day))
        assert "再次提出" not in client.get(page(survey)).content.decode()

    def test_leads_back_to_the_progress_page_of_this_problem_alone(self, survey):
        own = sign_link(open_follow_link(ticket=survey.ticket, at=TUESDAY))
        other = sign_link(open_follow_link(ticket=TicketFactory(), at=TUESDAY))
        client = Client()
        client.post(f"{page(survey)}?progress={own}", {"score": "4"})
        for token, leads in ((own, True), (other, False), (own + "x", False), ("", False)):
            shown = client.get(page(survey), {"progress": token})
            assert shown.status_code == 200
            assert (reverse("issues:follow", args=[own]) in shown.content.decode()) is leads
        assert "/f/" not in client.get(page(survey)).content.decode()

    def test_says_by_when_the_problem_is_done_again(self, survey):
        text = Client().post(page(survey), {"score": "1", "comment": "没解决"}).content.decode()
        assert "马上重办" in text
        assert "2026年3月10日" in text

    @pytest.mark.parametrize(
        "sent", [{}, {"score": "9"}, {"score": "x"}, {"score": "3", "comment": "长" * 501}]
    )
    def test_refuses_what_is_no_answer_and_keeps_what_was_typed(self, survey, sent):
        answer = Client().post(page(survey), sent)
        assert answer.status_code == 422
        assert sent.get("comment", "") in answer.content.decode()
        survey.refresh_from_db()
        assert survey.answered_at is None

    def test_expired(self, survey):
        with time_machine.travel(at(2026, 3, 11), tick=False):
            answer = Client().get(page(survey))
            assert answer.status_code == 410
            assert "3月10日" in answer.content.decode()
            assert Client().post(page(survey), {"score": "5"}).status_code == 410

    def test_reworked_since(self, survey):
        rework_ticket(ticket=survey.ticket, rating=1, actor="企业", note="", at=TUESDAY)
        answer = Client().get(page(survey))
        assert answer.status_code == 410
        assert "上一轮" in answer.content.decode()

    @pytest.mark.parametrize("token", ["1", "1.x", "x.y", "999999.abc", "满意"])
    def test_forged(self, cast, token):
        answer = Client().get(reverse("assessment:survey-answer", args=[token]))
        assert answer.status_code == 404
        assert "不是本系统发出的" in answer.content.decode()

    def test_a_signature_fits_its_own_survey_only(self, survey):
        _, signature = services.sign_token(survey).split(".")
        forged = reverse("assessment:survey-answer", args=[f"{survey.pk + 1}.{signature}"])
        assert Client().get(forged).status_code == 404


@pytest.mark.usefixtures("today")
class TestOffice:
    def test_sees_who_waits_and_hands_the_link_over(self, client_as, survey):
        client = client_as("office")
        text = client.get(reverse("assessment:surveys")).content.decode()
        assert services.link_of(survey) in text
        assert '<svg class="qr"' in text or "qr" in text
        number = survey.ticket.number
        assert client.post(reverse("assessment:survey-pass-on", args=[number])).status_code == 302
        survey.refresh_from_db()
        assert survey.delivery == Delivery.OFFICE

    def test_lists_what_expired_and_what_was_answered(self, client_as, survey, cast):
        SurveyFactory(ticket__enrolment=cast.enrolment, answered=True, score=5, comment="很及时")
        with time_machine.travel(at(2026, 3, 20), tick=False):
            client = client_as("office")
            expired = client.get(reverse("assessment:surveys"), {"view": "expired"}).content.decode()
            done = client.get(reverse("assessment:surveys"), {"view": "answered"}).content.decode()
        assert survey.ticket.title in expired
        assert "很及时" in done

    @pytest.mark.parametrize("who", ["official", "unit", "leader", "roster", "admin"])
    def test_nobody_else_sees_them(self, client_as, survey, who):
        client = client_as(who)
        assert client.get(reverse("assessment:surveys")).status_code == 403
        callback = reverse("assessment:callback", args=[survey.ticket.number])
        assert client.get(callback).status_code == 404

    def test_records_what_was_said_on_the_phone_even_after_the_links_days(self, client_as, survey):
        with time_machine.travel(at(2026, 3, 20), tick=False):
            client = client_as("assessor")
            address = reverse("assessment:callback", args=[survey.ticket.number])
            assert survey.ticket.title in client.get(address).content.decode()
            assert client.post(address, {"score": "5", "comment": "问题解决了"}).status_code == 302
        survey.refresh_from_db()
        assert (survey.channel, survey.recorded_by.username) == (Channel.CALLBACK, "assessor")
        assert survey.ticket.events.get(move=Move.CONFIRM).by.username == "assessor"

    def test_whoever_entered_the_problem_never_records_its_call_back(self, client_as, cast):
        ticket = TicketFactory(answered=True, enrolment=cast.enrolment, lead=cast.land, by=cast.office)
        services.invite_company(ticket=ticket, at=TUESDAY)
        client = client_as("office")
        address = reverse("assessment:callback", args=[ticket.number])
        assert client.get(address).status_code == 403
        assert client.post(address, {"score": "5"}).status_code == 403
        assert client.post(reverse("assessment:survey-pass-on", args=[ticket.number])).status_code == 403
        text = client.get(reverse("assessment:surveys")).content.decode()
        assert "请由其他同事" not in text or "其他同事负责" in text
        assert "/c/" not in text

    def test_page_stays_within_its_queries(self, client_as, cast, django_assert_max_num_queries):
        for _ in range(6):
            ticket = TicketFactory(answered=True, enrolment=cast.enrolment, lead=cast.land)
            services.invite_company(ticket=ticket, at=TUESDAY)
        ContactFactory(company=cast.company, is_primary=False)
        client = client_as("office")
        with django_assert_max_num_queries(10):
            client.get(reverse("assessment:surveys"))


@pytest.mark.usefixtures("today")
class TestApi:
    def test_the_company_reads_and_answers_with_its_token(self, survey):
        address = f"/api/v1/surveys/{services.sign_token(survey)}/"
        client = Client()
        assert client.get(address).json()["title"] == survey.ticket.title
        sent = {"data": '{"score": 5}', "content_type": "application/json"}
        assert client.post(address, **sent).json()["score"] == 5
        assert client.post(address, **sent).status_code == 409
        assert client.get("/api/v1/surveys/1.x/").status_code == 404

    def test_refuses_in_chinese(self, survey):
        address = f"/api/v1/surveys/{services.sign_token(survey)}/"
        answer = Client().post(address, data='{"score": 9}', content_type="application/json")
        assert answer.status_code == 400
        assert "1 到 5 分" in answer.json()["score"][0]
        with time_machine.travel(at(2026, 3, 11), tick=False):
            late = Client().post(address, data='{"score": 5}', content_type="application/json")
            assert late.status_code == 410

    def test_the_office_records_a_call_back_by_number(self, api_as, survey):
        address = f"/api/v1/surveys/{survey.ticket.number}/callback/"
        assert api_as("official").post(address, {"score": 5}).status_code == 404
        assert api_as("office").post(address, {"score": 5, "comment": "好"}).status_code == 200
        assert Client().post(address).status_code == 401
