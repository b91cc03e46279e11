"""Data of a trial from before the baselines: refused in one sentence, before anything is changed."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from tools.engine import trial
from tools.engine.processes import Trouble

OLD = {
    "of a trial that had every step": ([*trial.LAST_STEPS.items()], True),
    "begun but for the upper rooms": ([("liaison", "0013_digest")], True),
    "stopped in the lowest room": ([("liaison", "0001_initial"), ("liaison", "0002_failedsignin")], False),
    "stopped in one room": ([("liaison", "0013_digest"), ("issues", "0001_initial")], False),
}


def test_every_last_step_is_one_that_the_baseline_stands_for():
    for room, name in trial.LAST_STEPS.items():
        assert (room, name) == import_module(f"{room}.migrations.0001_baseline").Migration.replaces[-1]


@pytest.mark.parametrize("case", OLD)
def test_only_data_that_stopped_too_early_is_refused(case: str, monkeypatch: pytest.MonkeyPatch):
    steps, fits = OLD[case]
    run = trial.Trial(env={"DATABASE_URL": "unused"})

    def first(_url: str, question: str, *values: object) -> tuple[object, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(question, values or None)
            row: tuple[object, ...] | None = cursor.fetchone()
            return row

    monkeypatch.setattr(trial, "_first", first)
    with connection.cursor() as cursor:
        trial._refuse_early_data(run)  # this database itself
        cursor.execute("DELETE FROM django_migrations WHERE app = ANY(%s)", [[*trial.LAST_STEPS]])
        cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", steps)
    if fits:
        trial._refuse_early_data(run)
    else:
        with pytest.raises(Trouble, match="早期试用版本的数据"):
            trial._refuse_early_data(run)
