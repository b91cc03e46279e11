"""The component gallery: every part of the interface, once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from liaison.gallery import sample_context


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """/components/ – for whoever builds the next page."""
    return render(request, "liaison/components.html", sample_context())
