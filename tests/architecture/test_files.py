"""What must not stand in any file, and what each dependency is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name_of, own_files

BINARY = {
    ".png",
    ".jpg",
    ".ico",
    ".woff2",
    ".xlsx",
    ".xls",
    ".et",
    ".gif",
    ".webp",
    ".ttf",
    ".otf",
    ".pdf",
    ".zip",
}
# One machine's folders and one network's package indexes are nobody else's business. Written so that
# this file does not find itself.
PLACES = re.compile(r"(?<![\w.~<])/(?:hom[e]|User[s]|wor[k])/\w")
INDEXES = re.compile(
    r"inde[x]-url\s*[= ]\s*http|--extra-inde[x]|registr[y]\s*=\s*http|\"resolve[d]\":\s*\"http"
)


def test_no_file_names_one_machine_or_one_package_index():
    found = []
    for path in own_files():
        if path.suffix in BINARY or not path.is_file():  # gone since it was listed
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [f"{name_of(path)}: {hit.group()}" for hit in PLACES.finditer(text)]
        found += [f"{name_of(path)}: {hit.group()}" for hit in INDEXES.finditer(text)]
    assert not found


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.in")), ids=name_of)
def test_each_dependency_says_what_it_is_for(path: Path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "-"))]
    whole_list_is_said = len(lines) == 1 and path.read_text().startswith("#")
    assert whole_list_is_said or not [line for line in lines if "# " not in line]


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=name_of)
def test_each_pin_has_its_hashes(path: Path):
    text = path.read_text()
    pins = re.findall(r"^[A-Za-z0-9_.\-\[\]]+==[^\n]*", text, re.M)
    assert pins
    assert not [pin for pin in pins if not pin.rstrip().endswith("\\")]
