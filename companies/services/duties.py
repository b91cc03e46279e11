"""规定动作: writing down what an official did for a company, once, and taking a mistake back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.choices import DutyKind
from companies.models import DutyEntry, Enrolment
from companies.services.visits import seated_in
from liaison.models import Official
from liaison.refusals import Refusal
from liaison.services import record

MOST_YUAN = Decimal("99999999999999.99")  # what the column holds


class DutyRefused(Refusal):
    """The line cannot be kept, or not be taken back. The message is written for the user."""


@transaction.atomic
def log_duty(
    *,
    client_id: UUID,
    enrolment: Enrolment,
    source: str,
    on: date,
    words: str = "",
    is_none: bool = False,
    finance_yuan: Decimal | None = None,
    credit_yuan: Decimal | None = None,
    by: Official,
    at: datetime,
) -> DutyEntry:
    """Keep a line of the duty log once, however often the phone sends it; `is_none` says 本期无."""
    if (kept := DutyEntry.objects.filter(client_id=client_id).first()) is not None:
        return _same(kept, enrolment, by)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=enrolment.pk)
    )
    if source not in DutyKind.values:
        raise DutyRefused("请选择做了什么。")
    words = words.strip()
    _check_content(source, words, is_none, finance_yuan, credit_yuan)
    if on > timezone.localtime(at).date():
        raise DutyRefused("日期不能晚于今天。")
    if on < enrolment.starts_on:
        raise DutyRefused(f"日期不能早于企业纳入包联的日子 {enrolment.starts_on}。")
    if enrolment.ends_on is not None and on > enrolment.ends_on:
        raise DutyRefused(f"该企业已于 {enrolment.ends_on} 退出包联。")
    department = seated_in(enrolment, by, on)
    if department is None:
        raise DutyRefused(f"您在 {on} 不在该企业的专班中，不能登记。")
    entry = DutyEntry(
        client_id=client_id,
        enrolment=enrolment,
        official=by,
        department=department,
        source=source,
        on=on,
        is_none=is_none,
        words=words,
        finance_yuan=finance_yuan,
        credit_yuan=credit_yuan,
        logged_at=at,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as clash:
        if "a_day_worked_once" in str(clash):
            raise DutyRefused(f"{on} 的一线劳动已经登记过，一天只记一次。") from None
        kept = DutyEntry.objects.filter(client_id=client_id).first()  # sent twice at the same moment
        if kept is None:
            raise
        return _same(kept, enrolment, by)
    record("登记规定动作", entry, by=by, at=at, company=enrolment.company.uscc, source=str(source))
    return entry


def _check_content(
    source: str, words: str, is_none: bool, finance: Decimal | None, credit: Decimal | None
) -> None:
    amounts = [amount for amount in (finance, credit) if amount is not None]
    if is_none:
        if amounts:
            raise DutyRefused("“本期无”不填金额。")
        return
    if source in DutyKind.counted_anyway():
        raise DutyRefused("问题和走访由系统自动计数，不在这里登记。")
    if not words:
        raise DutyRefused("请写一句做了什么。")
    if amounts and source not in DutyKind.with_amounts():
        raise DutyRefused("只有对接政策和融资授信填写金额。")
    if source == DutyKind.FINANCE and not amounts:
        raise DutyRefused("融资授信请填写融资或授信的金额。")
    if any(not 0 < amount <= MOST_YUAN for amount in amounts):
        raise DutyRefused("金额须大于零，且不超过系统能记的数。")


def _same(entry: DutyEntry, enrolment: Enrolment, by: Official) -> DutyEntry:
    """An id that comes back must come from the same hand, for the same company."""
    if entry.official_id != by.pk or entry.enrolment_id != enrolment.pk:
        raise DutyRefused("这条记录的编号已被另一次登记使用，请刷新页面后重新登记。")
    return entry


@transaction.atomic
def withdraw_duty(*, entry: DutyEntry, by: Official, at: datetime) -> DutyEntry:
    """Take a line back that was written by mistake; it stays on record and counts no longer."""
    entry = DutyEntry.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.pk)
    if entry.official_id != by.pk:
        raise DutyRefused("只能撤回自己登记的。")
    if entry.withdrawn_at is not None:
        raise DutyRefused("这一条已经撤回。")
    entry.withdrawn_at = at
    entry.save(update_fields=["withdrawn_at"])
    record("撤回规定动作", entry, by=by, at=at)
    return entry
