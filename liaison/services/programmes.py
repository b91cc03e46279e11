"""Programmes from presets: every rule of a preset becomes a typed row of a version."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from liaison.choices import LimitKind, VersionStatus
from liaison.models import (
    BulletinRule,
    ContactRule,
    DeductionRule,
    EscalationRule,
    GradeRule,
    LimitRule,
    Official,
    Programme,
    ProgrammeVersion,
    Quota,
    Region,
    ScoreItem,
    SurveyRule,
    TeamRole,
)
from liaison.services.trail import record

PRESETS = Path(__file__).resolve().parent.parent / "presets"
LISTS: dict[str, Any] = {
    "team_roles": TeamRole,
    "quotas": Quota,
    "grades": GradeRule,
    "escalations": EscalationRule,
    "score_items": ScoreItem,
    "deductions": DeductionRule,
}
SINGLES: dict[str, Any] = {
    "contact_rule": ContactRule,
    "survey_rule": SurveyRule,
    "bulletin_rule": BulletinRule,
}
ORDERED = {"team_roles", "grades", "score_items"}


class PresetRefused(Exception):
    """No such preset, or a programme of that code runs already. Worded for the user."""


class PublishRefused(Exception):
    """The version cannot be published. The message gives the reason."""


@transaction.atomic
def load_preset(
    *,
    preset: str,
    region: Region,
    starts_on: date,
    by: Official | None,
    at: datetime,
    publish: bool = True,
) -> ProgrammeVersion:
    """Create a programme of the region from a preset, its first version published unless told otherwise."""
    path = PRESETS / f"{preset}.toml"
    if not preset.isalnum() or not path.is_file():
        raise PresetRefused(f"没有名为“{preset}”的方案模板。")
    rules = tomllib.loads(path.read_text(encoding="utf-8"))
    programme, new = Programme.objects.get_or_create(
        code=rules["code"], defaults={"name": rules["name"], "region": region, "starts_on": starts_on}
    )
    if not new:
        raise PresetRefused(f"方案“{programme.name}”已经存在。")
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=1,
        effective_from=starts_on,
        preset=preset,
        document=rules.get("document", ""),
    )
    _write_rules(version, rules)
    record("套用方案模板", version, by=by, at=at, preset=preset)
    return publish_version(version=version, by=by, at=at) if publish else version


def _write_rules(version: ProgrammeVersion, rules: dict[str, Any]) -> None:
    for name, model in LISTS.items():
        model.objects.bulk_create(
            model(version=version, **row, **({"position": position} if name in ORDERED else {}))
            for position, row in enumerate(rules.get(name, []), start=1)
        )
    for name, single in SINGLES.items():
        single.objects.create(version=version, **rules[name])
    LimitRule.objects.bulk_create(
        LimitRule(version=version, kind=kind, working_days=days) for kind, days in rules["limits"].items()
    )


@transaction.atomic
def publish_version(*, version: ProgrammeVersion, by: Official | None, at: datetime) -> ProgrammeVersion:
    """Freeze a draft and put it in force from its effective day."""
    version = ProgrammeVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.status == VersionStatus.PUBLISHED:
        raise PublishRefused("该版本已发布。")
    if gaps := _gaps(version):
        raise PublishRefused("规则不完整，不能发布：缺" + "、".join(gaps) + "。")
    version.status, version.published_at, version.published_by = VersionStatus.PUBLISHED, at, by
    version.save(update_fields=["status", "published_at", "published_by"])
    record("发布方案版本", version, by=by, at=at)
    return version


def _gaps(version: ProgrammeVersion) -> list[str]:
    """What the work cannot do without: every step's limit, a grade, a seat that answers, the single rules."""
    known = set(version.limits.values_list("kind", flat=True))
    gaps = [f"“{kind.label}”时限" for kind in LimitKind if kind not in known]
    if not version.grades.exists():
        gaps.append("难易等级")
    if not version.team_roles.filter(answers_company=True).exists():
        gaps.append("答复企业的席位")
    gaps += [
        str(model._meta.verbose_name)
        for model in SINGLES.values()
        if not model.objects.filter(version=version).exists()
    ]
    return gaps
