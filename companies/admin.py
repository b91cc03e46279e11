"""Enrolments and seats of teams, to look at; they are written by services alone."""

from __future__ import annotations

from django.contrib import admin

from companies.models import Assignment, Enrolment
from liaison.admin import LookOnly


@admin.register(Enrolment)
class EnrolmentAdmin(LookOnly):
    list_display = ("company", "project", "programme", "version", "starts_on", "ends_on")
    list_filter = ("programme",)
    list_select_related = ("company", "project", "programme", "version__programme")
    search_fields = ("company__name", "company__uscc")


@admin.register(Assignment)
class AssignmentAdmin(LookOnly):
    list_display = ("enrolment", "role", "official", "department", "starts_on", "ends_on")
    list_filter = ("enrolment__programme",)
    list_select_related = ("enrolment__company", "enrolment__project", "role", "official", "department")
    search_fields = ("enrolment__company__name", "official__name")
