"""Attachments: one table per kind of owner, all of one shape, so that sight follows the owner."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from liaison.choices import FileKind


def place_of(stored: models.Model, name: str) -> str:
    """Where a file lies: a folder per month and a name of ours; nothing of what the user called it."""
    at: datetime = stored.uploaded_at  # type: ignore[attr-defined]
    return f"files/{at:%Y/%m}/{uuid4().hex}"


class StoredFile(models.Model):
    """附件: a file that was judged, cleaned and scanned. A concrete table adds `owner` and a queryset
    with `visible_to`, which every download starts from. Lies outside what the web server serves."""

    owner: models.ForeignKey[models.Model, models.Model]

    file = models.FileField("文件", upload_to=place_of, max_length=100)
    name = models.CharField("文件名", max_length=120)
    kind = models.CharField("类型", max_length=8, choices=FileKind)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("文件指纹", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        abstract = True
        verbose_name = verbose_name_plural = "附件"
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_kind_known", condition=Q(kind__in=FileKind.values)
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_is_something",
                condition=Q(size__gte=1, sha256__regex=r"^[0-9a-f]{64}$") & ~Q(name="") & ~Q(file=""),
            ),
            models.UniqueConstraint(
                name="%(app_label)s_%(class)s_once",
                fields=["owner", "sha256"],
                violation_error_message="同一个文件已经上传过。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def what(self) -> FileKind:
        return FileKind(self.kind)
