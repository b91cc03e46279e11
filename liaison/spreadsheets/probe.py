"""Opens a workbook once in a process of its own, so that a damaged one cannot take a worker down with it.

The reader is compiled code: some damaged files make it ask for hundreds of gigabytes, and a failed request
ends the process. Run as a script, by path; it imports nothing of ours.
"""

from __future__ import annotations

import resource
import sys

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

LOCKED, DAMAGED = 3, 4  # exit codes
MEMORY = 2 * 2**30


def main(path: str) -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open(path, "rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
        for meta in workbook.sheets_metadata:
            if meta.typ is SheetTypeEnum.WorkSheet:
                workbook.get_sheet_by_name(meta.name)
    except PasswordError:
        return LOCKED
    except (CalamineError, OSError, ValueError, OverflowError):
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
