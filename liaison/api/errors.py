"""Refusals of the framework in the words of the house."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from liaison.forms.filters import WrongFilter


def in_words(problem: Exception, context: dict[str, Any]) -> Response | None:
    """What is not there is said in Chinese (Django would name the model); a wrong filter is a bad request."""
    if isinstance(problem, Http404):
        problem = NotFound("没有找到这一项，或不在您的查看范围内。")
    if isinstance(problem, WrongFilter):
        problem = ValidationError(dict(problem.messages))
    return exception_handler(problem, context)
