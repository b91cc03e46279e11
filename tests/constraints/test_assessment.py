"""The assessment room: what PostgreSQL refuses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InternalError, transaction

from assessment.choices import Channel
from tests import factories as f
from tests.constraints import FROZEN_ROW, Acts, again

REFUSED: Acts = {
    "assessment_score_once": lambda: again(f.ScoreFactory()),
    "assessment_score_board_known": lambda: f.ScoreFactory(board="chess"),
    "assessment_score_total_iff_points": lambda: f.ScoreFactory(total=None),
    "assessment_scoreline_once": lambda: again(f.ScoreLineFactory()),
    "assessment_scoreline_known": lambda: f.ScoreLineFactory(measure="luck"),
    "assessment_scoreline_part_of_whole": lambda: f.ScoreLineFactory(numerator=11, denominator=10),
    "assessment_scorededuction_once": lambda: again(f.ScoreDeductionFactory()),
    "assessment_scorededuction_known": lambda: f.ScoreDeductionFactory(count=0),
    "assessment_survey_once_a_round": lambda: again(f.SurveyFactory()),
    "assessment_survey_answered_whole": lambda: f.SurveyFactory(score=5),
    "assessment_survey_callback_has_caller": lambda: f.SurveyFactory(answered=True, channel=Channel.CALLBACK),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


FROZEN = {
    "Score.frozen": f.ScoreFactory,
    "ScoreLine.frozen": f.ScoreLineFactory,
    "ScoreDeduction.frozen": f.ScoreDeductionFactory,
    "Survey.answer_stands": lambda: f.SurveyFactory(answered=True),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_score_is_neither_changed_nor_deleted(name: str):
    row = FROZEN[name]()
    with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
        row.save()
    with pytest.raises(InternalError, match=FROZEN_ROW), transaction.atomic():
        row.delete()
