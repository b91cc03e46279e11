"""How an endpoint's list is narrowed: what is not understood is answered with 400, never ignored."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend

from liaison.forms.filters import FilterSet


class StrictFilters(DjangoFilterBackend):
    """Every list has a filter set of ours, an empty one if need be."""

    filterset_base = FilterSet

    def get_filterset_class(self, view: Any, queryset: QuerySet[Any] | None = None) -> Any:
        """The view's own, or one of its `filterset_fields`; none where it reads its parameters itself."""
        found = super().get_filterset_class(view, queryset)
        if found is None and getattr(view, "filterset_fields", None) is None:
            return FilterSet
        return found
