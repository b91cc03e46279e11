"""What the database refuses is shown by a test that names it."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps

from tests.architecture.source import ROOMS

TESTS = Path(__file__).resolve().parent.parent / "constraints"


def test_each_constraint_and_each_trigger_is_named_by_a_test():
    words = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py"))
    names = {
        name
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for name in (
            *(constraint.name for constraint in model._meta.constraints),
            *(f"{model.__name__}.{trigger.name}" for trigger in getattr(model._meta, "triggers", ())),
        )
    }
    assert not {name for name in names if f'"{name}"' not in words and f'"""{name}"""' not in words}
