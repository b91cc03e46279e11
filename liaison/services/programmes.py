"""Programmes and the life of their versions: from a template, drafted, edited, published, thrown away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from liaison.choices import VersionStatus
from liaison.models import Adoption, Official, PhaseRule, Programme, ProgrammeVersion, Region, Rule
from liaison.refusals import Refusal
from liaison.reports import (
    NoSuchPreset,
    RuleSet,
    contradictions,
    differences,
    fingerprint,
    in_words,
    preset_of,
    ruleset_of,
)
from liaison.reports.rulesets import NAMES, identity
from liaison.services.outbox import announce
from liaison.services.trail import record

GONE = "草稿已经不在了：刚由他人放弃。"

Copies = dict[tuple[type[Rule], tuple[str, ...]], Rule]


class PresetRefused(Refusal):
    """No such preset, or a programme of that code runs already. Worded for the user."""


class PublishRefused(Refusal):
    """The version cannot be published; `reasons` are all the reasons at once, worded for the user."""


class DraftRefused(Refusal):
    """The draft cannot be made or changed so. Worded for the user."""


@transaction.atomic
def load_preset(
    *,
    preset: str,
    region: Region,
    starts_on: date,
    by: Official | None,
    at: datetime,
    publish: bool = True,
    code: str = "",
    name: str = "",
) -> ProgrammeVersion:
    """从模板新建: a programme of the region from a template, its first version published or kept a draft.

    The programme lasts as many months as the template says. Raises PresetRefused for an unknown template or a
    code that is taken.
    """
    try:
        template = preset_of(preset)
    except NoSuchPreset as missing:
        raise PresetRefused(str(missing)) from None
    programme, new = Programme.objects.get_or_create(
        code=code or template.code,
        defaults={
            "name": name or template.name,
            "region": region,
            "starts_on": starts_on,
            "ends_on": months_after(starts_on, template.months) if template.months else None,
        },
    )
    if not new:
        raise PresetRefused(f"方案“{programme.name}”已经存在。")
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=1,
        effective_from=starts_on,
        preset=preset,
        document=template.document,
    )
    _copy(template.rules, version)
    record("套用方案模板", version, by=by, at=at, preset=preset)
    return publish_version(version=version, by=by, at=at) if publish else version


def months_after(starts_on: date, months: int) -> date:
    """The last day of a run of whole months that begins on the day."""
    index = starts_on.year * 12 + starts_on.month - 1 + months
    year, month = divmod(index, 12)
    for day in (starts_on.day, 30, 29, 28):
        try:
            return date(year, month + 1, day) - timedelta(days=1)
        except ValueError:  # the month is shorter
            continue
    raise AssertionError(starts_on)


@transaction.atomic
def draft_version(
    *, programme: Programme, effective_from: date, by: Official, at: datetime
) -> ProgrammeVersion:
    """起草新版本: a draft with all the rules of the newest version, to be edited and published from a day.

    Raises DraftRefused when a draft is open already (one at a time, so that no two clerks publish past each
    other) or the day is not after the start of the newest published version.
    """
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    newest = programme.versions.order_by("-number").first()
    if newest is None:
        raise DraftRefused("该方案还没有任何版本，请从模板新建。")
    if newest.status == VersionStatus.DRAFT:
        raise DraftRefused(f"第 {newest.number} 版草稿还没有发布，请先发布或放弃它。")
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=newest.number + 1,
        effective_from=_later(newest, effective_from),
        preset=newest.preset,
        document=newest.document,
    )
    _copy(ruleset_of(newest), version)
    record("起草方案版本", version, by=by, at=at, copied_from=newest.number)
    return version


def _later(newest: ProgrammeVersion, effective_from: date) -> date:
    if effective_from <= newest.effective_from:
        raise DraftRefused(f"生效日须晚于第 {newest.number} 版的生效日 {newest.effective_from}。")
    return effective_from


@transaction.atomic
def discard_draft(*, version: ProgrammeVersion, by: Official, at: datetime) -> None:
    """放弃草稿: a draft goes with its rules, a first draft with its programme; the trail keeps it."""
    version = _draft(version)
    programme = version.programme
    record("放弃方案草稿", programme, by=by, at=at, number=version.number)
    for kind in reversed(list(NAMES)):
        kind.rows_of(version).delete()
    version.delete()
    if not programme.versions.exists():
        programme.delete()


@transaction.atomic
def describe_draft(
    *, version: ProgrammeVersion, effective_from: date, document: str, by: Official, at: datetime
) -> ProgrammeVersion:
    """Set the day from which a draft is to hold, and the paper that it rests on."""
    version = _draft(version)
    earlier = version.programme.versions.filter(status=VersionStatus.PUBLISHED).order_by("-number").first()
    version.effective_from = _later(earlier, effective_from) if earlier else effective_from
    version.document = document
    version.save(update_fields=["effective_from", "document"])
    record("修改方案草稿", version, by=by, at=at, effective_from=effective_from.isoformat())
    return version


@transaction.atomic
def save_rule(
    *, version: ProgrammeVersion, rule: Rule, values: Mapping[str, Any], by: Official, at: datetime
) -> Rule:
    """Write a rule of a draft: a new row when it has none yet. Raises DraftRefused with every wrong value."""
    version = _draft(version)
    if rule.pk is not None and rule.version_id != version.pk:
        raise DraftRefused("这条规则不属于该草稿。")
    before = in_words(rule) if rule.pk is not None else ""
    rule.version = version
    for name, value in values.items():
        setattr(rule, name, value)
    others = list(type(rule).rows_of(version).exclude(pk=rule.pk))
    if rule.pk is None:
        _place(rule, others)
    _check(rule, others)
    rule.save()
    record(
        "修改规则",
        version,
        by=by,
        at=at,
        kind=str(rule._meta.verbose_name),
        before=before,
        after=in_words(rule),
    )
    return rule


def _place(rule: Rule, others: Sequence[Rule]) -> None:
    """A new row stands last, under a code that no other row has."""
    for field in rule.values_asked():
        if field.name == "position":
            last = max((getattr(row, field.name) for row in others), default=0)
            setattr(rule, field.name, last + 1)
        elif isinstance(field, models.SlugField) and not getattr(rule, field.name):
            taken = {getattr(row, field.name) for row in others}
            stem = rule._meta.model_name
            code = next(f"{stem}-{n}" for n in count(1) if f"{stem}-{n}" not in taken)
            setattr(rule, field.name, code)


def _check(rule: Rule, others: Iterable[Rule]) -> None:
    try:
        rule.full_clean(validate_unique=False, validate_constraints=False)
        twin = next((row for row in others if identity(row) == identity(rule)), None)
        if twin is not None:
            raise DraftRefused(f"本版已经有这一条：{in_words(twin)}")
        rule.validate_constraints()
    except ValidationError as error:
        raise DraftRefused("".join(dict.fromkeys(error.messages))) from None


@transaction.atomic
def move_rule(*, version: ProgrammeVersion, rule: Rule, by: Official, at: datetime, up: bool) -> None:
    """上移、下移: a row of a draft changes places with its neighbour; at the end of the list it stays."""
    version = _draft(version)
    kind = type(rule)
    rows = sorted(kind.rows_of(version), key=lambda row: (row.position, row.pk))
    place = next((n for n, row in enumerate(rows) if row.pk == rule.pk), None)
    if place is None:
        raise DraftRefused("这条规则不属于该草稿。")
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for number, row in enumerate(rows, start=1):
        row.position = number
        row.save(update_fields=["position"])
    record("调整规则顺序", version, by=by, at=at, rule=in_words(rule), up=up)


@transaction.atomic
def remove_rule(*, version: ProgrammeVersion, rule: Rule, by: Official, at: datetime) -> None:
    """Take a row out of a draft. What is missing then is said on publishing."""
    version = _draft(version)
    if rule.version_id != version.pk:
        raise DraftRefused("这条规则不属于该草稿。")
    record("删除规则", version, by=by, at=at, kind=str(rule._meta.verbose_name), before=in_words(rule))
    rule.delete()


@transaction.atomic
def publish_version(
    *,
    version: ProgrammeVersion,
    by: Official | None,
    at: datetime,
    adopt: Collection[str] = (),
    seen: str = "",
) -> ProgrammeVersion:
    """Freeze a draft and put it in force from its effective day; `adopt` names changed rules that hold for
    open work of the earlier versions, too. `seen` is the fingerprint of the rules that the office looked at.

    Raises PublishRefused with every reason at once: gaps, contradictions, a day that another version holds,
    a draft that somebody else changed meanwhile.
    """
    found = _lock(version)
    if found is None:
        raise PublishRefused(GONE)
    version, programme = found, found.programme
    if version.status == VersionStatus.PUBLISHED:
        raise PublishRefused("该版本已发布。")
    rules = ruleset_of(version)
    reasons = [found.words for found in contradictions(rules)]
    if seen and seen != fingerprint(rules):
        reasons.insert(0, "您打开本页之后，草稿又有改动。请核对下面的内容后再发布。")
    earlier = list(programme.versions.filter(status=VersionStatus.PUBLISHED).order_by("number"))
    if earlier and version.effective_from <= earlier[-1].effective_from:
        before = earlier[-1]
        reasons.append(f"生效日须晚于第 {before.number} 版的生效日 {before.effective_from}。")
    if version.effective_from < programme.starts_on:
        reasons.append(f"生效日不能早于方案起始日 {programme.starts_on}。")
    reasons += _past_the_end(programme, version, rules)
    if adopt and earlier:
        known = {difference.name for difference in differences(ruleset_of(earlier[-1]), rules)}
        if strange := sorted(set(adopt) - known):
            reasons.append(f"没有改动的规则不能选择对在办问题适用：{'、'.join(strange)}。")
    if reasons:
        raise PublishRefused(*reasons)
    version.status, version.published_at, version.published_by = VersionStatus.PUBLISHED, at, by
    version.save(update_fields=["status", "published_at", "published_by"])
    Adoption.objects.bulk_create(
        Adoption(version=old, newer=version, rule=name) for old in earlier for name in sorted(set(adopt))
    )
    record("发布方案版本", version, by=by, at=at, adopted=sorted(set(adopt)))
    if adopt:
        announce("version.adopted", at=at, version=version.pk)
    return version


def _past_the_end(programme: Programme, version: ProgrammeVersion, rules: RuleSet) -> list[str]:
    """What would only begin when the programme is over."""
    if programme.ends_on is None:
        return []
    over = f"方案 {programme.ends_on} 就结束"
    reasons = [f"生效日晚于方案的结束日：{over}。"] if version.effective_from > programme.ends_on else []
    for phase in rules.of(PhaseRule):
        begins = programme.starts_on + timedelta(days=phase.starts_after_days)
        if begins > programme.ends_on:
            reasons.append(f"阶段“{phase.name}”{begins} 才开始，{over}。")
    return reasons


def _draft(version: ProgrammeVersion) -> ProgrammeVersion:
    """The draft under a lock; raises DraftRefused when it was published or discarded meanwhile."""
    found = _lock(version)
    if found is None:
        raise DraftRefused(GONE)
    if found.status == VersionStatus.PUBLISHED:
        raise DraftRefused(f"第 {found.number} 版已经发布，不能再改；请起草新版本。")
    return found


def _lock(version: ProgrammeVersion) -> ProgrammeVersion | None:
    """The version with its programme, both locked, the programme first; None if it is gone."""
    programme = Programme.objects.select_for_update(of=("self",)).filter(pk=version.programme_id).first()
    found: ProgrammeVersion | None = (
        ProgrammeVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    )
    if found is not None and programme is not None:
        found.programme = programme
    return found


def _copy(rules: RuleSet, version: ProgrammeVersion) -> None:
    """Write every rule of the set as a row of the version; rows that name another row follow its copy."""
    copies: Copies = {}
    for kind, rows in rules.rows.items():
        kind._default_manager.bulk_create(_copied(kind, rows, version, copies))


def _copied(
    kind: type[Rule],
    rows: Iterable[Rule],
    version: ProgrammeVersion,
    copies: Copies,
) -> list[Rule]:
    made = []
    for row in rows:
        values = {field.name: getattr(row, field.name) for field in kind.values_asked()}
        for name, value in values.items():
            if isinstance(value, Rule):
                values[name] = copies[type(value), identity(value)]
        copy = kind(**values)
        copy.version = version
        copies[kind, identity(row)] = copy
        made.append(copy)
    return made
