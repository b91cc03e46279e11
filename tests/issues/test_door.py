"""The company's own door: filing by the code, the receipt, the progress page, and what is not told there."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from companies.models import DoorCard
from companies.services import revoke_door_card, sign_card
from issues import services
from issues.choices import AnswerMode, ExtensionReason, Move, Outcome, Source, Status
from issues.models import Filing, FollowLink, Message, MessageFile, Ticket
from issues.services import Filed, FilingRefused, sign_link
from issues.tasks import tell_company
from liaison.choices import FilingWay
from liaison.models import HandlingRule, OutboxMessage
from tests.factories import (
    Cast,
    CompanyFactory,
    DoorCardFactory,
    FilingFactory,
    FollowLinkFactory,
    MessageFactory,
    MessageFileFactory,
    PolicyMeasureFactory,
    SurveyFactory,
    TicketFactory,
    at,
)
from tests.files.samples import PDF

NOW = at(2026, 3, 2)
INTERNAL = re.compile(
    r"销号|剔除|挂账|并案|定级|交办(?!理)|督办|重办|签收|台账|专班|包抓|协办|牵头|裁定|转办|上报"
)


def rule(cast: Cast, way: str) -> None:
    """Published rules are frozen, so this test's programme says so from its first day."""
    import pgtrigger

    with pgtrigger.ignore("liaison.HandlingRule:frozen"):
        HandlingRule.objects.filter(version=cast.version).update(filing=way)


@pytest.fixture
def card(cast: Cast, clock) -> DoorCard:
    clock(NOW)
    found: DoorCard = DoorCardFactory(company=cast.company)
    return found


def filed(**more: object) -> Filed:
    return Filed(**({"title": "变压器扩容迟迟不批", "name": "周敏", "phone": "13800000001"} | more))


def send(card: DoorCard, **more):
    given = {"client_id": uuid4(), "filed": filed(), "at": NOW} | more
    return services.file_problem(card=card, **given)


def typed(**more: object) -> dict[str, object]:
    return {
        "client_id": str(uuid4()), "title": "变压器扩容迟迟不批", "description": "三个月了", "wish": "尽快",
        "category": "power", "name": "周敏", "phone": "138 0000 0001",
    } | more  # fmt: skip


class TestFiling:
    def test_goes_to_the_team_which_has_its_days_to_report_it(self, cast, card):
        filing, is_new = send(card)
        ticket = filing.ticket
        assert is_new
        assert (ticket.source, ticket.status, ticket.collected_by) == (Source.COMPANY, Status.DRAFT, None)
        assert f"{ticket.report_due_on}" == "2026-03-04"
        assert ticket.events.get().actor.endswith("（周敏，企业自报）")
        assert FollowLink.objects.filter(ticket=ticket).count() == 1
        news = [m.arguments for m in OutboxMessage.objects.filter(topic="company.news")]
        assert news == [{"ticket": ticket.pk, "what": "filed"}]
        assert Ticket.objects.awaiting(cast.official).get() == ticket

    def test_goes_straight_to_the_office_where_the_rules_say_so(self, cast, card):
        rule(cast, FilingWay.OFFICE)
        ticket = send(card)[0].ticket
        assert (ticket.status, [e.move for e in ticket.events.order_by("pk")]) == (
            Status.REPORTED,
            [Move.COLLECT, Move.REPORT],
        )
        assert ticket.events.latest("pk").by is None

    def test_goes_to_the_office_where_nobody_could_report_it(self, cast, card):
        cast.enrolment.assignments.filter(role__answers_company=True).update(ends_on="2026-03-01")
        assert send(card)[0].ticket.status == Status.REPORTED

    def test_is_not_taken_where_the_rules_do_not(self, cast, card, client):
        rule(cast, FilingWay.NONE)
        with pytest.raises(FilingRefused, match="目前不能在这里提交"):
            send(card)
        page = client.get(reverse("companies:door-page", args=[sign_card(card)])).content.decode()
        assert "提交问题" not in page
        assert client.get(reverse("issues:filing", args=[sign_card(card)])).status_code == 410

    def test_is_not_taken_from_a_company_that_nobody_looks_after(self, client, clock):
        clock(NOW)
        lone = DoorCardFactory(company=CompanyFactory())
        assert client.get(reverse("issues:filing", args=[sign_card(lone)])).status_code == 410

    def test_the_same_sending_is_taken_once(self, card):
        key = uuid4()
        first, second = send(card, client_id=key), send(card, client_id=key)
        assert (first[1], second[1], first[0]) == (True, False, second[0])
        assert Ticket.objects.count() == 1

    def test_a_sending_of_another_company_is_not_shown(self, cast, card):
        key = uuid4()
        send(card, client_id=key)
        with pytest.raises(FilingRefused, match="另一家企业"):
            send(DoorCardFactory(company=cast.other_company), client_id=key)

    def test_has_a_pace(self, card):
        for number in range(6):
            send(card, filed=filed(title=f"第 {number} 件各不相同的事"))
        with pytest.raises(FilingRefused, match="一小时内已提交 6 件"):
            send(card)
        send(card, at=at(2026, 3, 2, 12))

    def test_a_stopped_card_takes_nothing(self, cast, card, client):
        revoke_door_card(card=card, by=cast.office, at=NOW)
        with pytest.raises(FilingRefused, match="已经停用"):
            send(card)
        assert client.get(reverse("issues:filing", args=[sign_card(card)])).status_code == 410


