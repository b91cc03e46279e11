"""What every API endpoint shares: who is asking, in which pages, and how refusals are worded."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler


class OnDutyTokenAuthentication(TokenAuthentication):
    """A script's token; its official's postings of today are loaded."""

    def authenticate(self, request: Any) -> Any:
        result = super().authenticate(request)
        if result is not None:
            result[0].on_duty(timezone.localdate())
        return result


class OnDutySessionAuthentication(SessionAuthentication):
    """A signed-in browser. The middleware has loaded the postings."""

    def authenticate_header(self, request: Any) -> str:
        return "Session"


class Pages(PageNumberPagination):
    """Pages of 50, up to 500 on request."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


def answer_refusals(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's own errors, worded by Django's Chinese catalogue."""
    return exception_handler(error, context)
