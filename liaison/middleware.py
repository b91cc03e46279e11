"""What every request needs: the day's postings on the way in, a nudge to the outbox on the way out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from liaison.tasks import kick_outbox

Handler = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


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
    """After a request that may have written, ask a worker to look at the outbox now rather than in 5 s."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and response.status_code < 500:
            kick_outbox()
        return response
