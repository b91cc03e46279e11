"""Addresses of the assessment room; /c/… and /f/… need no account."""

from django.urls import path

from assessment.views import public, scores, surveys

app_name = "assessment"

urlpatterns = [
    path("c/<str:token>/", public.survey_answer, name="survey-answer"),
    path("f/<str:token>/rate/", public.survey_of_follow, name="survey-of-follow"),
    path("surveys/", surveys.survey_list, name="surveys"),
    path("surveys/<str:number>/callback/", surveys.callback, name="callback"),
    path("surveys/<str:number>/passed-on/", surveys.survey_pass_on, name="survey-pass-on"),
    path("scores/", scores.score_list, name="scores"),
    path("scores/units/<int:pk>/", scores.score_sheet, name="score"),
    path("scores/units/<int:pk>/<slug:key>/", scores.score_rows, name="score-rows"),
    path("scores/<slug:code>/<str:month>/<slug:board>/", scores.score_month, name="scores-month"),
    path(
        "scores/<slug:code>/<str:month>/<slug:board>/workbook/", scores.score_workbook, name="scores-workbook"
    ),
]
