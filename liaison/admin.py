"""The technical back office: much to look at, nothing to write past the services and their trail.

What may be changed here all the same says so by its class, and `tests/ground/test_admin.py` says why.
"""

from __future__ import annotations

from typing import Any

import django.contrib.auth.admin  # noqa: F401 - these three first, to take back what they register
import django_celery_beat.admin  # noqa: F401
import knox.admin  # noqa: F401
from django.contrib import admin
from django.contrib.auth.models import Group as DjangoGroup
from django.http import HttpRequest
from django.utils import timezone
from django_celery_beat import models as beat
from knox.models import AuthToken

from liaison import models
from liaison.reports import in_words
from liaison.reports.rulesets import NAMES
from liaison.services.trail import record

# Rights follow postings, and the timetable is liaison/schedules.py: these would promise what they do not do.
for model in (DjangoGroup, AuthToken, beat.PeriodicTask, beat.ClockedSchedule, beat.CrontabSchedule):
    admin.site.unregister(model)
for model in (beat.SolarSchedule, beat.IntervalSchedule):
    admin.site.unregister(model)


class LookOnly(admin.ModelAdmin[Any]):
    """Rows may be read, never written: rules and trail live in services, not here."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RuleAdmin(LookOnly):
    """A rule with the version that it belongs to, as its sentence."""

    list_display = ("version", "sentence")
    list_filter = ("version__programme",)
    list_select_related = ("version__programme",)

    @admin.display(description="规则")
    def sentence(self, rule: models.Rule) -> str:
        return in_words(rule)


admin.site.register(list(NAMES), RuleAdmin)


@admin.register(models.CalendarYear)
class CalendarYearAdmin(LookOnly):
    list_display = ("year", "status", "version", "document", "published_on")


@admin.register(models.CalendarDay)
class CalendarDayAdmin(LookOnly):
    list_display = ("on", "kind", "name", "region", "document")
    list_filter = ("kind",)
    date_hierarchy = "on"


@admin.register(models.CalendarChange)
class CalendarChangeAdmin(LookOnly):
    list_display = ("__str__", "kind", "state", "number", "confirmed_by", "applied_at", "moved")
    list_filter = ("kind", "state")


@admin.register(models.Region)
class RegionAdmin(LookOnly):
    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    search_fields = ("code", "name")


@admin.register(models.Department)
class DepartmentAdmin(LookOnly):
    list_display = ("name", "region", "parent", "is_active")
    search_fields = ("name",)


@admin.register(models.Official)
class OfficialAdmin(LookOnly):
    list_display = ("username", "name", "rank", "is_active", "last_login")
    search_fields = ("username", "name")
    exclude = ("password",)


@admin.register(models.Posting)
class PostingAdmin(LookOnly):
    list_display = ("official", "department", "role", "reach", "starts_on", "ends_on")
    list_filter = ("role", "reach")


@admin.register(models.Programme)
class ProgrammeAdmin(LookOnly):
    list_display = ("code", "name", "region", "starts_on", "ends_on")


@admin.register(models.ProgrammeVersion)
class ProgrammeVersionAdmin(LookOnly):
    list_display = ("programme", "number", "status", "effective_from", "published_at")


@admin.register(models.Adoption)
class AdoptionAdmin(LookOnly):
    list_display = ("version", "newer", "rule")


@admin.register(models.OutboxMessage)
class OutboxMessageAdmin(LookOnly):
    list_display = ("topic", "created_at", "sent_at", "attempts")
    list_filter = ("topic",)


@admin.register(models.AuditEvent)
class AuditEventAdmin(LookOnly):
    list_display = ("at", "by", "action", "label")
    search_fields = ("label",)


@admin.register(AuthToken)
class AuthTokenAdmin(LookOnly):
    list_display = ("user", "created", "expiry")
    fields = ("user", "created", "expiry")


@admin.register(beat.PeriodicTask)
class PeriodicTaskAdmin(LookOnly):
    """A job of the timetable may be paused and resumed, nothing else; it leaves a line in the trail."""

    list_display = ("name", "enabled", "scheduler", "last_run_at", "total_run_count")
    fields = ("name", "task", "scheduler", "last_run_at", "total_run_count", "enabled")
    readonly_fields = ("name", "task", "scheduler", "last_run_at", "total_run_count")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        action = "恢复定时任务" if obj.enabled else "停用定时任务"
        record(action, obj, by=request.user, at=timezone.now(), task=obj.task)
