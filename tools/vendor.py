#!/usr/bin/env python3
"""Copy the few front-end files that the pages need from node_modules to static/vendor.

Named files only: whole dist folders would bring source maps and twenty megabytes, and a
`sourceMappingURL` that leads nowhere stops Django's manifest storage. Run after `npm ci`.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}

SOURCE_MAP = re.compile(rb"/\*[#@]\s*sourceMappingURL=[^*]*\*/|//[#@]\s*sourceMappingURL=\S+\s*\Z")


def strip_source_map(content: bytes) -> bytes:
    """The same file without its pointer to a source map."""
    return SOURCE_MAP.sub(b"", content)


def main() -> int:
    """Refresh static/vendor; say which package is missing if one is."""
    missing = [source for source in FILES if not (MODULES / source).is_file()]
    if missing:
        print("缺少前端文件，请先运行 npm ci：\n  " + "\n  ".join(missing), file=sys.stderr)
        return 1
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for source, target in FILES.items():
        (fresh / target).write_bytes(strip_source_map((MODULES / source).read_bytes()))
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
