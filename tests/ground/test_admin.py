"""The technical back office looks; what it may change is listed here, with the reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from liaison.models import AuditEvent, CalendarDay, CalendarYear, Official
from liaison.reports.rulesets import NAMES
from tests.factories import Cast

# label of the model: why the administrator may change its rows here rather than by a page
CHANGEABLE = {
    "django_celery_beat.PeriodicTask": "a job is paused and resumed, nothing else; no programme speaks of it",
}


@pytest.fixture
def superuser(cast: Cast) -> Official:
    return Official.objects.create_superuser("root", "a long password 9", name="超级用户")


def test_it_may_change_what_is_listed_and_nothing_else(superuser: Official, rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = superuser
    found = set()
    for model, shown in admin.site._registry.items():
        label = model._meta.label
        assert not shown.has_add_permission(request), label
        assert not shown.has_delete_permission(request), label
        assert not shown.inlines, label
        assert not shown.list_editable, label
        if shown.has_change_permission(request):
            found.add(label)
    assert found == set(CHANGEABLE)


def test_every_kind_of_rule_is_there_to_be_read(client: Client, superuser: Official, cast: Cast):
    client.force_login(superuser)
    assert set(NAMES) <= set(admin.site._registry)
    page = client.get(reverse("admin:liaison_limitrule_changelist")).content.decode()
    assert "收集后 2 个工作日内上报" in page


def test_every_list_and_one_row_of_each_opens(client: Client, superuser: Official, cast: Cast):
    client.force_login(superuser)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name


@pytest.mark.parametrize("name", ["calendarday", "calendaryear", "programmeversion", "limitrule"])
def test_a_posted_change_is_refused_and_changes_nothing(
    client: Client, superuser: Official, cast: Cast, name: str
):
    client.force_login(superuser)
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    row = model._default_manager.order_by("pk").values().first()
    assert row is not None
    key = row[model._meta.pk.attname]
    body = dict.fromkeys(row, "7")
    assert client.post(reverse(f"admin:liaison_{name}_change", args=[key]), body).status_code == 403
    assert (
        client.post(reverse(f"admin:liaison_{name}_delete", args=[key]), {"post": "yes"}).status_code == 403
    )
    assert client.post(reverse(f"admin:liaison_{name}_changelist"), {"action": "delete_selected"}).status_code
    assert model._default_manager.filter(pk=key).values().get() == row
    if name != "calendarday":
        return
    add = reverse("admin:liaison_calendarday_add")
    assert client.post(add, {"on": "2026-07-01", "kind": "off", "name": "x"}).status_code == 403
    assert not CalendarDay.objects.filter(on=date(2026, 7, 1)).exists()
    assert CalendarYear.objects.filter(year=2026).exists()


def test_a_job_is_paused_with_a_line_in_the_trail(client: Client, superuser: Official):
    each = IntervalSchedule.objects.create(every=5, period="seconds")
    job = PeriodicTask.objects.create(name="relay", task="liaison.tasks.relay_outbox", interval=each)
    client.force_login(superuser)
    address = reverse("admin:django_celery_beat_periodictask_change", args=[job.pk])
    assert client.post(address, {"task": "os.system", "name": "mine"}).status_code == 302
    job.refresh_from_db()
    assert (job.enabled, job.task, job.name) == (False, "liaison.tasks.relay_outbox", "relay")
    line = AuditEvent.objects.get(action="停用定时任务")
    assert line.by == superuser
