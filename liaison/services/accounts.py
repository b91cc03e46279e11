"""Accounts: passwords issued and changed, and the rest that wrong passwords earn."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from liaison.models import FailedSignIn, Official
from liaison.services.trail import record

REST = timedelta(minutes=15)
ALLOWED_FAILURES = 5
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper


def is_resting(*, username: str, at: datetime) -> bool:
    """Whether the name was tried too often within the last quarter of an hour."""
    recent = FailedSignIn.objects.filter(username=username, at__gt=at - REST, at__lte=at)
    return recent.count() >= ALLOWED_FAILURES


def note_failed_sign_in(*, username: str, at: datetime) -> None:
    """Remember a wrong password; what is older than the rest is forgotten."""
    FailedSignIn.objects.filter(at__lt=at - REST).delete()
    FailedSignIn.objects.create(username=username[:60], at=at)


def forget_failed_sign_ins(*, username: str) -> None:
    """A right password wipes the slate."""
    FailedSignIn.objects.filter(username=username).delete()


@transaction.atomic
def change_password(*, official: Official, password: str, at: datetime) -> None:
    """The official chose a password of their own."""
    official.set_password(password)
    official.must_change_password = False
    official.save(update_fields=["password", "must_change_password"])
    record("修改密码", official, by=official, at=at)


@transaction.atomic
def issue_password(*, official: Official, by: Official, at: datetime) -> str:
    """Give out a first password, to be changed at the next sign-in; it is shown once and kept nowhere."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    official.set_password(password)
    official.must_change_password = True
    official.save(update_fields=["password", "must_change_password"])
    record("发放初始密码", official, by=by, at=at)
    return password
