"""Why a file is not taken."""

from __future__ import annotations

from liaison.refusals import Refusal


class FileRefused(Refusal):
    """The file cannot be taken. The message says which file and why, worded for the user."""
