"""Workbooks that leave the house: downloads of any room, and what an import gives back."""

from liaison.exports.downloads import WORKBOOK, download_workbook
from liaison.exports.rosters import write_result, write_template

__all__ = ["WORKBOOK", "download_workbook", "write_result", "write_template"]
