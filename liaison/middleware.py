"""What every request needs: the day's postings on the way in, a nudge to the outbox on the way out.

And what no page of ours would send, such as a misspelt filter or a NUL in a search: refused in words,
never a 500.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from liaison.forms.filters import WrongFilter
from liaison.services import listen
from liaison.tasks import kick_outbox

Handler = Callable[[HttpRequest], HttpResponse]


class OnDutyMiddleware:
    """Load the signed-in official's postings of today; every scope is read from them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.on_duty(timezone.localdate())
            allowed = (reverse("liaison:password-change"), reverse("liaison:sign-out"))
            if request.user.must_change_password and request.path not in allowed:
                return redirect("liaison:password-change")
        return self.get_response(request)


class KickOutboxMiddleware:
    """After a request that left news, ask a worker to look at the outbox now rather than in 5 s."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with listen() as news:
            response = self.get_response(request)
        if news:
            kick_outbox()
        return response


class WrongFilterMiddleware:
    """A filter that is misspelt or unknown lists, exports and changes nothing, and says why."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 422 with an empty list and what is wrong with each filter."""
        if not isinstance(exception, WrongFilter):
            return None
        here, came_from = request.path, urlsplit(request.headers.get("Referer", ""))
        if request.method == "POST":  # an export or a bulk act: back to its list
            here = came_from.path if came_from.netloc == request.get_host() else "/"
        context = {"mistakes": exception.messages, "here": here}
        return render(request, "wrong_filter.html", context, status=422)


class UnstorableInputMiddleware:
    """A value that the database cannot even read (a NUL, a number past all bounds) is a bad request."""

    WORDS = "输入里有系统不能识别的字符，或数字、文字超出范围，没有保存。请检查后重试。"

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 where the database refused a value; everything else stays what it is."""
        has_nul = isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)  # said by the driver
        if not has_nul and not isinstance(exception, DataError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": self.WORDS}, status=400)
        return render(request, "400.html", status=400)
