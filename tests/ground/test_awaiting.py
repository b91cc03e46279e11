"""尚未启用: what no code reads is marked on the rule pages, and what is read is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from liaison.models import Rule
from liaison.reports import preset_of
from liaison.reports.awaiting import FOR_PEOPLE, ROWS, VALUES, WHOLE
from liaison.reports.rulesets import NAMES, preset_codes
from tests.architecture.source import ROOMS
from tests.factories import Cast

# Where a rule is kept, said, drawn up or invented, and not gone by.
NOT_A_READER = re.compile(
    r"/migrations/|/demo/|/presets/|choices\.py|forms/rules\.py|models/(?!programmes)"
    r"|reports/(?:awaiting|phrases|contradictions|rulesets|reading)\.py"
)
SOURCE = {
    str(path): path.read_text(encoding="utf-8")
    for room in ROOMS
    for path in sorted(Path(room).rglob("*.py"))
    if not NOT_A_READER.search(str(path))
}
KIND_WORDS = {"forms": r"version\.forms\b", "groups": r"\.groups\b"}  # names that modules share
WHOLE_KINDS = sorted(WHOLE, key=lambda kind: kind.__name__)
OTHER_KINDS = [kind for kind in NAMES if kind not in WHOLE]


def readers(pattern: str) -> list[str]:
    return [name for name, text in SOURCE.items() if re.search(pattern, text)]


def of_kind(kind: type[Rule]) -> list[str]:
    name = NAMES[kind]
    return readers(rf"\b{kind.__name__}\b|" + KIND_WORDS.get(name, rf"(?:\.|__){name}\b"))


def of_value(name: str) -> list[str]:
    return readers(rf"(?:\.|__|[\"']){name}\b")


@pytest.mark.parametrize("kind", WHOLE_KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_that_is_marked_is_read_nowhere(kind: type[Rule]):
    assert not of_kind(kind), "it is read now: take it off the list in liaison/reports/awaiting.py"


@pytest.mark.parametrize("kind", OTHER_KINDS, ids=lambda kind: kind.__name__)
def test_what_is_not_marked_is_read_somewhere(kind: type[Rule]):
    if kind in FOR_PEOPLE and FOR_PEOPLE[kind] is None:
        assert not of_kind(kind)
        return
    assert of_kind(kind), "nothing goes by this kind: put it on the list, or read it"
    silent = {*VALUES.get(kind, ()), *(FOR_PEOPLE.get(kind) or ())}
    for field in kind.values_asked():
        if field.name not in silent:
            assert of_value(field.name), f"nothing goes by {kind.__name__}.{field.name}"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in VALUES.items() for name in names])
def test_a_value_that_is_marked_is_read_nowhere(kind: type[Rule], name: str):
    assert kind._meta.get_field(name)
    assert not of_value(name), "it is read now: take it off the list in liaison/reports/awaiting.py"


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_a_row_that_is_marked_is_read_nowhere(kind: type[Rule]):
    _, value = ROWS[kind]
    assert not readers(rf"\b{type(value).__name__}\.{value.name}\b(?!\s*is)")


def test_the_reader_is_told_beside_the_rule(client: Client, cast: Cast):
    client.force_login(cast.official)
    page = client.get(reverse("liaison:programme", args=["p2"])).content.decode()
    assert "尚未启用" in page
    assert "其中“" in page
    assert page.count("尚未启用：先记在规则里，系统还不按它办理") >= 3
    first = page.index("与企业首次联系")
    assert "尚未启用" not in page[first : first + 200]


@pytest.mark.parametrize("code", preset_codes())
def test_every_template_says_what_it_does_not_do_yet(client: Client, cast: Cast, code: str):
    client.force_login(cast.office)
    page = client.get(reverse("liaison:programme-new", args=[code])).content.decode()
    rows = sum(len(preset_of(code).rules.of(kind)) for kind in WHOLE)
    assert page.count("尚未启用") >= rows > 0
