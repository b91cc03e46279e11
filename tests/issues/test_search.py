"""Search fit for Chinese: words without spaces, pinyin initials, parts of numbers and of credit codes."""

from __future__ import annotations

import pytest
from django.db import connection

from companies.models import Company
from issues.formula import pairs_of
from issues.models import Ticket
from tests.factories import CompanyFactory, TicketFactory, at


@pytest.fixture
def ticket(cast):
    return TicketFactory(
        enrolment=cast.enrolment, title="厂区用电扩容报装慢，旺季急需 5G 专线", at=at(2026, 3, 2)
    )


@pytest.fixture
def other(cast):
    return TicketFactory(enrolment=cast.other_enrolment, title="招工难，缺焊工", at=at(2026, 3, 2))


@pytest.mark.parametrize(
    "words",
    [
        "用电",  # two characters, the usual word
        "扩容报装",
        "电",
        "慢旺季",  # over a comma
        "5g",
        "５Ｇ　专线",  # typed full width
        "用电 专线",  # both words, in whatever order
        "专线 用电",
        "cqydkr",  # initials of the title
        "YDKR",
        "用电 云桥",  # one word of the title, one of the company
    ],
)
def test_is_found_by(words, cast, ticket, other):
    assert list(Ticket.objects.visible_to(cast.office).matching(words)) == [ticket]


@pytest.mark.parametrize("words", ["用电 焊工", "电用", "扩容慢", "%", "_", "查无此事", "ydkrx"])
def test_is_not_found_by(words, cast, ticket, other):
    assert not Ticket.objects.visible_to(cast.office).matching(words).exists()


def test_is_found_by_part_of_the_number_and_of_the_credit_code(cast, ticket, other):
    visible = Ticket.objects.visible_to(cast.office)
    assert list(visible.matching(ticket.number[-4:])) == [ticket]
    assert list(visible.matching(cast.company.uscc[-10:].lower())) == [ticket]
    assert visible.matching("   ").count() == 2


def test_shows_nobody_more_than_their_own(cast, ticket):
    assert Ticket.objects.visible_to(cast.official).matching("用电").exists()
    assert not Ticket.objects.visible_to(cast.stranger).matching("用电").exists()


def test_a_company_is_found_by_initials_and_by_the_end_of_its_code(cast):
    company = CompanyFactory(region=cast.county, name="临江岚禾食品有限公司")
    for words in ("ljlh", "LHSP", "岚禾 食品", company.uscc[-9:]):
        assert list(Company.objects.matching(words)) == [company], words
    assert not Company.objects.matching("岚禾 机械").exists()


@pytest.mark.parametrize("title", ["用电扩容", "5G 专线，慢", "a", "（无）", "🙂", "ＡＢ"])
def test_the_database_keeps_pairs_as_they_are_asked_for(title):
    with connection.cursor() as cursor:
        cursor.execute("SELECT issues_pairs(%s)", [title])
        (kept,) = cursor.fetchone()
    assert pairs_of(title) in kept
