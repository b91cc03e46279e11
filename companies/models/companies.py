"""Companies, their contacts and their major projects."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from companies.choices import ProjectStage, Scale
from liaison.choices import Reach, SystemRole
from liaison.models import Official, Region
from liaison.normalise import half_width

WORDS_AT_MOST = 5  # of a search; what is typed beyond them narrows nothing
# Roles whose reach shows every company of a region, and those that see the companies they serve.
REGIONAL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ROSTER, SystemRole.ASSESSOR, SystemRole.ADMIN)
DEPARTMENTAL = (SystemRole.UNIT, SystemRole.LEADER)
# Roles that enrol the companies of their region and put their teams together.
MANAGERS = (SystemRole.OFFICE, SystemRole.ADMIN)


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, official: Official) -> Self:
        """Companies of the regions one answers for, of one's unit's 包抓, and one's own."""
        from companies.models.assignments import Assignment

        access = official.access
        seats = Assignment.objects.in_force(access.on).filter(enrolment__company=OuterRef("pk"))
        condition = access.regions(REGIONAL, "region__path") | Q(Exists(seats.held_by(official)))
        if any(p.role == SystemRole.UNIT or p.reach == Reach.DEPARTMENT for p in access.postings):
            condition |= Q(Exists(seats.filter(access.departments(DEPARTMENTAL, "department__path"))))
        return self.filter(condition)

    def served_by(self, official: Official) -> Self:
        """我的企业: companies in whose team the official has a seat today, in person or otherwise."""
        from companies.models.assignments import Assignment

        mine = Assignment.objects.in_force(official.access.on).held_by(official)
        return self.filter(Exists(mine.filter(enrolment__company=OuterRef("pk"))))

    def managed_by(self, official: Official) -> Self:
        """Companies that the official's office enrols and gives a team."""
        return self.filter(official.access.regions(MANAGERS, "region__path"))

    def matching(self, words: str) -> Self:
        """Companies in which every word is found: in the name, its pinyin or initials, or the credit code."""
        found = self
        for word in half_width(words).split()[:WORDS_AT_MOST]:
            found = found.filter(
                Q(name__contains=word)
                | Q(uscc__contains=word.upper())
                | Q(pinyin__contains=word.lower())
                | Q(initials__contains=word.lower())
            )
        return found


class Company(models.Model):
    """企业: a market entity, 个体工商户 included, keyed by its unified social credit code."""

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("企业名称", max_length=120)
    pinyin = models.CharField("拼音", max_length=400, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=120, blank=True, editable=False)
    region = models.ForeignKey(
        Region, verbose_name="行政区划", on_delete=models.PROTECT, related_name="companies"
    )
    kind = models.CharField("企业类型", max_length=80, blank=True)
    is_sole_trader = models.BooleanField("个体工商户", default=False)
    industry = models.CharField("行业代码", max_length=4, blank=True, help_text="GB/T 4754 门类或大类")
    scale = models.CharField("规模", max_length=8, choices=Scale, blank=True, default=Scale.UNKNOWN)
    established_on = models.DateField("成立日期", null=True, blank=True)
    capital_wan = models.DecimalField(
        "注册资本（万元）", max_digits=16, decimal_places=4, null=True, blank=True
    )
    capital_currency = models.CharField("币种", max_length=12, blank=True, default="人民币")
    address = models.CharField("地址", max_length=300, blank=True)
    business_scope = models.TextField("经营范围", blank=True)
    staff_count = models.PositiveIntegerField("职工人数", null=True, blank=True)
    is_active = models.BooleanField("存续", default=True)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        constraints = [
            models.CheckConstraint(
                name="companies_company_uscc_shape",
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
                violation_error_message="统一社会信用代码应为 18 位，不含 I、O、Z、S、V。",
            ),
            models.CheckConstraint(
                name="companies_company_named",
                condition=~Q(name=""),
                violation_error_message="企业名称不能为空。",
            ),
            models.CheckConstraint(name="companies_company_scale_known", condition=Q(scale__in=Scale.values)),
            models.CheckConstraint(
                name="companies_company_capital_not_negative",
                condition=Q(capital_wan__isnull=True) | Q(capital_wan__gte=0),
                violation_error_message="注册资本不能为负。",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "pinyin", "id"], name="companies_company_by_region"),
            models.Index(fields=["pinyin", "id"], name="companies_company_by_pinyin"),
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="companies_company_name_trgm"),
            GinIndex(OpClass("pinyin", name="gin_trgm_ops"), name="companies_company_pinyin_trgm"),
            GinIndex(
                OpClass("uscc", name="gin_trgm_ops"),
                OpClass("initials", name="gin_trgm_ops"),
                name="companies_company_codes_trgm",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("companies:company", args=[self.uscc])


class Contact(models.Model):
    """企业联络员: the person at a company who files, follows and confirms."""

    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="contacts"
    )
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=40, blank=True)
    phone = models.CharField("电话", max_length=20)
    is_primary = models.BooleanField("主要联络员", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "企业联络员"
        constraints = [
            models.UniqueConstraint(
                name="companies_contact_one_primary",
                fields=["company"],
                condition=Q(is_primary=True),
                violation_error_message="一家企业只有一名主要联络员。",
            ),
            models.UniqueConstraint(
                name="companies_contact_phone_once",
                fields=["company", "phone"],
                violation_error_message="该企业已有使用此电话的联络员。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dial(self) -> str:
        """The number as a phone dials it: no dashes, no extension."""
        return self.phone.partition("转")[0].replace("-", "")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, official: Official) -> Self:
        """Projects of the companies one may see."""
        return self.filter(company__in=Company.objects.visible_to(official))


class Project(models.Model):
    """重点项目: a major project that officials look after beside companies."""

    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="projects"
    )
    code = models.CharField("项目编号", max_length=40, unique=True)
    name = models.CharField("项目名称", max_length=120)
    stage = models.CharField("阶段", max_length=10, choices=ProjectStage, default=ProjectStage.PLANNED)
    investment_wan = models.DecimalField(
        "总投资（万元）", max_digits=14, decimal_places=2, null=True, blank=True
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重点项目"
        constraints = [
            models.CheckConstraint(
                name="companies_project_stage_known", condition=Q(stage__in=ProjectStage.values)
            ),
            models.CheckConstraint(
                name="companies_project_investment_not_negative",
                condition=Q(investment_wan__isnull=True) | Q(investment_wan__gte=0),
                violation_error_message="总投资不能为负。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
