"""The ground floor's reading: rules as sets, in words, and where they contradict each other."""

from liaison.reports.contradictions import Contradiction, contradictions
from liaison.reports.phrases import ChapterInWords, Part, in_words, rules_in_words, sentence
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
    "ChapterInWords",
    "Contradiction",
    "Difference",
    "NoSuchPreset",
    "Part",
    "Preset",
    "RuleSet",
    "contradictions",
    "differences",
    "in_words",
    "preset_of",
    "presets",
    "rules_in_words",
    "ruleset_of",
    "sentence",
]
