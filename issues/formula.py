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


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: what their pairs have in common (Dice)."""
    left, right = set(pairs_of(one).split()), set(pairs_of(other).split())
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))


def shared_words(one: str, other: str) -> list[str]:
    """The stretches of two or more characters that the first text shares with the other, longest first."""
    text = "".join(letter for letter in one.lower() if letter.isalnum())
    there = "".join(letter for letter in other.lower() if letter.isalnum())
    found, start = [], 0
    while start < len(text) - 1:
        end = start
        while end < len(text) and text[start : end + 1] in there:
            end += 1
        if end - start >= 2:
            found.append(text[start:end])
        start = max(end, start + 1)
    return sorted(dict.fromkeys(found), key=len, reverse=True)
