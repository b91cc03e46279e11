"""Contacts, plans, and finding a company."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from companies.formula import contact_period
from companies.models import Company
from companies.services import ContactRefused, add_contact, make_contact_primary, remove_contact
from liaison.models import AuditEvent
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    ContactRuleFactory,
    EnrolmentFactory,
    ProjectFactory,
    ServicePlanFactory,
    at,
)

NOW = at(2026, 3, 2)


class TestContacts:
    def test_the_first_is_the_primary(self, cast):
        company = CompanyFactory()
        first = add_contact(company=company, name="甲", phone="13900001111", by=cast.office, at=NOW)
        second = add_contact(company=company, name="乙", phone="0916-2212345", by=cast.office, at=NOW)
        assert (first.is_primary, second.is_primary) == (True, False)
        assert (second.phone, second.dial) == ("0916-2212345", "09162212345")

    def test_one_primary_at_a_time(self, cast):
        company = CompanyFactory()
        add_contact(company=company, name="甲", phone="13900001111", by=cast.office, at=NOW)
        second = add_contact(
            company=company, name="乙", phone="13900002222", is_primary=True, by=cast.office, at=NOW
        )
        assert company.contacts.get(is_primary=True) == second
        first = company.contacts.get(name="甲")
        make_contact_primary(contact=first, by=cast.office, at=NOW)
        assert company.contacts.get(is_primary=True) == first
        assert AuditEvent.objects.filter(subject=f"companies.company:{company.pk}").count() == 3

    @pytest.mark.parametrize(("name", "phone"), [("", "13900001111"), ("甲", "12"), ("甲", "手机")])
    def test_refuses_what_cannot_be_called(self, cast, name, phone):
        with pytest.raises(ContactRefused):
            add_contact(company=cast.company, name=name, phone=phone, by=cast.office, at=NOW)

    def test_refuses_a_number_twice(self, cast):
        phone = cast.company.contacts.get().phone
        with pytest.raises(ContactRefused, match="已有使用电话"):
            add_contact(company=cast.company, name="丙", phone=phone, by=cast.office, at=NOW)

    def test_who_is_removed_leaves_a_trace_and_the_next_is_called_first(self, cast):
        company = cast.company
        first = company.contacts.get()
        second = add_contact(company=company, name="乙", phone="13900002222", by=cast.office, at=NOW)
        remove_contact(contact=first, by=cast.office, at=NOW)
        assert company.contacts.get(is_primary=True) == second
        event = AuditEvent.objects.order_by("pk").last()
        assert (event.action, event.detail["phone"]) == ("移除联络员", first.phone)
        with pytest.raises(ContactRefused, match="已被他人移除"):
            remove_contact(contact=first, by=cast.office, at=NOW)

    @pytest.mark.parametrize(
        ("least", "most", "words"),
        [
            (1, 2, "每家企业设 1–2 名联络员"),
            (2, 2, "每家企业设 2 名联络员"),
            (1, None, "每家企业至少有 1 名联络员"),
            (None, 1, "每家企业至多设 1 名联络员"),
        ],
    )
    def test_what_a_programme_asks_is_said_on_the_companys_page(self, cast, client_as, least, most, words):
        rule = ContactRuleFactory(liaisons_min=least, liaisons_max=most)
        EnrolmentFactory(company=cast.company, version=rule.version)
        page = client_as("office").get(cast.company.get_absolute_url()).content.decode()
        assert f"“{rule.version.programme.name}”{words}" in page

    def test_the_list_finds_companies_without_one(self, cast, client_as):
        cast.other_company.contacts.all().delete()
        answer = client_as("office").get("/companies/?liaison=no").content.decode()
        assert cast.other_company.name in answer
        assert cast.company.name not in answer


class TestMatching:
    @pytest.mark.parametrize("words", ["云桥", "yunqiao", "精密"])
    def test_finds_by_name_and_pinyin(self, cast, words):
        Company.objects.filter(pk=cast.company.pk).update(pinyin="yunchuanyunqiaojingmijixie")
        assert list(Company.objects.matching(words).order_by("pk")) == [cast.company]

    def test_finds_by_credit_code(self, cast):
        found = Company.objects.matching(cast.company.uscc[:12].lower()).order_by("pk")
        assert cast.company in found

    def test_nothing_typed_finds_all(self, cast):
        assert Company.objects.matching("  ").count() == 2


class TestPeriod:
    @pytest.mark.parametrize(
        ("on", "months", "first", "last", "word"),
        [
            (date(2026, 2, 10), 1, date(2026, 2, 1), date(2026, 2, 28), "本月"),
            (date(2026, 4, 1), 2, date(2026, 3, 1), date(2026, 4, 30), "3–4月"),
            (date(2026, 12, 31), 3, date(2026, 10, 1), date(2026, 12, 31), "10–12月"),
            (date(2026, 7, 5), 12, date(2026, 1, 1), date(2026, 12, 31), "1–12月"),
        ],
    )
    def test_is_a_run_of_whole_months(self, on, months, first, last, word):
        period = contact_period(on, months)
        assert (period.starts_on, period.ends_on, period.word) == (first, last, word)

    def test_says_the_days_left(self):
        assert contact_period(date(2026, 2, 10), 1).days_left(date(2026, 2, 10)) == 18


class TestDatabase:
    @pytest.mark.parametrize(
        ("constraint", "make"),
        [
            ("companies_company_uscc_shape", lambda: CompanyFactory(uscc="91510000I00000000X")),
            ("companies_company_named", lambda: CompanyFactory(name="")),
            ("companies_company_scale_known", lambda: CompanyFactory(scale="giant")),
            ("companies_company_capital_not_negative", lambda: CompanyFactory(capital_wan=-1)),
            ("companies_project_stage_known", lambda: ProjectFactory(stage="dream")),
            ("companies_project_investment_not_negative", lambda: ProjectFactory(investment_wan=-1)),
            ("companies_plan_filled", lambda: ServicePlanFactory(goals="")),
        ],
    )
    def test_refuses(self, constraint, make):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make()

    def test_refuses_two_primary_contacts(self):
        contact = ContactFactory()
        with pytest.raises(IntegrityError, match="companies_contact_one_primary"), transaction.atomic():
            ContactFactory(company=contact.company)

    def test_refuses_a_phone_twice(self):
        contact = ContactFactory()
        with pytest.raises(IntegrityError, match="companies_contact_phone_once"), transaction.atomic():
            ContactFactory(company=contact.company, phone=contact.phone, is_primary=False)
