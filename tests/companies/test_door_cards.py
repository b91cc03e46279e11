"""助企公示牌: one code per company until it is stopped, numbers by their rule, a page that really opens."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from companies import services
from companies.models import Company, DoorCard, PublicPhone
from companies.reports.door_cards import Person, people_on_cards
from companies.services.door_cards import Issued
from liaison.models import AuditEvent, Official
from tests.factories import CompanyFactory, DoorCardFactory, PublicPhoneFactory, at

MONDAY = at(2026, 3, 2)


def issue(cast, *companies: Company) -> Issued:
    chosen = Company.objects.filter(pk__in=[company.pk for company in companies or (cast.company,)])
    return services.issue_door_cards(companies=chosen, by=cast.office, at=MONDAY)


class TestCards:
    def test_whoever_has_a_card_keeps_its_code(self, cast):
        first = issue(cast)
        again = issue(cast, cast.company, cast.other_company)
        assert (first.made, again.made) == (1, 1)
        assert first.cards[0] in again.cards
        assert AuditEvent.objects.filter(action="制作公示牌").count() == 2

    def test_a_company_that_is_gone_gets_none_and_a_run_has_its_limit(self, cast, monkeypatch):
        with pytest.raises(services.DoorCardRefused, match="不再存续"):
            issue(cast, CompanyFactory(is_active=False))
        monkeypatch.setattr("companies.services.door_cards.MOST", 1)
        with pytest.raises(services.DoorCardRefused, match="一次最多制作 1 张"):
            issue(cast, cast.company, cast.other_company)
        assert not DoorCard.objects.exists()

    def test_a_stopped_card_is_stopped_once_and_the_next_has_another_code(self, cast):
        card = issue(cast).cards[0]
        services.revoke_door_card(card=card, by=cast.office, at=MONDAY)
        with pytest.raises(services.DoorCardRefused, match="已经停用"):
            services.revoke_door_card(card=card, by=cast.office, at=MONDAY)
        assert services.sign_card(issue(cast).cards[0]) != services.sign_card(card)


class TestPhones:
    def test_a_public_number_is_shown_whole_and_a_mobile_masked(self, cast):
        Official.objects.filter(pk=cast.official.pk).update(phone="13812345678")
        unit, *people = people_on_cards([cast.company.pk], MONDAY.date())[cast.company.pk]
        officer = next(one for one in people if one.name == "林小舟")
        assert (unit.name, unit.unit) == ("", cast.industry.name)
        assert officer == Person("包抓干部", "林小舟", cast.industry.name, "138****5678", True)
        assert officer.dial == ""
        PublicPhoneFactory(official=cast.official, phone="0916-2226688转8")
        people = people_on_cards([cast.company.pk], MONDAY.date())[cast.company.pk]
        officer = next(one for one in people if one.name == "林小舟")
        assert (officer.phone, officer.dial, officer.is_masked) == ("0916-2226688转8", "09162226688", False)

    def test_is_two_queries_for_any_number_of_cards(self, cast, django_assert_num_queries):
        with django_assert_num_queries(2):
            people_on_cards([cast.company.pk, cast.other_company.pk], MONDAY.date())

    def test_an_official_writes_down_the_own_number_and_takes_it_off(self, cast, client_as, clock):
        clock(MONDAY)
        client, page = client_as("official"), reverse("companies:public-phone")
        answer = client.post(page, {"phone": "2226688"})
        assert answer.status_code == 422
        assert "2226688" in answer.content.decode()
        client.post(page, {"phone": "（0916）2226688"})
        assert cast.official.public_phone.phone == "0916-2226688"
        client.post(page, {"phone": ""})
        assert not PublicPhone.objects.filter(official=cast.official).exists()


class TestPages:
    def test_the_printed_code_opens_a_page_that_says_who_serves_the_company(
        self, cast, client_as, client, clock
    ):
        clock(MONDAY)
        PublicPhoneFactory(official=cast.official)
        page = reverse("companies:door-card", args=[cast.company.uscc])
        official = client_as("official")
        assert "制作公示牌" in official.get(page).content.decode()
        text = official.post(page, follow=True).content.decode()
        assert "<svg" in text
        assert "0916-2226688" in text
        address = reverse("companies:door-page", args=[services.sign_card(DoorCard.objects.get())])
        assert f'href="{address}"' in text
        public = client.get(address)
        assert public.status_code == 200
        words = public.content.decode()
        assert {"林小舟", "12345", "tel:09162226688"} <= set(
            re.findall(r"林小舟|12345|tel:09162226688", words)
        )
        assert public["Referrer-Policy"] == "no-referrer"

    def test_a_stopped_and_a_forged_code_say_so_and_still_help(self, cast, client_as, client, clock):
        clock(MONDAY)
        card = issue(cast).cards[0]
        address = reverse("companies:door-page", args=[services.sign_card(card)])
        client_as("office").post(reverse("companies:door-card-revoke", args=[cast.company.uscc]))
        stopped = client.get(address)
        assert (stopped.status_code, "已经停用" in stopped.content.decode()) == (410, True)
        assert "林小舟" not in stopped.content.decode()
        forged = client.get(reverse("companies:door-page", args=[f"{card.pk}.abc"]))
        assert (forged.status_code, "12345" in forged.content.decode()) == (404, True)

    def test_the_office_prints_the_chosen_companies_at_once_its_own_only(self, cast, client_as, clock):
        clock(MONDAY)
        codes = [cast.company.uscc, cast.other_company.uscc]
        text = client_as("office").post(reverse("companies:door-cards"), {"company": codes}).content.decode()
        assert text.count("door-sheet") >= 2
        assert cast.other_company.name in text
        assert (
            client_as("official").post(reverse("companies:door-cards"), {"company": codes}).status_code == 403
        )

    def test_a_size_that_does_not_exist_prints_on_a4(self, cast, client_as, clock):
        clock(MONDAY)
        DoorCardFactory(company=cast.company)
        page = reverse("companies:door-card", args=[cast.company.uscc])
        assert "door-a4" in client_as("office").get(page, {"size": "a0"}).content.decode()
        assert "door-a5" in client_as("office").get(page, {"size": "a5"}).content.decode()
