"""What goes into the room's workbooks: headings, and rows read in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from companies.models import Assignment, Company, Contact, ProposalFloor, ProposalGap, ProposalPair, Visit
from companies.models.assignments import EnrolmentQuerySet
from liaison.models import TeamRole

CHUNK = 2000
CODES = ("统一社会信用代码", "联络员电话")
COMPANIES = (
    "企业名称",
    "统一社会信用代码",
    "行政区划",
    "企业类型",
    "规模",
    "行业代码",
    "成立日期",
    "注册资本（万元）",
    "币种",
    "地址",
    "职工人数",
    "联络员",
    "联络员电话",
    "最近联系",
    "存续",
)
FACTS = (
    "pk",
    "version",
    "programme__name",
    "company__name",
    "company__uscc",
    "company__region__name",
    "project__name",
    "starts_on",
    "last_on",
)
VISITS = (
    "日期",
    "方式",
    "企业名称",
    "统一社会信用代码",
    "行政区划",
    "干部",
    "单位",
    "情况",
    "有问题",
    "登记时间",
)


def company_rows(companies: QuerySet[Company]) -> Iterator[list[Any]]:
    """The register as filtered; `last_on` comes with the filter."""
    primary = Contact.objects.filter(company=OuterRef("pk"), is_primary=True)
    rows = companies.select_related("region").annotate(
        contact_name=Subquery(primary.values("name")[:1]), contact_phone=Subquery(primary.values("phone")[:1])
    )
    for company in rows.iterator(CHUNK):
        yield [
            company.name,
            company.uscc,
            company.region.name,
            company.kind,
            company.get_scale_display(),
            company.industry,
            company.established_on,
            company.capital_wan,
            company.capital_currency,
            company.address,
            company.staff_count,
            company.contact_name,
            company.contact_phone,
            getattr(company, "last_on", None),
            "是" if company.is_active else "否",
        ]


def enrolment_headings(seats: list[tuple[str, str]]) -> list[str]:
    """One column per seat of the rulebook."""
    return [
        "方案",
        "企业名称",
        "统一社会信用代码",
        "行政区划",
        "项目",
        "纳入日",
        *[name for _, name in seats],
        "空缺席位",
        "最近联系",
    ]


def enrolment_rows(
    enrolments: EnrolmentQuerySet, seats: list[tuple[str, str]], on: date
) -> Iterator[list[Any]]:
    """Teams as filtered, a chunk at a time, read as plain values: 21,000 teams are 130,000 seats."""
    wanted: dict[int, list[tuple[str, str, int]]] = {}
    for role in TeamRole.objects.filter(version__in=enrolments.order_by().values("version")).order_by(
        "position"
    ):
        wanted.setdefault(role.version_id, []).append((role.code, role.name, role.min_count))
    keys = list(enrolments.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        held: dict[int, dict[str, list[str]]] = {key: {} for key in chunk}
        rows = Assignment.objects.in_force(on).filter(enrolment__in=chunk).order_by("starts_on", "pk")
        for key, code, person, unit in rows.values_list(
            "enrolment", "role__code", "official__name", "department__name"
        ):
            held[key].setdefault(code, []).append(f"{person}（{unit}）" if person else unit)
        facts = {row[0]: row[1:] for row in enrolments.filter(pk__in=chunk).values_list(*FACTS)}
        for key in chunk:
            version, *shown, last = facts[key]
            team = held[key]
            gaps = [name for code, name, least in wanted.get(version, []) if len(team.get(code, [])) < least]
            yield [*shown, *["、".join(team.get(code, [])) for code, _ in seats], "、".join(gaps), last]


def visit_rows(visits: QuerySet[Visit]) -> Iterator[list[Any]]:
    """Visits as filtered."""
    for visit in visits.select_related("company__region", "official", "department").iterator(CHUNK):
        yield [
            visit.on,
            visit.get_mode_display(),
            visit.company.name,
            visit.company.uscc,
            visit.company.region.name,
            visit.official.name,
            visit.department.name,
            visit.summary,
            "是" if visit.has_problem else "否",
            visit.logged_at,
        ]


PROPOSAL = (
    "企业名称",
    "统一社会信用代码",
    "行政区划",
    "行业代码",
    "项目",
    "干部",
    "单位",
    "职级",
    "远近",
    "行业对口",
    "保持现有",
    "固定",
    "来源",
    "该干部共包抓",
    "限额",
    "超出限额",
    "未安排原因",
)
PROPOSAL_QUOTAS = (
    "对象",
    "县区",
    "已安排",
    "空缺",
    "补足空缺还需",
    "职级",
    "人数",
    "限额合计",
    "已用",
    "余",
)
PROPOSAL_FLOORS = ("干部", "单位", "职级", "下限", "原已有", "本草案给", "还差", "为什么")


def proposal_rows(pairs: QuerySet[ProposalPair], gaps: QuerySet[ProposalGap]) -> Iterator[list[Any]]:
    """A draft, company by company; those that stay without come last, with the reason."""
    firm = ("enrolment__company", "enrolment__company__region", "enrolment__project")
    place = ("enrolment__company__region__path", "enrolment__company__pinyin", "pk")
    for pair in pairs.select_related(*firm, "official", "department").order_by(*place).iterator(CHUNK):
        yield [
            *_firm(pair),
            pair.official.name,
            pair.department.name,
            pair.official.get_rank_display(),
            pair.get_nearness_display(),
            "是" if pair.trade else "否",
            "是" if pair.is_kept else "否",
            "是" if pair.is_fixed else "否",
            pair.get_origin_display(),
            pair.load,
            pair.limit,
            "是" if pair.is_over else "否",
            "",
        ]
    for gap in gaps.select_related(*firm).order_by(*place).iterator(CHUNK):
        yield [*_firm(gap), *[""] * 8, None, None, "", gap.get_reason_display()]


def proposal_quota_rows(rows: Iterable[tuple[str, Any]]) -> Iterator[list[Any]]:
    """Kind and county (`CountyRow`), one line per rank: what is short, what is left, who would close it."""
    for kind, row in rows:
        place = [kind, row.region.name, row.covered, row.short, row.needed_words]
        for rank in row.ranks or [None]:
            if rank is None:
                yield [*place, "", 0, 0, 0, 0]
                continue
            limit, spare = (rank["limit"], rank["spare"]) if rank["limit"] is not None else ("不限", "")
            yield [*place, rank["label"], rank["people"], limit, rank["used"], spare]


def proposal_floor_rows(rows: QuerySet[ProposalFloor]) -> Iterator[list[Any]]:
    """Officials below their floor."""
    shown = rows.select_related("official", "department").order_by(
        "department__path", "official__pinyin", "pk"
    )
    for row in shown.iterator(CHUNK):
        yield [
            row.official.name,
            row.department.name,
            row.official.get_rank_display(),
            row.floor,
            row.held,
            row.given,
            row.floor - row.held - row.given,
            row.get_reason_display(),
        ]


def _firm(row: ProposalPair | ProposalGap) -> list[Any]:
    company, project = row.enrolment.company, row.enrolment.project
    return [
        company.name,
        company.uscc,
        company.region.name,
        company.industry,
        project.name if project else "",
    ]
