"""API of the assessment room."""

from assessment.api.scores import ScoreViewSet
from assessment.api.surveys import SurveyViewSet

ROUTES = [("scores", ScoreViewSet, "score"), ("surveys", SurveyViewSet, "survey")]
