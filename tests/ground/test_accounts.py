"""Sign-in, first passwords, and the rest that wrong passwords earn."""

from datetime import timedelta

import pytest
from django.urls import reverse

from liaison import services
from liaison.models import AuditEvent, FailedSignIn
from tests.factories import at

PASSWORD = "yun-chuan-2026-lq"


@pytest.fixture
def office(cast):
    cast.office.set_password(PASSWORD)
    cast.office.save(update_fields=["password"])
    return cast.office


def sign_in(client, username, password):
    return client.post(reverse("liaison:sign-in"), {"username": username, "password": password})


class TestSignIn:
    def test_opens_the_home_page_and_out_again(self, client, office):
        assert sign_in(client, "office", PASSWORD).url == reverse("home")
        assert client.get(reverse("home")).status_code == 200
        assert client.post(reverse("liaison:sign-out")).status_code == 302
        assert client.get(reverse("home")).status_code == 302

    def test_says_one_thing_for_a_wrong_name_and_a_wrong_password(self, client, office):
        for name in ("office", "nobody"):
            assert "登录名或密码不正确" in sign_in(client, name, "wrong").content.decode()

    def test_a_name_tried_too_often_rests_even_with_the_right_password(self, client, office, clock):
        clock(at(2026, 3, 2, 9))
        for _ in range(5):
            sign_in(client, "office", "wrong")
        assert "15 分钟" in sign_in(client, "office", PASSWORD).content.decode()
        clock(at(2026, 3, 2, 9) + timedelta(minutes=16))
        assert sign_in(client, "office", PASSWORD).status_code == 302
        assert not FailedSignIn.objects.exists()

    def test_does_not_lead_to_another_site(self, client, office):
        answer = client.post(
            reverse("liaison:sign-in") + "?next=https://evil.example/",
            {"username": "office", "password": PASSWORD},
        )
        assert answer.url == reverse("home")

    def test_a_person_without_a_post_sees_an_empty_house_not_an_error(self, cast, client):
        cast.office.postings.update(ends_on="2026-03-01")
        client.force_login(cast.office)
        assert client.get(reverse("home")).status_code == 200
        assert client.get(reverse("issues:tickets")).status_code == 200


class TestFirstPassword:
    def test_is_shown_once_and_must_be_changed(self, cast, client, client_as):
        page = client_as("roster").post(reverse("liaison:password-issue", args=[cast.unit.pk]))
        password = page.context["password"]
        assert password in page.content.decode()
        assert password not in str(AuditEvent.objects.values())
        assert sign_in(client, cast.unit.username, password).status_code == 302
        assert client.get(reverse("issues:tickets")).url == reverse("liaison:password-change")
        changed = client.post(
            reverse("liaison:password-change"),
            {"old_password": password, "new_password1": PASSWORD, "new_password2": PASSWORD},
        )
        assert changed.url == reverse("home")
        assert client.get(reverse("issues:tickets")).status_code == 200

    def test_a_weak_password_is_refused_in_words(self, office, client_as):
        client = client_as("office")
        answer = client.post(
            reverse("liaison:password-change"),
            {"old_password": PASSWORD, "new_password1": "1234567890", "new_password2": "1234567890"},
        )
        assert answer.status_code == 422
        assert "密码" in answer.content.decode()

    def test_only_roster_staff_of_the_place_hand_it_out_and_never_an_administrators(self, cast, client_as):
        url = reverse("liaison:password-issue", args=[cast.unit.pk])
        for role in ("office", "official", "unit", "leader", "assessor"):
            assert client_as(role).post(url).status_code == 403, role
        admins = reverse("liaison:password-issue", args=[cast.admin.pk])
        assert client_as("roster").post(admins).status_code == 403
        assert client_as("admin").post(admins).status_code == 200


def test_a_service_never_stores_the_password_in_clear(cast):
    password = services.issue_password(official=cast.unit, by=cast.roster, at=at(2026, 3, 2))
    cast.unit.refresh_from_db()
    assert cast.unit.check_password(password)
    assert password not in cast.unit.password
