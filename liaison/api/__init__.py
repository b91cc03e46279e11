"""What every API endpoint shares: who is asking, in which pages, and how refusals are worded."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.pagination import PageNumberPagination


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


class Refused(APIException):
    """A service refused: the request was understood, the facts do not allow it. Worded by the service."""

    status_code = 409
    default_code = "refused"


class Pages(PageNumberPagination):
    """Pages of 50, up to 500 on request."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
