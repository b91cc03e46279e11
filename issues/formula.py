"""Words of a language without spaces, and how alike two texts are. Pure functions."""

from __future__ import annotations


def pairs_of(words: str) -> str:
    """Every two neighbouring letters or digits, as `issues_pairs` in the database keeps a title's.

    What a title must contain, so that it contains the words; "" where there is no letter or digit.
    """
    kept = "".join(letter for letter in words.lower() if letter.isalnum())
    if len(kept) < 2:
        return f" {kept}" if kept else ""
    return " " + " ".join(kept[place : place + 2] for place in range(len(kept) - 1)) + " "
