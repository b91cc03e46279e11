"""One product runs every programme by its rules alone: nowhere does code ask which programme it is."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

from tests.architecture.source import ROOT, modules, name_of, own_files

# Names that a city may give otherwise: of programmes, of templates, and of the rows of a rule set.
PRESETS = [tomllib.loads(p.read_text("utf-8")) for p in sorted((ROOT / "liaison/presets").glob("*.toml"))]
NAMED = {rules[key] for rules in PRESETS for key in ("code", "name") if key in rules}
IDENTITY = {"code", "preset", "name", "programme_code"}
ROWS = {"programme", "version", "role", "grade", "duty", "phase", "group", "rule", "preset", "template"}
MAY = ("liaison/demo/",)  # the demonstration is a story of one programme


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_is_text(part) for part in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""


def _asks_who(node: ast.AST) -> bool:
    """programme.code, version.preset, seat.role.code …"""
    if not isinstance(node, ast.Attribute) or node.attr not in IDENTITY:
        return isinstance(node, ast.Name) and node.id in {"preset", "programme_code"}
    owner = node.value
    return node.attr == "preset" or (
        (isinstance(owner, ast.Attribute) and owner.attr in ROWS)
        or (isinstance(owner, ast.Name) and owner.id in ROWS)
    )


def favours(tree: ast.AST) -> Iterator[str]:
    """Comparisons of a programme's or a rule's own name with a word in the code, and templates by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in NAMED:
            yield ast.unparse(node)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_asks_who, sides)) and any(map(_is_text, sides)):
                yield ast.unparse(node)
        if isinstance(node, ast.Match) and _asks_who(node.subject):
            yield f"match {ast.unparse(node.subject)}"
        if isinstance(node, ast.keyword) and node.arg and _is_text(node.value):
            *path, last = node.arg.split("__")
            if path and path[-1] in ROWS and last in IDENTITY:
                yield f"{node.arg}={ast.unparse(node.value)}"


def test_no_code_asks_which_programme_it_is():
    found = {
        f"{name}: {call}"
        for name, tree in modules()
        if not name.startswith(MAY) and "/migrations/" not in name
        for call in favours(tree)
    }
    assert not sorted(found)


IN_TEMPLATE = re.compile(r"\.(?:code|preset)\s*(?:==|!=|in)\s*[\"']\w")


def test_no_page_asks_which_programme_it_is():
    pages = [path for path in own_files() if path.suffix == ".html"]
    assert len(pages) > 50
    found = [name_of(path) for path in pages if IN_TEMPLATE.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_the_look_out_sees():
    for line in (
        "if programme.code == 'bureau': pass",
        "if version.preset in ('a', 'b'): pass",
        "x = seat.role.code != 'officer'",
        "rows.filter(enrolment__programme__code='x')",
        "names = {'p3': 1}",
        "match version.preset:\n    case 'a': pass",
    ):
        assert list(favours(ast.parse(line))), line
    assert not list(favours(ast.parse("rows.filter(programme__code=asked); seat.role.code == wanted")))
    assert IN_TEMPLATE.search('{% if programme.code == "p3" %}')