class TestAgain:
    """What looks like something that is open already is asked about, and told nothing of."""

    @pytest.fixture
    def earlier(self, cast):
        return TicketFactory(enrolment=cast.enrolment, title="变压器扩容一直没批下来", at=at(2026, 2, 27))

    def test_the_page_asks_and_keeps_what_was_typed(self, card, earlier, client):
        url = reverse("issues:filing", args=[sign_card(card)])
        answer = client.post(url, typed())
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "3 天前" in page
        assert earlier.number in page
        assert earlier.title not in page
        assert all(
            word in page for word in ("变压器扩容迟迟不批", "三个月了", "尽快", "周敏", "138 0000 0001")
        )
        assert Filing.objects.count() == 0
        done = client.post(url, typed(onto="new"))
        assert done.status_code == 302
        assert Ticket.objects.count() == 2

    def test_the_words_are_added_to_it_and_its_link_is_not_given_away(self, card, earlier, client):
        answer = client.post(
            reverse("issues:filing", args=[sign_card(card)]), typed(onto=earlier.number), follow=True
        )
        page = answer.content.decode()
        assert Ticket.objects.get() == earlier
        message = Message.objects.get()
        assert "三个月了" in message.words
        assert earlier.number in page
        link = FollowLink.objects.filter(ticket=earlier).first()
        assert link is None or sign_link(link) not in page

    @pytest.mark.parametrize("state", [Status.CLOSED, Status.MERGED])
    def test_what_is_ended_is_not_asked_about(self, cast, card, client, state):
        TicketFactory(enrolment=cast.enrolment, title="变压器扩容一直没批下来", state=state)
        Ticket.objects.filter(title="同一件事").update(title="另一件完全无关的采购")
        assert client.post(reverse("issues:filing", args=[sign_card(card)]), typed()).status_code == 302

    def test_nothing_is_added_to_another_company_s(self, cast, card, client):
        other = TicketFactory(enrolment=cast.other_enrolment, title="变压器扩容迟迟不批")
        answer = client.post(reverse("issues:filing", args=[sign_card(card)]), typed(onto=other.number))
        assert answer.status_code == 422
        assert not Message.objects.exists()

    def test_is_asked_while_it_is_typed(self, card, earlier, client):
        url = reverse("issues:filing-similar", args=[sign_card(card)])
        assert earlier.number in client.get(url, {"title": "变压器扩容迟迟不批"}).content.decode()
        assert earlier.number not in client.get(url, {"title": "招不到熟练的工人"}).content.decode()
        assert earlier.number not in client.get(url, {"title": "变"}).content.decode()

    def test_officials_are_shown_what_they_may_open(self, cast, earlier, client_as):
        url = reverse("issues:ticket-similar", args=[cast.company.uscc])
        page = client_as("official").get(url, {"title": "变压器扩容迟迟不批"}).content.decode()
        assert earlier.get_absolute_url() in page


WRONG = [
    ({"title": ""}, "请填写遇到了什么问题"),
    ({"title": "停电"}, "至少 4 个字"),
    ({"title": "长" * 81}, "80"),
    ({"name": ""}, "请填写联系人姓名"),
    ({"phone": ""}, "请填写联系电话"),
    ({"phone": "12345"}, "电话"),
    ({"description": "长" * 2001}, "2000"),
    ({"category": "nothing"}, "选"),
    ({"website": "http://x"}, "应当留空"),
]


