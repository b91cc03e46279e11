"""The technical back office: everything to look at, the calendar to edit; other changes go by the pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from liaison import models


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


@admin.register(models.CalendarYear)
class CalendarYearAdmin(admin.ModelAdmin[models.CalendarYear]):
    list_display = ("year", "status", "document", "published_on")


@admin.register(models.CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin[models.CalendarDay]):
    list_display = ("on", "kind", "name", "region", "document")
    list_filter = ("kind",)
    date_hierarchy = "on"


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


@admin.register(models.ProgrammeVersion)
class ProgrammeVersionAdmin(LookOnly):
    list_display = ("programme", "number", "status", "effective_from", "published_at")


@admin.register(models.OutboxMessage)
class OutboxMessageAdmin(LookOnly):
    list_display = ("topic", "created_at", "sent_at", "attempts")
    list_filter = ("topic",)


@admin.register(models.AuditEvent)
class AuditEventAdmin(LookOnly):
    list_display = ("at", "by", "action", "label")
    search_fields = ("label",)
