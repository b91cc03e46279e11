"""Rules in words: every value stands in its sentence, and what differs is said with its unit."""

from __future__ import annotations

import pytest

from liaison.forms.rules import asked_fields
from liaison.models import ContactRule, GradeRule, LimitRule, Quota, Rule
from liaison.reports import (
    chapters_read,
    chapters_turned,
    fingerprint,
    in_words,
    preset_of,
    presets,
    sentence,
)
from liaison.reports.rulesets import NAMES


def row_of(kind: type[Rule]) -> Rule:
    return next(row for preset in presets() for row in preset.rules.of(kind))


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
def test_every_value_that_is_asked_for_stands_in_the_sentence(kind: type[Rule]):
    said = [part.field for part in sentence(row_of(kind), editing=True) if part.field]
    assert sorted(said) == sorted(asked_fields(kind, is_new=True))


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
def test_a_new_row_has_a_sentence_too(kind: type[Rule]):
    assert in_words(row_of(kind)).endswith("。")
    said = {part.field for part in sentence(kind(), editing=True) if part.field}
    assert said == set(asked_fields(kind, is_new=True))


def test_no_sentence_says_a_word_of_python():
    for preset in presets():
        for rule in preset.rules:
            words = in_words(rule)
            assert not any(odd in words for odd in ("None", "True", "False", "{", "}", "[", "]")), words


def changed(kind: type[Rule], which: str, **values: object) -> list[str]:
    before = preset_of("p2").rules
    rows = []
    for row in before.of(kind):
        made = kind(**{field.name: getattr(row, field.name) for field in kind.values_asked()})
        if not which or which in (getattr(row, "kind", ""), getattr(row, "code", "")):
            for name, value in values.items():
                setattr(made, name, value)
        rows.append(made)
    after = type(before)({**before.rows, kind: tuple(rows)})
    lines = [line for chapter in chapters_read(after, before) for k in chapter.kinds for line in k.lines]
    assert len(chapters_turned(before, after)) == 1
    assert fingerprint(before) != fingerprint(after)
    return [line.note for line in lines if line.note]


def test_one_changed_value_is_said_with_its_unit():
    assert changed(LimitRule, "report", working_days=3) == ["模板为 2 个工作日"]
    assert changed(ContactRule, "", min_count=2) == ["模板为 1 次"]


def test_several_changed_values_are_said_with_their_names():
    assert changed(GradeRule, "C", working_days=30, needs_leader=True) == [
        "模板：办理时限 25 个工作日、领导包案 不设包案领导"
    ]


def test_a_rule_that_one_side_lacks_is_new_or_gone():
    before = preset_of("p2").rules
    after = type(before)({**before.rows, Quota: (), LimitRule: before.of(LimitRule)[1:]})
    assert [len(chapter.gone) for chapter in chapters_read(after, before) if chapter.code == "limits"] == [1]
    notes = [
        line.note for c in chapters_read(before, after) for k in c.kinds for line in k.lines if line.note
    ]
    assert notes
    assert set(notes) == {"模板没有这一条"}