class TestForm:
    @pytest.mark.parametrize(("given", "words"), WRONG)
    def test_says_what_is_wrong_and_loses_nothing(self, card, client, given, words):
        body = typed(**given)
        answer = client.post(reverse("issues:filing", args=[sign_card(card)]), body)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        for name in ("title", "description", "wish", "name", "phone"):
            assert str(body[name]) in page, name
        assert not Ticket.objects.exists()

    def test_takes_pictures_and_papers_by_what_they_are(self, card, client):
        url = reverse("issues:filing", args=[sign_card(card)])
        lie = SimpleUploadedFile("说明.pdf", b"MZ" + b"\0" * 90)
        answer = client.post(url, typed(attached=lie))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "可执行程序" in page
        assert not Ticket.objects.exists()
        done = client.post(url, typed(attached=SimpleUploadedFile("说明.pdf", PDF)))
        assert done.status_code == 302
        stored = MessageFile.objects.get()
        assert (stored.name, stored.uploaded_by, stored.owner.is_visible) == ("说明.pdf", None, True)

    def test_without_a_cookie_and_with_another_s_referer(self, card):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        assert strict.post(reverse("issues:filing", args=[sign_card(card)]), typed()).status_code == 302

    def test_the_receipt_has_number_and_link(self, card, client):
        answer = client.post(reverse("issues:filing", args=[sign_card(card)]), typed(), follow=True)
        page, ticket = answer.content.decode(), Ticket.objects.get()
        assert ticket.number in page
        assert sign_link(FollowLink.objects.get()) in page
        assert "<svg" in page


class TestLinks:
    """Nothing is reached by counting up, and a stopped link opens nothing."""

    @pytest.fixture
    def link(self, cast, clock):
        clock(NOW)
        return FollowLinkFactory(ticket=TicketFactory(enrolment=cast.enrolment))

    def test_neighbours_and_other_signatures_open_nothing(self, cast, card, link, client):
        token = sign_link(link)
        key, _, signature = token.partition(".")
        wrong = [
            f"{int(key) + 1}.{signature}", key, f"{key}.", f".{signature}", token[:-1], sign_card(card),
            services.sign_receipt(FilingFactory(ticket=link.ticket, card=card)), link.ticket.number,
        ]  # fmt: skip
        for name in ("issues:follow", "issues:filing-receipt", "assessment:survey-of-follow"):
            for one in wrong:
                if name == "issues:filing-receipt" and one == wrong[6]:
                    continue
                answer = client.get(reverse(name, args=[one]))
                assert answer.status_code == 404, (name, one)
        assert client.get(reverse("issues:follow", args=[token])).status_code == 200

    def test_only_the_office_that_did_not_handle_it_makes_another(self, cast, link, client_as, client):
        url = reverse("issues:ticket-link", args=[link.ticket.number])
        assert client_as("official").post(url).status_code == 403
        assert client_as("office").post(url).status_code == 302
        link.refresh_from_db()
        assert link.revoked_by == cast.office
        answer = client.get(reverse("issues:follow", args=[sign_link(link)]))
        assert answer.status_code == 410
        assert "已经停用" in answer.content.decode()
        newer = FollowLink.objects.standing().get()
        assert client.get(reverse("issues:follow", args=[sign_link(newer)])).status_code == 200

    def test_the_handlers_do_not_see_it(self, link, client_as):
        url = link.ticket.get_absolute_url()
        assert sign_link(link) in client_as("office").get(url).content.decode()
        assert sign_link(link) not in client_as("official").get(url).content.decode()

    def test_pages_are_kept_from_others(self, link, client):
        answer = client.get(reverse("issues:follow", args=[sign_link(link)]))
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store, private", "no-referrer")
        assert "noindex" in answer["X-Robots-Tag"]


