"""助企公示牌: the card at a company's door, the page that its code opens, and the phones that stand on it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models.companies import Company
from liaison.models import Official


class DoorCardQuerySet(models.QuerySet["DoorCard"]):
    def visible_to(self, official: Official) -> Self:
        """Cards of the companies one may see."""
        return self.filter(company__in=Company.objects.visible_to(official))

    def standing(self) -> Self:
        """Cards whose code still opens the page."""
        return self.filter(revoked_at__isnull=True)


class DoorCard(models.Model):
    """公示牌: what a company's door says; its code opens a public page until the card is revoked."""

    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="door_cards"
    )
    issued_at = models.DateTimeField("制作时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="制作人", on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="停用人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = DoorCardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "助企公示牌"
        constraints = [
            models.UniqueConstraint(
                name="companies_doorcard_one_standing",
                fields=["company"],
                condition=Q(revoked_at__isnull=True),
                violation_error_message="该企业已有在用的公示牌。",
            ),
            models.CheckConstraint(
                name="companies_doorcard_revoked_iff_stamped",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} 公示牌"


class PublicPhone(models.Model):
    """公示电话: the number under which an official may be called by companies, usually that of the office."""

    official = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="public_phone",
    )
    phone = models.CharField("公示电话", max_length=20)
    set_at = models.DateTimeField("登记时间")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "公示电话"
        constraints = [
            models.CheckConstraint(
                name="companies_publicphone_digits",
                condition=Q(phone__regex=r"^[0-9][0-9-]{4,14}(转[0-9]{1,6})?$"),
                violation_error_message="公示电话应为座机（带区号）或手机号。",
            ),
        ]

    def __str__(self) -> str:
        return self.phone
