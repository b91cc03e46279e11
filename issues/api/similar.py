"""What looks like an open problem of the company is asked about before it is filed, as on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from companies.models import Company
from issues.models import Ticket
from issues.reports.similar import similar_seen, unasked
from liaison.api import Refused
from liaison.models import Official

ASK = "该企业有类似的未销号问题（similar）：是同一件的不必再登记；不是的，在 seen 里列出这些编号再提交。"


class SeenField(serializers.ListField):
    """The numbers of similar problems that whoever files has looked at: none of them is this one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "看过的类似问题编号：都不是同一件，照样登记")
        super().__init__(child=serializers.CharField(max_length=20), required=False, max_length=50, **kwargs)


class SimilarSerializer(serializers.ModelSerializer[Ticket]):
    """An open problem that says nearly the same."""

    status_name = serializers.CharField(source="get_status_display", read_only=True)

    class Meta:
        model = Ticket
        fields = ("number", "title", "status", "status_name", "collected_at")


def ask_about_similar(official: Official, company: Company, title: str, seen: Sequence[str]) -> None:
    """Raise Refused with the similar problems where one of them says the same and was not looked at."""
    alike = list(similar_seen(official, company, title))
    if unasked(alike, " ".join(seen)):
        raise Refused({"detail": ASK, "similar": SimilarSerializer(alike, many=True).data})
