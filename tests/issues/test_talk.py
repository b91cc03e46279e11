"""沟通记录: who may speak and read, what the company sees, files, and that nothing is changed afterwards."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from issues import services
from issues.choices import Side, Status
from issues.models import FollowLink, Message, MessageFile, Ticket
from issues.services import MoveRefused
from issues.tasks import tell_of_message
from liaison.files import check_upload
from liaison.models import OutboxMessage
from tests.factories import Cast, MessageFactory, MessageFileFactory, TicketFactory, at
from tests.files.samples import PDF, upload

NOW = at(2026, 3, 3)


@pytest.fixture
def ticket(cast: Cast, clock) -> Ticket:
    clock(NOW)
    found: Ticket = TicketFactory(
        in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
        cooperating=[cast.power],
    )  # fmt: skip
    return found


def say(ticket: Ticket, **more: object) -> Message:
    given = {
        "client_id": uuid4(),
        "side": Side.COMPANY,
        "words": "又停电了",
        "signed": "周敏（企业）",
        "by": None,
    }
    return services.say(**({"ticket": ticket, "at": NOW} | given | more))


SPEAKERS = [("official", Side.TEAM), ("unit", Side.UNIT), ("other_unit", Side.UNIT), ("office", Side.OFFICE)]


class TestSpeaking:
    @pytest.mark.parametrize(("who", "side"), SPEAKERS)
    def test_each_speaks_as_what_it_is_to_the_problem(self, cast, ticket, client_as, who, side):
        answer = client_as(who).post(
            reverse("issues:ticket-say", args=[ticket.number]), {"words": "已联系供电所", "to": "internal"}
        )
        assert answer.url == ticket.get_absolute_url() + "#talk"
        message = Message.objects.get()
        assert (message.side, message.author, message.is_visible) == (side, cast[who], False)
        assert cast[who].name in message.signed

    @pytest.mark.parametrize("who", ["leader", "assessor", "admin"])
    def test_who_only_looks_on_reads_and_does_not_speak(self, ticket, client_as, who):
        client = client_as(who)
        answer = client.post(
            reverse("issues:ticket-say", args=[ticket.number]), {"words": "x", "to": "internal"}
        )
        assert answer.status_code == 403
        assert "发送" not in client.get(ticket.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("who", ["stranger", "roster"])
    def test_to_others_it_is_not_there(self, ticket, client_as, who):
        said = MessageFileFactory(owner__ticket=ticket)
        client = client_as(who)
        assert (
            client.post(reverse("issues:ticket-say", args=[ticket.number]), {"words": "x"}).status_code == 404
        )
        assert client.get(reverse("issues:talk-file", args=[ticket.number, said.pk])).status_code == 404

    def test_internal_unless_the_company_is_to_see_it(self, ticket, client_as):
        page = client_as("unit").get(ticket.get_absolute_url()).content.decode()
        inner = page.index('value="internal"')
        assert "checked" in page[inner : page.index(">", inner)]
        client_as("unit").post(
            reverse("issues:ticket-say", args=[ticket.number]), {"words": "请补交图纸", "to": "company"}
        )
        assert Message.objects.get().is_visible
        assert FollowLink.objects.filter(ticket=ticket).count() == 1
        assert OutboxMessage.objects.filter(topic="ticket.said").count() == 1

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({"words": " ", "to": "internal"}, "请写几句话"),
            ({"words": "长" * 2001, "to": "internal"}, "2000"),
            ({"words": "原来的话", "to": "everybody"}, "选"),
            ({"words": "原来的话"}, "请填写谁能看到"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_the_words(self, ticket, client_as, body, words):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client_as("unit").post(
                reverse("issues:ticket-say", args=[ticket.number]), body, headers=headers
            )
            page = answer.content.decode()
            assert answer.status_code == 422
            assert words in page
            assert body["words"].strip() in page
        assert not Message.objects.exists()

    def test_htmx_gets_the_card_alone(self, ticket, client_as):
        answer = client_as("unit").post(
            reverse("issues:ticket-say", args=[ticket.number]),
            {"words": "已勘察", "to": "internal"},
            headers={"HX-Request": "true"},
        )
        page = answer.content.decode()
        assert 'id="talk"' in page
        assert "<html" not in page
        assert "已勘察" in page

    def test_the_same_sending_is_kept_once_and_not_moved_to_another(self, cast, ticket):
        key = uuid4()
        first = say(ticket, client_id=key)
        assert say(ticket, client_id=key) == first
        with pytest.raises(MoveRefused, match="另一件问题"):
            say(TicketFactory(enrolment=cast.enrolment), client_id=key)

    @pytest.mark.parametrize("state", [Status.MERGED, Status.EXCLUDED, Status.WITHDRAWN])
    def test_not_on_what_has_left_the_account(self, cast, state):
        with pytest.raises(MoveRefused, match="不能再留言"):
            say(TicketFactory(state=state, enrolment=cast.enrolment))

    def test_a_company_has_a_pace(self, ticket):
        for _ in range(20):
            say(ticket)
        with pytest.raises(MoveRefused, match="今天的留言已经很多"):
            say(ticket)


class TestFiles:
    def test_are_judged_by_what_they_are_and_all_or_nothing_is_sent(self, ticket, client_as):
        url = reverse("issues:ticket-say", args=[ticket.number])
        lie = SimpleUploadedFile("图纸.pdf", b"MZ" + b"\0" * 90)
        good = SimpleUploadedFile("图纸.pdf", PDF)
        answer = client_as("unit").post(url, {"words": "见图", "to": "internal", "attached": [good, lie]})
        assert answer.status_code == 422
        assert "可执行程序" in answer.content.decode()
        assert not Message.objects.exists()
        client_as("unit").post(
            url, {"words": "", "to": "internal", "attached": SimpleUploadedFile("图纸.pdf", PDF)}
        )
        assert (Message.objects.get().words, MessageFile.objects.get().name) == ("见附件。", "图纸.pdf")

    def test_pictures_lose_their_place(self, ticket):
        out = BytesIO()
        exif = Image.Exif()
        exif[0x010F] = "某某手机"
        Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
        message = say(ticket, files=[check_upload(upload(out.getvalue(), "现场.jpg"))])
        with message.files.get().file.open("rb") as kept:
            assert not Image.open(kept).getexif()

    def test_chosen_twice_is_kept_once(self, ticket):
        one, same = check_upload(upload(PDF, "a.pdf")), check_upload(upload(PDF, "b.pdf"))
        assert say(ticket, files=[one, same]).files.count() == 1

    def test_are_handed_out_where_the_problem_is_seen(self, ticket, client_as):
        stored = MessageFileFactory(owner__ticket=ticket)
        url = reverse("issues:talk-file", args=[ticket.number, stored.pk])
        answer = client_as("unit").get(url)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert "attachment" in answer["Content-Disposition"]
        shown = client_as("unit").get(url, {"show": "yes"})
        assert b"".join(shown.streaming_content).startswith(b"%PDF")
        assert shown["Content-Disposition"].startswith("inline")
        assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
        policy = shown["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert f'{url}?show=yes"' in client_as("unit").get(ticket.get_absolute_url()).content.decode()
        other = TicketFactory(enrolment=ticket.enrolment)
        assert (
            client_as("office").get(reverse("issues:talk-file", args=[other.number, stored.pk])).status_code
            == 404
        )


class TestNews:
    def test_only_what_an_official_tells_the_company(self, cast, ticket, settings, monkeypatch):
        sent: list[str] = []
        monkeypatch.setattr("issues.tasks.send_text", lambda phone, text: sent.append(text) is None)
        settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/sms"
        inner = say(ticket, side=Side.UNIT, by=cast.unit, signed="")
        own = say(ticket)
        told = say(ticket, side=Side.UNIT, by=cast.unit, signed="", is_visible=True)
        assert [tell_of_message(message=one.pk) for one in (inner, own, told)] == [False, False, True]
        assert len(sent) == 1
        assert "有新的留言" in sent[0]

    def test_the_case_page_shows_both_sides_apart(self, cast, ticket, client_as):
        MessageFactory(ticket=ticket)
        MessageFactory(ticket=ticket, side="office", author=cast.office, is_visible=False, words="内部")
        page = client_as("unit").get(ticket.get_absolute_url()).content.decode()
        assert "企业来言" in page
        assert "2 条" in page
