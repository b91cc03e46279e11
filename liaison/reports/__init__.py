"""The ground floor's reading: rules as sets, in words, and where they contradict each other."""

from liaison.reports.contradictions import Contradiction, contradictions
from liaison.reports.phrases import Part, in_words, sentence, value_with_unit
from liaison.reports.reading import (
    ChapterRead,
    ChapterTurned,
    chapters_read,
    chapters_turned,
    fingerprint,
    key_figures,
    turn_of,
)
from liaison.reports.rulesets import (
    CHAPTERS,
    Difference,
    NoSuchPreset,
    Preset,
    RuleSet,
    differences,
    preset_of,
    presets,
    ruleset_of,
)

__all__ = [
    "CHAPTERS",
    "ChapterRead",
    "ChapterTurned",
    "Contradiction",
    "Difference",
    "NoSuchPreset",
    "Part",
    "Preset",
    "RuleSet",
    "chapters_read",
    "chapters_turned",
    "contradictions",
    "differences",
    "fingerprint",
    "in_words",
    "key_figures",
    "preset_of",
    "presets",
    "ruleset_of",
    "sentence",
    "turn_of",
    "value_with_unit",
]
