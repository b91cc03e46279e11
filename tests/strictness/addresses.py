"""One address that writes when it is read; for test_strictness.py alone."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.factories import OutboxMessageFactory


@login_not_required
def writes(request: HttpRequest) -> HttpResponse:
    OutboxMessageFactory()
    return HttpResponse("写了")


urlpatterns = [path("writes/", writes)]
