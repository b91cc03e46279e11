"""A roster about to be written, and somebody else at the same company or the same run."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.urls import reverse

from companies.models import Company
from companies.services import add_contact
from liaison.choices import ImportState
from liaison.imports import engine
from liaison.models import AuditEvent, ImportRun, OutboxMessage
from liaison.services import imports as services
from liaison.services.imports import ImportRefused
from tests.concurrency.together import Act, behind
from tests.factories import Cast, CompanyFactory, PostingFactory, at, credit_code
from tests.imports.files import COMPANY_HEADINGS, check, sheet_bytes

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 2)
CODE = credit_code(37_000_001)
HEADINGS = (*COMPANY_HEADINGS, "联络员", "联络员电话")
CONTENT = sheet_bytes(HEADINGS, [["云川锐石有限公司", CODE, "", "300", "", "秦明月", "13800000009"]])


@pytest.fixture
def company(cast: Cast) -> Company:
    return CompanyFactory(uscc=CODE, name="云川锐石有限公司", region=cast.county, capital_wan=100)


@pytest.fixture
def run(cast: Cast, company: Company) -> ImportRun:
    return check("companies", CONTENT, cast.roster)


def confirm(run: ImportRun, cast: Cast) -> Act:
    return lambda: services.confirm_import(
        run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=NOW
    )


def write(run: ImportRun) -> Act:
    return lambda: engine.apply_import(run_id=run.pk, at=NOW)


def change(**fields: object) -> Act:
    """Another hand at the company: reads it under its lock and writes it, as our services do."""

    @transaction.atomic
    def act() -> int:
        company = Company.objects.select_for_update(of=("self",), no_key=True).get(uscc=CODE)
        return Company.objects.filter(pk=company.pk).update(**fields)

    return act


class TestCompanyEdited:
    def test_a_change_of_what_the_preview_showed_sends_it_back(self, cast, run):
        confirm(run, cast)()
        assert behind(change(capital_wan=200), write(run)) == (1, "checking")
        assert Company.objects.get(uscc=CODE).capital_wan == 200
        run.refresh_from_db()
        assert "没有写入任何内容" in run.message
        assert OutboxMessage.objects.filter(topic="import.check", sent_at=None).count() == 2
        assert not AuditEvent.objects.filter(action="写入名册").exists()

    def test_a_change_of_another_field_is_kept_beside_what_is_written(self, cast, run):
        confirm(run, cast)()
        assert behind(change(staff_count=86), write(run)) == (1, "applied")
        kept = Company.objects.get(uscc=CODE)
        assert (kept.staff_count, kept.capital_wan) == (86, 300)

    def test_a_change_that_comes_second_stands_on_what_was_written(self, cast, run):
        confirm(run, cast)()
        assert behind(write(run), change(staff_count=86)) == ("applied", 1)
        kept = Company.objects.get(uscc=CODE)
        assert (kept.staff_count, kept.capital_wan) == (86, 300)

    def test_a_move_to_another_county_sends_it_back(self, cast, run):
        confirm(run, cast)()
        assert behind(change(region=cast.other_county), write(run)) == (1, "checking")
        assert Company.objects.filter(uscc=CODE, region=cast.other_county).count() == 1

    def test_a_contact_written_down_meanwhile_sends_it_back(self, cast, run, company):
        confirm(run, cast)()
        answers = behind(
            lambda: add_contact(company=company, name="白露", phone="13800000010", by=cast.office, at=NOW),
            write(run),
        )
        assert answers[1] == "checking"
        assert [contact.name for contact in company.contacts.all()] == ["白露"]

    def test_a_contact_that_comes_second_is_not_the_primary_one(self, cast, run, company):
        confirm(run, cast)()
        answers = behind(
            write(run),
            lambda: add_contact(company=company, name="白露", phone="13800000010", by=cast.office, at=NOW),
        )
        assert answers[0] == "applied"
        assert list(company.contacts.order_by("pk").values_list("name", "is_primary")) == [
            ("秦明月", True),
            ("白露", False),
        ]


class TestConfirmAndCancel:
    def cancel(self, run: ImportRun, cast: Cast) -> Act:
        return lambda: services.cancel_import(run=run, by=cast.roster, at=NOW)

    def test_what_is_confirmed_is_not_given_up(self, cast, run):
        answers = behind(confirm(run, cast), self.cancel(run, cast))
        assert isinstance(answers[1], ImportRefused)
        assert "不能放弃" in str(answers[1])
        assert write(run)() == "applied"
        assert not AuditEvent.objects.filter(action="放弃导入").exists()

    def test_what_is_given_up_is_not_confirmed(self, cast, run):
        answers = behind(self.cancel(run, cast), confirm(run, cast))
        assert isinstance(answers[1], ImportRefused)
        assert "不能确认" in str(answers[1])
        assert not OutboxMessage.objects.filter(topic="import.apply").exists()
        assert write(run)() == ImportState.CANCELLED
        assert Company.objects.get(uscc=CODE).capital_wan == 100

    def test_the_second_to_confirm_is_told_who_did(self, cast, run):
        colleague = PostingFactory(department=cast.coordination, role="roster").official
        _, answer = behind(
            confirm(run, cast),
            lambda: services.confirm_import(
                run=run, sha256=run.sha256, digest=run.digest, by=colleague, at=NOW
            ),
        )
        assert str(answer) == f"{cast.roster} 已经确认过这次导入，不会重复写入。"
        assert OutboxMessage.objects.filter(topic="import.apply").count() == 1

    def test_a_writer_that_waits_for_the_confirmation_writes(self, cast, run):
        assert behind(confirm(run, cast), write(run))[1] == "applied"
        assert Company.objects.get(uscc=CODE).capital_wan == 300

    def test_a_run_being_checked_anew_is_not_confirmed(self, cast, run):
        answers = behind(lambda: services.check_again(run=run, by=cast.roster, at=NOW), confirm(run, cast))
        assert isinstance(answers[1], ImportRefused)
        assert "不能确认" in str(answers[1])

    def test_the_loser_is_told_on_the_page_and_by_the_api(self, cast, run, client_as, api_as):
        cast.roster.postings.update(starts_on="2025-01-01")
        client, api = client_as("roster"), api_as("roster")
        seen = {"sha256": run.sha256, "digest": run.digest}
        page = reverse("liaison:import-confirm", args=[run.pk])
        _, answer = behind(self.cancel(run, cast), lambda: client.post(page, seen))
        assert answer.status_code == 302
        assert ["不能确认" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
        answer = api.post(f"/api/v1/imports/{run.pk}/cancel/")
        assert answer.status_code == 409
        assert "不能放弃" in answer.json()["detail"]
