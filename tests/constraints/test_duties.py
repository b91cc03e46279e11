"""The duty log and the door cards: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests import factories as f
from tests.constraints import Acts, again
from tests.factories import at


def _second_day_of_work() -> None:
    entry = f.DutyEntryFactory(source="front_line", words="顶岗")
    f.DutyEntryFactory(source="front_line", words="又记一次", official=entry.official)


REFUSED: Acts = {
    "companies_dutyentry_source_known": lambda: f.DutyEntryFactory(source="dancing"),
    "companies_dutyentry_not_in_future": lambda: f.DutyEntryFactory(on=date(2026, 3, 3)),
    "companies_dutyentry_says_what": lambda: f.DutyEntryFactory(words=""),
    "companies_dutyentry_not_counted_elsewhere": lambda: f.DutyEntryFactory(source="ticket_solved"),
    "companies_dutyentry_amounts_of_money_matters": lambda: f.DutyEntryFactory(
        source="suggestion", credit_yuan=1
    ),
    "companies_dutyentry_finance_has_amount": lambda: f.DutyEntryFactory(source="finance"),
    "companies_dutyentry_withdrawn_later": lambda: f.DutyEntryFactory(withdrawn_at=at(2026, 3, 2, 14)),
    "companies_dutyentry_a_day_worked_once": _second_day_of_work,
    "companies_dutyfile_kind_known": lambda: f.DutyFileFactory(kind="exe"),
    "companies_dutyfile_is_something": lambda: f.DutyFileFactory(sha256="none"),
    "companies_dutyfile_once": lambda: again(f.DutyFileFactory()),
    "companies_doorcard_one_standing": lambda: again(f.DoorCardFactory()),
    "companies_doorcard_revoked_iff_stamped": lambda: f.DoorCardFactory(revoked_at=at(2026, 3, 3)),
    "companies_publicphone_digits": lambda: f.PublicPhoneFactory(phone="请拨总机"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


def test_a_day_worked_may_be_written_anew_once_the_line_is_withdrawn():
    entry = f.DutyEntryFactory(source="front_line", withdrawn_at=at(2026, 3, 2, 16))
    f.DutyEntryFactory(source="front_line", official=entry.official)


def test_amounts_of_a_policy_and_a_nothing_to_report_are_kept():
    f.DutyEntryFactory(finance_yuan="1000000.00", credit_yuan="2000000.00")
    f.DutyEntryFactory(source="ticket_solved", none=True)
