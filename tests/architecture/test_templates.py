"""Templates keep to the content policy, and speak Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import name_of, own_files

TEMPLATES = [path for path in own_files() if path.suffix == ".html" and "templates" in path.parts]
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)


def text_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_inline_script_style_or_handler(path: Path):
    text = text_of(path)
    assert not re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script


# Words that are the same in Chinese: products, formats, signs on keys.
AS_THEY_ARE = {
    "Excel", "WPS", "CSV", "xlsx", "xls", "et", "csv", "UTF", "GB", "API", "ID", "OK", "MB", "KB", "PDF",
    "Word", "Ctrl", "Esc", "Enter", "Tab", "Shift", "Alt", "Cmd", "GB18030",
    "lanhe",  # pinyin, as one types it
}  # fmt: skip
SHOWN = (
    "placeholder",
    "title",
    "aria-label",
    "alt",
    "label",
    "empty",
    "hint",
    "text",
    "heading",
    "data-confirm",
)


def english_in(text: str) -> list[str]:
    """English words that a user would read: between tags, and in attributes that are shown."""
    text = re.sub(r"<(script|svg|style)\b.*?</\1>", "", text, flags=re.S)
    shown = re.findall(rf"(?<![\w-])(?:{'|'.join(SHOWN)})=\"([^\"]*)\"", text)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
    shown += re.findall(r">([^<>]+)<", re.sub(r"=\"[^\"]*\"|='[^']*'", "", bare))
    plain = [re.sub(r"\{%.*?%\}|\{\{.*?\}\}|&\w+;", " ", words) for words in shown]
    return [w for words in plain for w in re.findall(r"[A-Za-z]{2,}", words) if w not in AS_THEY_ARE]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_speaks_chinese(path: Path):
    assert not english_in(text_of(path))


def test_the_reader_reads():
    assert english_in('<p class="x">Hello <b title="there">你好</b></p>') == ["there", "Hello"]
    assert not english_in('<p class="lead" {% if a %}data-x="b"{% endif %}>导入 Excel {{ name }}</p>')
