"""Spreadsheets in and out: rosters as people really send them, and the workbooks we hand back.

Pure: no Django, no database. What a column means is decided by the importers, not here.
"""

from .cells import Cell, DigitsLost, cell_text, heading_key, neutralise
from .guards import UnreadableFile
from .reading import Sheet, open_roster
from .writing import write_workbook

__all__ = [
    "Cell",
    "DigitsLost",
    "Sheet",
    "UnreadableFile",
    "cell_text",
    "heading_key",
    "neutralise",
    "open_roster",
    "write_workbook",
]