class TestProgress:
    def page(self, client, ticket):
        link = services.open_follow_link(ticket=ticket, at=NOW)
        answer = client.get(reverse("issues:follow", args=[sign_link(link)]))
        assert answer.status_code == 200
        return answer.content.decode()

    @pytest.mark.parametrize("state", list(Status))
    def test_says_in_plain_words_where_it_stands(self, cast, client, clock, state):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            state=state, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            title="停电",
        )  # fmt: skip
        page = self.page(client, ticket)
        text = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)
        assert not INTERNAL.findall(text.replace(cast.land.name, ""))
        assert ticket.number in text
        for person in (cast.official, cast.unit, cast.office):
            assert person.name not in text
            assert not person.phone or person.phone not in text

    def test_an_extension_is_told_with_its_reason_and_day(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            grade="B",
        )  # fmt: skip
        services.ask_extension(
            ticket=ticket, reason=ExtensionReason.PROCEDURE, words="内部说法", until=at(2026, 3, 20).date(),
            by=cast.unit, at=at(2026, 3, 3),
        )  # fmt: skip
        before = self.page(client, ticket)
        assert "2026年3月20日" not in before
        services.grant_extension(ticket=ticket, answer="同意", by=cast.office, at=at(2026, 3, 3))
        page = self.page(client, ticket)
        assert "延长到 2026年3月20日" in page
        assert "原因：法定程序未走完" in page
        assert "内部说法" not in page
        news = OutboxMessage.objects.filter(topic="company.news").latest("pk")
        assert news.arguments == {"ticket": ticket.pk, "what": "extended"}

    def test_where_the_rules_do_not_tell_it_is_not_told(self, cast, client, clock):
        import pgtrigger

        from liaison.models import ExtensionRule

        with pgtrigger.ignore("liaison.ExtensionRule:frozen"):
            ExtensionRule.objects.filter(version=cast.version).update(tell_company=False)
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            grade="B",
        )  # fmt: skip
        services.ask_extension(
            ticket=ticket, reason=ExtensionReason.PROCEDURE, words="公示期", until=at(2026, 3, 20).date(),
            by=cast.unit, at=at(2026, 3, 3),
        )  # fmt: skip
        services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 3))
        assert not OutboxMessage.objects.filter(topic="company.news").exists()
        assert "延长到" not in self.page(client, ticket)

    def test_the_question_is_asked_in_one_place(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(answered=True, enrolment=cast.enrolment)
        page = self.page(client, ticket)
        rate = reverse("assessment:survey-of-follow", args=[sign_link(FollowLink.objects.get())])
        assert rate in page
        assert client.get(rate).url.startswith("/f/")  # not asked yet
        survey = SurveyFactory(ticket=ticket, invited_at=at(2026, 3, 2, 18))
        from assessment.services import sign_token

        question, _, way_back = client.get(rate).url.partition("?progress=")
        assert question == reverse("assessment:survey-answer", args=[sign_token(survey)])
        assert way_back == sign_link(FollowLink.objects.get())

    def test_a_merged_one_shows_how_the_other_goes_on(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(reported=True, enrolment=cast.enrolment, source=Source.COMPANY)
        into = TicketFactory(
            resolved=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office
        )
        services.merge_ticket(ticket=ticket, into=into, by=cast.office, at=at(2026, 3, 3))
        services.answer_ticket(
            ticket=into, mode=AnswerMode.PHONE, note="", by=cast.official, at=at(2026, 3, 3)
        )
        ticket.refresh_from_db()
        page = self.page(client, ticket)
        assert ticket.number in page
        assert into.number in page
        assert "已协调到位" in page
        assert "评价" in page

    def test_what_was_written_for_the_house_is_not_in_what_it_reads(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            cooperating=[cast.power],
        )  # fmt: skip
        services.resolve_ticket(
            ticket=ticket, outcome=Outcome.SOLVED, result="换了线\n也换了表", by=cast.unit, at=NOW
        )
        services.answer_ticket(ticket=ticket, mode=AnswerMode.PHONE, note="", by=cast.official, at=NOW)
        page = self.page(client, ticket)
        assert "也换了表" in page
        assert cast.power.name not in page
        assert "尚未反馈" not in page

    def test_the_answer_of_a_round_is_that_round_s_however_it_was_settled(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            answered=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office
        )
        services.rework_ticket(ticket=ticket, rating=1, actor="企业", note="又停了", at=NOW)
        measure = PolicyMeasureFactory(group__programme=ticket.programme)
        services.join_group(ticket=ticket, group=measure.group, by=cast.office, at=NOW)
        services.settle_by_measure(ticket=ticket, measure=measure, result="免费接入", by=cast.unit, at=NOW)
        services.answer_ticket(ticket=ticket, mode=AnswerMode.PHONE, note="", by=cast.official, at=NOW)
        page = self.page(client, ticket)
        assert "免费接入" in page
        assert page.count("已协调到位") == 1  # the first round's own answer
        ticket = services.rework_ticket(ticket=ticket, rating=1, actor="企业", note="没接", at=NOW)
        assert ticket.measure is None

    def test_why_it_is_handled_no_longer_is_told_by_the_catalogue(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit)
        services.ask_exclusion(ticket=ticket, reason="unlawful", words="内部说法", by=cast.office, at=NOW)
        services.grant_exclusion(ticket=ticket, answer="内部意见一条", by=cast.leader, at=NOW)
        page = self.page(client, ticket)
        assert "原因：诉求不合法或正在诉讼、仲裁" in page
        assert "内部意见一条" not in page
        assert "内部说法" not in page

    def test_speaks_withdraws_and_reopens(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(
            in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office
        )
        url = reverse("issues:follow", args=[sign_link(services.open_follow_link(ticket=ticket, at=NOW))])
        said = {"act": "say", "words": "上周又停了", "client_id": str(uuid4())}
        assert client.post(url, said).status_code == 302
        assert client.post(url, said).status_code == 302
        assert Message.objects.get().words == "上周又停了"
        assert client.post(url, {"act": "say"}).status_code == 422
        assert client.post(url, {"act": "withdraw", "note": ""}).status_code == 422
        assert client.post(url, {"act": "agree"}).status_code == 422
        assert client.post(url, {"act": "reopen", "note": "又停了"}).status_code == 422
        assert client.post(url, {"act": "confirm"}).status_code == 422
        assert client.post(url, {"act": "withdraw", "note": "已自行解决"}).status_code == 302
        ticket.refresh_from_db()
        assert ticket.status == Status.WITHDRAWN
        assert client.post(url, said | {"client_id": str(uuid4())}).status_code == 422

    def test_hides_what_is_internal_and_its_files(self, cast, client, clock):
        clock(at(2026, 3, 3))
        ticket = TicketFactory(enrolment=cast.enrolment)
        inner = MessageFactory(
            ticket=ticket, side="office", author=cast.office, is_visible=False, words="内部意见一条"
        )
        told = MessageFactory(ticket=ticket, side="unit", author=cast.unit, words="请补交图纸")
        hidden, shown = MessageFileFactory(owner=inner), MessageFileFactory(owner=told)
        elsewhere = MessageFileFactory(owner__ticket=TicketFactory(enrolment=cast.enrolment))
        page = self.page(client, ticket)
        assert "请补交图纸" in page
        assert "内部意见一条" not in page
        token = sign_link(FollowLink.objects.get(ticket=ticket))

        def fetch(stored):
            return client.get(reverse("issues:follow-file", args=[token, stored.pk]))

        answer = fetch(shown)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert [fetch(one).status_code for one in (hidden, elsewhere)] == [404, 404]


class TestNews:
    def test_is_sent_with_the_link_where_there_is_a_gateway(self, card, settings, monkeypatch):
        filing, _ = send(card)
        sent = []
        monkeypatch.setattr(
            "issues.tasks.send_text", lambda phone, text: bool(sent.append((phone, text))) or True
        )
        assert tell_company(ticket=filing.ticket_id, what="filed") is False
        settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/sms"
        assert tell_company(ticket=filing.ticket_id, what="filed") is True
        ((phone, text),) = sent
        assert phone == "13800000001"
        assert filing.ticket.number in text
        assert sign_link(FollowLink.objects.get()) in text

    def test_a_gateway_that_is_away_is_tried_again(self, card, settings, monkeypatch):
        from issues.tasks import GatewayAway

        filing, _ = send(card)
        settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/sms"
        monkeypatch.setattr("issues.tasks.send_text", lambda phone, text: False)
        with pytest.raises(GatewayAway):
            tell_company.run(ticket=filing.ticket_id, what="filed")
        FollowLink.objects.all().update(revoked_at=NOW, revoked_by=card.issued_by)
        assert tell_company.run(ticket=filing.ticket_id, what="filed") is False


def test_an_answer_in_an_earlier_round_stays_told(cast: Cast, client, clock):
    clock(at(2026, 3, 16))
    ticket = TicketFactory(
        closed=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office
    )
    services.reopen_ticket(ticket=ticket, note="又停电了", at=at(2026, 3, 16))
    services.resolve_ticket(
        ticket=ticket, outcome=Outcome.SOLVED, result="换了新线", by=cast.unit, at=at(2026, 3, 16)
    )
    link = services.open_follow_link(ticket=ticket, at=NOW)
    page = client.get(reverse("issues:follow", args=[sign_link(link)])).content.decode()
    assert "已解决：已协调到位" in page
    assert "您再次提出" in page
    assert "换了新线" not in page  # not answered yet
