"""Programmes, versions and their rule rows. A published version is frozen: give rules to a draft."""

from __future__ import annotations

from datetime import date
from typing import Any

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from liaison import models, services
from liaison.choices import Board, Holder, LimitKind, Measure, Rank, Rung, Slip, Trigger, VersionStatus
from liaison.reports import presets
from liaison.reports.rulesets import NAMES
from tests.factories.clock import at
from tests.factories.ground import CityFactory, OfficialFactory


class ProgrammeFactory(DjangoModelFactory):
    """A programme without rules; `VersionFactory` adds a draft, `p2_version` is the one in force."""

    class Meta:
        model = models.Programme
        django_get_or_create = ("code",)

    code = Sequence(lambda n: f"plan-{n}")
    name = Sequence(lambda n: f"包联方案{n}")
    region = SubFactory(CityFactory)
    starts_on = date(2025, 1, 1)


class VersionFactory(DjangoModelFactory):
    """A draft version; `published=True` freezes it at once, without rules."""

    class Meta:
        model = models.ProgrammeVersion

    programme = SubFactory(ProgrammeFactory)
    number = 1
    effective_from = date(2025, 1, 1)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **fields: Any) -> models.ProgrammeVersion:
        if fields.pop("published", False):
            fields |= {"status": VersionStatus.PUBLISHED, "published_at": at(2025, 1, 1)}
        version: models.ProgrammeVersion = super()._create(model_class, *args, **fields)
        return version


class _RuleFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    version = SubFactory(VersionFactory)


class TeamRoleFactory(_RuleFactory):
    class Meta:
        model = models.TeamRole

    code = "officer"
    name = "包抓干部"
    holder = Holder.OFFICIAL
    min_count = 1
    counts_to_quota = True
    keeps_contact = True


class QuotaFactory(_RuleFactory):
    class Meta:
        model = models.Quota

    rank = Rank.SECTION
    companies = 2


class ContactRuleFactory(_RuleFactory):
    class Meta:
        model = models.ContactRule


class LimitRuleFactory(_RuleFactory):
    class Meta:
        model = models.LimitRule

    kind = LimitKind.REPORT
    working_days = 2


class GradeRuleFactory(_RuleFactory):
    class Meta:
        model = models.GradeRule

    code = "A"
    name = "即办类"
    working_days = 5


class EscalationRuleFactory(_RuleFactory):
    class Meta:
        model = models.EscalationRule

    trigger = Trigger.OVERDUE
    threshold = 1
    rung = Rung.OFFICE


class SurveyRuleFactory(_RuleFactory):
    class Meta:
        model = models.SurveyRule


class BulletinRuleFactory(_RuleFactory):
    class Meta:
        model = models.BulletinRule


class ScoreItemFactory(_RuleFactory):
    class Meta:
        model = models.ScoreItem

    board = Board.HANDLING
    measure = Measure.CLOSED
    weight = 30
    target = 95


class DeductionRuleFactory(_RuleFactory):
    class Meta:
        model = models.DeductionRule

    board = Board.HANDLING
    slip = Slip.OVERDUE
    points = 0.5


def p2_version(**fields: Any) -> models.ProgrammeVersion:
    """助商稳企·护航发展 as it is published in 云川市 since 2025; made once, found afterwards."""
    found = models.ProgrammeVersion.objects.filter(preset="p2", status=VersionStatus.PUBLISHED).first()
    if found is not None and not fields:
        return found
    return services.load_preset(
        preset="p2",
        **{
            "region": fields.pop("region", None) or CityFactory(),
            "starts_on": date(2025, 1, 1),
            "by": fields.pop("by", None) or OfficialFactory(username="fangan", name="方案员"),
            "at": at(2025, 1, 1),
            **fields,
        },
    )


def preset_version(code: str) -> models.ProgrammeVersion:
    """A template as it is published in 云川市 since 2025; made once, found afterwards."""
    found = models.ProgrammeVersion.objects.filter(preset=code, status=VersionStatus.PUBLISHED).first()
    if found is not None:
        return found
    return services.load_preset(
        preset=code,
        region=CityFactory(),
        starts_on=date(2025, 1, 1),
        by=OfficialFactory(),
        at=at(2025, 1, 1),
    )


def full_version() -> models.ProgrammeVersion:
    """A published version that has rows of every kind: a template's, and what only other templates have."""
    moment = at(2025, 1, 1)
    version = services.load_preset(
        preset="p3", region=CityFactory(), starts_on=date(2025, 1, 1), by=None, at=moment, publish=False
    )
    for kind in NAMES:
        if not kind.rows_of(version).exists():
            row = next(row for preset in presets() for row in preset.rules.of(kind))
            values = {field.name: getattr(row, field.name) for field in kind.values_asked()}
            if kind is models.Eligibility:
                values |= {"role": version.team_roles.order_by("pk").first(), "rank": Rank.COUNTY}
            kind._default_manager.create(version=version, **values)
    return services.publish_version(version=version, by=None, at=moment)
