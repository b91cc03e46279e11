"""Refusals of framework and services, as the API says them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from liaison.api import Refused
from liaison.forms.filters import WrongFilter
from liaison.refusals import Refusal


def in_words(problem: Exception, context: dict[str, Any]) -> Response | None:
    """What is not there is said in Chinese (Django would name the model); a wrong filter is a bad request.

    What a service refuses is a 409 with the service's own words: no endpoint need catch it.
    """
    if isinstance(problem, Http404):
        problem = NotFound("没有找到这一项，或不在您的查看范围内。")
    if isinstance(problem, WrongFilter):
        problem = ValidationError(dict(problem.messages))
    if isinstance(problem, Refusal):
        problem = Refused(str(problem))
    return exception_handler(problem, context)
