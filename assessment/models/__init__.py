"""The assessment room: the company's verdicts and the units' monthly scores."""

from assessment.models.scores import Score, ScoreDeduction, ScoreLine
from assessment.models.surveys import Survey

__all__ = ["Score", "ScoreDeduction", "ScoreLine", "Survey"]
