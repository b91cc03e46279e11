"""The audit trail: who did what to which row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from liaison.models import AuditEvent, Official


def record(action: str, subject: Model, /, *, by: Official | None, at: datetime, **detail: Any) -> None:
    """Write one line of the trail in the caller's transaction. `by=None` means the clock did it."""
    AuditEvent.objects.create(
        at=at,
        by=by,
        action=action,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        label=str(subject)[:200],
        detail=detail,
    )
