"""Which duty ledger somebody means, for page and API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from companies.models import Assignment
from issues.reports.duties import Ledger, ledger_for
from liaison.choices import VersionStatus
from liaison.models import Batch, DutyRule, Official, Programme


@dataclass(frozen=True)
class Found:
    """A ledger with what it can be exchanged for; without any programme there is none."""

    ledger: Ledger | None
    programmes: list[Programme]
    batches: list[Batch]


def find_ledger(reader: Official, chosen: Mapping[str, Any], code: str = "") -> Found | None:
    """The ledger that is chosen; None where the programme or the batch named does not exist.

    Unless a programme is named, it is the latest begun whose published rules have duties and in which the
    reader sees somebody at work, else the latest with duties, else the latest; unless a batch is, the one
    that began last.
    """
    on = reader.access.on
    ruled = DutyRule.objects.filter(
        version__programme=OuterRef("pk"), version__status=VersionStatus.PUBLISHED
    )
    at_work = Assignment.objects.visible_to(reader).filter(enrolment__programme=OuterRef("pk"))
    visible = Programme.objects.visible_to(reader).annotate(
        has_duties=Exists(ruled), is_at_work=Exists(at_work)
    )
    programmes = list(visible.order_by("-has_duties", "-is_at_work", "-starts_on", "pk"))
    if named := code or chosen.get("programme"):
        programme = next((p for p in programmes if p.code == named), None)
        if programme is None:
            return None
    else:
        programme = next((p for p in programmes if p.starts_on <= on), None)
    if programme is None:
        return Found(None, programmes, [])
    batches = list(Batch.objects.filter(programme=programme).order_by("number"))
    batch = None
    if number := chosen.get("batch"):
        batch = next((b for b in batches if b.number == number), None)
        if batch is None:
            return None
    elif begun := [b for b in batches if b.starts_on <= on]:
        batch = begun[-1]
    ledger = ledger_for(
        programme=programme,
        batch=batch,
        on=chosen.get("until") or on,
        reader=reader,
        role=chosen.get("role") or "",
    )
    return Found(ledger, programmes, batches)
