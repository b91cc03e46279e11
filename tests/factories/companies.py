"""Companies, their places in a programme, their teams, plans and visits."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory, FileField
from stdnum.cn import uscc

from companies import models
from companies.choices import RecusalReason, Scale, VisitMode
from liaison.choices import Holder, SystemRole
from liaison.models import Department, Official, TeamRole
from liaison.normalise import pinyin_initials
from tests.factories.clock import at
from tests.factories.ground import CountyFactory, DepartmentFactory, OfficialFactory, PostingFactory, pinyin
from tests.factories.rulebook import p2_version

_BRANDS = ("云桥", "禾丰", "锐石", "清泉", "恒岳", "锦程", "瑞禾", "川谷", "天工", "远帆")
_TRADES = ("精密机械", "食品", "新材料", "物流", "电子", "纺织", "建材", "生物科技", "能源", "农业")
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(n: int, region: str = "519902") -> str:
    """A valid 统一社会信用代码 of nobody: both check digits are right."""
    body = f"{n:08d}"
    rest = (11 - sum(int(d) * w for d, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11) % 11
    code = f"91{region}{body}{'X' if rest == 10 else rest}"
    return code + uscc.calc_check_digit(code)


class CompanyFactory(DjangoModelFactory):
    """A company in 临江区."""

    class Meta:
        model = models.Company

    class Params:
        n = Sequence(lambda n: n)

    uscc = LazyAttribute(lambda o: credit_code(10_000_000 + o.n, o.region.code[:6]))
    name = LazyAttribute(
        lambda o: f"云川{_BRANDS[o.n % 10]}{_TRADES[o.n // 10 % 10]}{o.n // 100 or ''}有限公司"
    )
    pinyin = LazyAttribute(lambda o: pinyin(o.name))
    initials = LazyAttribute(lambda o: pinyin_initials(o.name))
    region = SubFactory(CountyFactory)
    kind = "有限责任公司"
    scale = Scale.SMALL


class ContactFactory(DjangoModelFactory):
    """The company's 联络员."""

    class Meta:
        model = models.Contact

    company = SubFactory(CompanyFactory)
    name = "秦明月"
    title = "办公室主任"
    phone = Sequence(lambda n: f"138{n:08d}")
    is_primary = True


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = models.Project

    company = SubFactory(CompanyFactory)
    code = Sequence(lambda n: f"YC-{n:04d}")
    name = Sequence(lambda n: f"年产{n}万件生产线项目")


class EnrolmentFactory(DjangoModelFactory):
    """A company's place in P2, from 2025 on; `team=True` fills the seats of its 专班."""

    class Meta:
        model = models.Enrolment

    company = SubFactory(CompanyFactory)
    version = LazyFunction(p2_version)
    programme = SelfAttribute("version.programme")
    starts_on = date(2025, 1, 1)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **fields: Any) -> models.Enrolment:
        team = fields.pop("team", None)
        enrolment: models.Enrolment = super()._create(model_class, *args, **fields)
        if team:
            seat_team(enrolment, **(team if isinstance(team, dict) else {}))
        return enrolment


class AssignmentFactory(DjangoModelFactory):
    """A seat of a team; the role's code decides who can hold it."""

    class Meta:
        model = models.Assignment

    class Params:
        seat = "officer"

    enrolment = SubFactory(EnrolmentFactory)
    role = LazyAttribute(lambda o: TeamRole.objects.get(version=o.enrolment.version, code=o.seat))
    official = LazyAttribute(lambda o: OfficialFactory() if o.role.holder == Holder.OFFICIAL else None)
    department = LazyAttribute(lambda o: (o.official and _unit_of(o.official)) or DepartmentFactory())
    starts_on = SelfAttribute("enrolment.starts_on")
    assigned_at = at(2025, 1, 2)
    assigned_by = LazyAttribute(lambda o: OfficialFactory())


class RecusalFactory(DjangoModelFactory):
    """Somebody who stays away from a company, from 2025 on."""

    class Meta:
        model = models.Recusal

    official = SubFactory(OfficialFactory)
    company = SubFactory(CompanyFactory)
    reason = RecusalReason.RELATIVE
    starts_on = date(2025, 1, 1)
    declared_at = at(2025, 1, 2)
    declared_by = SelfAttribute("official")


def _unit_of(official: Official) -> Department | None:
    posting = official.postings.order_by("pk").first()
    return posting.department if posting else None


def seat_team(enrolment: models.Enrolment, **holders: Official | Department) -> list[models.Assignment]:
    """Fill the seats that the template wants held: `seat_team(e, officer=…, lead_department=…)`.

    Seats not named are held by new people and units.
    """
    by = OfficialFactory()
    seats = []
    for role in enrolment.version.team_roles.order_by("position", "pk"):
        holder = holders.pop(role.code, None)
        if holder is None and not role.min_count:
            continue
        if role.holder == Holder.DEPARTMENT:
            fields: dict[str, Any] = {"official": None, "department": holder or DepartmentFactory()}
        else:
            official = holder or PostingFactory(role=SystemRole.OFFICIAL).official
            fields = {"official": official}
        seats.append(AssignmentFactory(enrolment=enrolment, role=role, assigned_by=by, **fields))
    if holders:
        raise ValueError(f"no such seats: {sorted(holders)}")
    return seats


class ServicePlanFactory(DjangoModelFactory):
    class Meta:
        model = models.ServicePlan

    enrolment = SubFactory(EnrolmentFactory)
    goals = "年内产值增长一成"
    written_at = revised_at = at(2025, 1, 6)
    written_by = SubFactory(OfficialFactory)
    revised_by = SelfAttribute("written_by")


class PlanMeasureFactory(DjangoModelFactory):
    class Meta:
        model = models.PlanMeasure

    plan = SubFactory(ServicePlanFactory)
    words = "每月走访，协调用工"
    due_on = date(2026, 6, 30)


class PlanFileFactory(DjangoModelFactory):
    """An attachment of a plan; a real file lies behind it."""

    class Meta:
        model = models.PlanFile

    owner = SubFactory(ServicePlanFactory)
    file = FileField(filename="x", data=b"%PDF-1.4\n%%EOF")
    name = "方案.pdf"
    kind = "pdf"
    size = 14
    sha256 = Sequence(lambda n: f"{n:064x}")
    uploaded_by = SelfAttribute("owner.written_by")
    uploaded_at = at(2026, 3, 2, 16)


def team_meets(enrolment: models.Enrolment, **fields: Any) -> list[models.Visit]:
    """Everybody who keeps the contact meets the company once; `fields` are the visits'."""
    seats = enrolment.assignments.filter(role__keeps_contact=True, official__isnull=False).order_by("pk")
    return [VisitFactory(enrolment=enrolment, official=seat.official, **fields) for seat in seats]


class VisitFactory(DjangoModelFactory):
    """A visit on site, logged the same day."""

    class Meta:
        model = models.Visit

    class Params:
        phone = Trait(mode=VisitMode.PHONE)

    client_id = LazyFunction(uuid.uuid4)
    enrolment = SubFactory(EnrolmentFactory)
    company = SelfAttribute("enrolment.company")
    official = SubFactory(OfficialFactory)
    department = LazyAttribute(lambda o: _unit_of(o.official) or DepartmentFactory())
    on = date(2026, 3, 2)
    mode = VisitMode.VISIT
    summary = "生产正常"
    logged_at = LazyAttribute(lambda o: at(o.on.year, o.on.month, o.on.day, 15))
