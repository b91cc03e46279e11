"""What an uploaded file is called on the page: never a path, never more than it shows."""

from __future__ import annotations

import re
import unicodedata

from liaison.choices import FileKind

MOST_CHARACTERS = 120
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # Windows takes none of them in a name


def extension_of(name: str) -> str:
    """The extension that the name ends with, in small letters; empty without one."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})\s*$", name)
    return found.group(1).lower() if found else ""


def clean_name(name: str) -> str:
    """The name without folders, control characters, direction marks and what Windows forbids."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    seen = (" " if c.isspace() else "" if unicodedata.category(c)[0] == "C" else c for c in last)
    shown = "".join(seen)
    return _FORBIDDEN.sub("_", " ".join(shown.split())).strip(". ")


def display_name(name: str, kind: FileKind) -> str:
    """The clean name with the extension of what the file is: a JPEG called x.png is shown as x.jpg."""
    shown = clean_name(name)
    extension = extension_of(shown)
    if extension in kind.extensions:
        stem = shown[: shown.rindex(".")]
    else:
        known = extension in {one for other in FileKind for one in other.extensions}
        stem, extension = (shown[: shown.rindex(".")] if known else shown), kind.extensions[0]
    stem = stem[: MOST_CHARACTERS - len(extension) - 1].strip(". ")
    return f"{stem or '附件'}.{extension}"
