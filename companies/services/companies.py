"""What a team keeps about its company: the people to call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from companies.models import Company, Contact
from companies.reports.liaisons import liaison_rules
from liaison.models import Official
from liaison.normalise import any_phone
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class ContactRefused(Refusal):
    """The contact cannot be kept so. The message is written for the user."""


@transaction.atomic
def add_contact(
    *,
    company: Company,
    name: str,
    phone: str,
    by: Official,
    at: datetime,
    title: str = "",
    is_primary: bool = False,
) -> Contact:
    """Write down someone at the company to call; the first one is the primary contact.

    Where a programme of the company says how many there may be at most, one more is refused.
    """
    company = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    name = name.strip()
    if not name:
        raise ContactRefused("请填写联络员姓名。")
    try:
        phone = any_phone(phone)
    except ValueError as error:
        raise ContactRefused(str(error)) from error
    kept = company.contacts.count()
    for rule in liaison_rules(company, day_of(at)):
        if rule.most is not None and kept >= rule.most:
            raise ContactRefused(f"“{rule.programme}”{rule.words}，该企业已有 {kept} 名；换人请先移除一名。")
    if company.contacts.filter(phone=phone).exists():
        raise ContactRefused(f"该企业已有使用电话 {phone} 的联络员。")
    others = company.contacts.filter(is_primary=True)
    if is_primary:
        others.update(is_primary=False)
    contact = Contact.objects.create(
        company=company,
        name=name,
        title=title.strip(),
        phone=phone,
        is_primary=is_primary or not others.exists(),
    )
    record("新增联络员", company, by=by, at=at, name=name, phone=phone, primary=contact.is_primary)
    return contact


@transaction.atomic
def make_contact_primary(*, contact: Contact, by: Official, at: datetime) -> Contact:
    """Let this contact be the one to call first."""
    company = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.company_id)
    company.contacts.filter(is_primary=True).exclude(pk=contact.pk).update(is_primary=False)
    contact.is_primary = True
    contact.save(update_fields=["is_primary"])
    record("设为主要联络员", company, by=by, at=at, name=contact.name, phone=contact.phone)
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, by: Official, at: datetime) -> None:
    """移除联络员: no longer to be called; where it was the primary one, the next takes its place."""
    company = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.company_id)
    found = company.contacts.filter(pk=contact.pk).first()
    if found is None:
        raise ContactRefused("该联络员已被他人移除。")
    record("移除联络员", company, by=by, at=at, name=found.name, phone=found.phone)
    was_primary = found.is_primary
    found.delete()
    following = company.contacts.order_by("pk").first()
    if was_primary and following is not None:
        following.is_primary = True
        following.save(update_fields=["is_primary"])
