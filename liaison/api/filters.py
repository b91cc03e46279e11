"""How an endpoint's list is narrowed: what is not understood is answered with 400, never ignored."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

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


def chosen(request: Request, filters: type[FilterSet]) -> dict[str, Any]:
    """What the parameters of an endpoint say that is no plain list of rows; 400 under each wrong name."""
    declared: Any = filters
    model = declared._meta.model
    asking = filters(request.query_params, model.objects.none(), request=request)
    if not asking.is_valid():
        raise ValidationError({name: [str(word) for word in words] for name, words in asking.errors.items()})
    return dict(asking.form.cleaned_data)
