"""Writes of the assessment room, a module per noun."""

from assessment.services.months import close_due_months, close_month
from assessment.services.surveys import (
    AlreadyAnswered,
    ForgedLink,
    Invitation,
    LinkExpired,
    RoundPassed,
    SurveyRefused,
    answer_survey,
    deliver_waiting,
    invite_answered,
    invite_company,
    link_of,
    pass_on_survey,
    record_callback,
    refusal_for,
    sign_token,
    survey_of,
    survey_of_round,
)

__all__ = [
    "AlreadyAnswered",
    "ForgedLink",
    "Invitation",
    "LinkExpired",
    "RoundPassed",
    "SurveyRefused",
    "answer_survey",
    "close_due_months",
    "close_month",
    "deliver_waiting",
    "invite_answered",
    "invite_company",
    "link_of",
    "pass_on_survey",
    "record_callback",
    "refusal_for",
    "sign_token",
    "survey_of",
    "survey_of_round",
]
