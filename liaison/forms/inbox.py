"""What of the inbox is asked for, and up to where it is marked as read."""

from __future__ import annotations

import django_filters
from django import forms

from liaison.choices import InboxKind
from liaison.forms.filters import FilterSet, YesNoFilter
from liaison.models import InboxMessage
from liaison.models.inbox import InboxQuerySet

SHOWN = (("unread", "未读"), ("all", "全部"))


class InboxFilter(FilterSet):
    """消息: the unread ones unless all are asked for, and by kind."""

    show = django_filters.ChoiceFilter(choices=SHOWN, method="as_shown", label="范围")
    unread = YesNoFilter(method="by_unread", label="未读")
    kind = django_filters.ChoiceFilter(choices=InboxKind.choices, label="类别")

    class Meta:
        model = InboxMessage
        fields = ("kind",)

    def as_shown(self, messages: InboxQuerySet, name: str, value: str) -> InboxQuerySet:
        return messages.unread() if value == "unread" else messages

    def by_unread(self, messages: InboxQuerySet, name: str, value: bool) -> InboxQuerySet:
        return messages.unread() if value else messages.exclude(pk__in=messages.unread().values("pk"))


class ReadForm(forms.Form):
    """全部标为已读: of which kind, and no newer than what the page showed."""

    until = forms.IntegerField(min_value=1, max_value=2**62)
    kind = forms.ChoiceField(choices=[("", ""), *InboxKind.choices], required=False)
