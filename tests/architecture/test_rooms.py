"""What import-linter cannot see: links between tables, hidden behaviour, the clock, sizes."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps
from django.db.models import Model

from tests.architecture.source import ROOMS, modules, name_of, own_files

MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_table_points_to_a_higher_room(model: type[Model]):
    floor = ROOMS.index(model._meta.app_label)
    upwards = {
        field.name: field.related_model._meta.label
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if field.related_model._meta.app_label in ROOMS
        if ROOMS.index(field.related_model._meta.app_label) > floor
    }
    assert not upwards


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_table_sorts_or_hides_by_itself(model: type[Model]):
    assert not model._meta.ordering, "sort where it is shown"
    assert "save" not in vars(model), "services write; save() is not overridden"
    assert "delete" not in vars(model)
    assert type(model._base_manager).__name__ == "Manager"


def test_no_signals():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert not found


CLOCKS = {"now", "utcnow", "today", "localdate", "time", "monotonic"}
NO_CLOCK = (
    "services", "models", "reports", "perms", "forms", "formula", "transitions", "choices", "exports",
    "workdays", "normalise", "spreadsheets", "navigation",
)  # fmt: skip


def test_nobody_below_a_view_a_task_or_a_command_reads_the_clock():
    found = []
    for name, tree in modules(*NO_CLOCK):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            whose = ast.unparse(node.func.value)
            if (
                node.func.attr in CLOCKS
                and not node.args
                and whose in {"timezone", "datetime", "date", "time"}
            ):
                found.append(f"{name}:{node.lineno} {whose}.{node.func.attr}()")
            if node.func.attr == "localdate" and not node.args:
                found.append(f"{name}:{node.lineno} localdate()")
    assert not found


def test_services_know_no_page():
    """No request, no messages, no mail in what writes."""
    forbidden = (
        "django.http",
        "django.shortcuts",
        "django.contrib.messages",
        "django.core.mail",
        "django.views",
    )
    found = [
        f"{name}:{node.lineno} {node.module}"
        for name, tree in modules("services")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(forbidden)
    ]
    assert not found


def test_services_take_keywords_only():
    """verb_noun(*, …): who calls a service says what each argument is."""
    found = [
        f"{name}:{node.lineno} {node.name}()"
        for name, tree in modules("services")
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
        and not node.name.startswith("_")
        and node.args.args
    ]
    assert not found


def test_what_a_service_refuses_is_a_refusal():
    """Pages and API say a `Refusal` by themselves; any other exception of that name would be a 500."""
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in modules("services")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and node.name.endswith("Refused")
        and [ast.unparse(base) for base in node.bases] != ["Refusal"]
    ]
    assert not found


LONGEST = 600
MAY_BE_LONG = (
    "package-lock.json",
    "requirements/",
    "tests/fixtures/",
    "/migrations/",
    "__snapshots__/",
    "static/vendor/",
)


def test_no_file_is_too_long_to_read():
    found = {}
    for path in own_files():
        name = name_of(path)
        if path.suffix in {".py", ".html", ".css", ".js", ".toml", ".md"} and not any(
            p in name for p in MAY_BE_LONG
        ):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LONGEST:
                found[name] = lines
    assert not found
