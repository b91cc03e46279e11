"""Why a file is not taken."""

from __future__ import annotations


class FileRefused(Exception):
    """The file cannot be taken. The message says which file and why, worded for the user."""
