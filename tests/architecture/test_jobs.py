"""Names of tasks and of news are words in tables: each must lead somewhere."""

from __future__ import annotations

import ast

import pytest
from django.conf import settings

from liaison.celery import app
from liaison.schedules import TIMETABLE
from tests.architecture.source import modules


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


@pytest.mark.parametrize("entry", TIMETABLE)
def test_each_entry_of_the_timetable_names_a_task(entry: str, tasks: set[str]):
    assert TIMETABLE[entry]["task"] in tasks


@pytest.mark.parametrize("topic", settings.JOBS_ON_NEWS)
def test_each_topic_starts_a_task(topic: str, tasks: set[str]):
    assert settings.JOBS_ON_NEWS[topic]
    assert set(settings.JOBS_ON_NEWS[topic]) <= tasks


def test_each_piece_of_news_has_a_topic():
    told = {
        node.args[0].value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("announce") and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    assert told <= settings.JOBS_ON_NEWS.keys()


def test_tasks_are_safe_to_lose(tasks: set[str]):
    """A killed worker's task comes back: acknowledged late, and given up by nobody."""
    for name in tasks:
        assert app.tasks[name].acks_late or app.tasks[name].acks_late is None
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
