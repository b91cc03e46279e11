"""消息: what one was told; opening a message leads to what it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from liaison import services
from liaison.choices import InboxKind
from liaison.forms.inbox import InboxFilter, ReadForm
from liaison.models import InboxMessage
from liaison.workdays import day_of

PER_PAGE = 50


@dataclass(frozen=True)
class Day:
    """The messages of one day, the latest first."""

    on: date
    word: str
    messages: list[InboxMessage]


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """消息: the unread ones, or all of them, day by day."""
    asked = request.GET.copy()
    shown = asked.setdefault("show", "unread")
    mine = InboxMessage.objects.visible_to(request.user)
    rows = InboxFilter(asked, mine, request=request).qs.order_by("-created_at", "-pk")
    unread = dict(mine.unread().order_by().values_list("kind").annotate(n=Count("pk")))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    kind = asked.get("kind", "")
    context = {
        "page": page,
        "days": _by_day(page.object_list, request.user.access.on),
        "shown": shown,
        "ranges": [("unread", "未读", sum(unread.values())), ("all", "全部", None)],
        "kinds": [(value, label, unread.get(value, 0)) for value, label in InboxKind.choices],
        "kind": kind,
        "kind_word": dict(InboxKind.choices).get(kind, ""),
        "unread_here": unread.get(kind, 0) if kind else sum(unread.values()),
        "until": max((message.pk for message in page.object_list), default=0),
    }
    return render(request, "liaison/inbox.html", context)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, counted anew: a step made in place settles what asked for it, a moment later."""
    return render(request, "components/bell.html")


def _by_day(rows: Iterable[InboxMessage], today: date) -> list[Day]:
    near = {today: "今天", today - timedelta(days=1): "昨天"}
    days = groupby(rows, key=lambda message: day_of(message.created_at))
    return [Day(on, near.get(on, ""), list(found)) for on, found in days]


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    query = request.GET.urlencode()
    return redirect(reverse("liaison:inbox") + (f"?{query}" if query else ""))


@require_POST
def inbox_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    message = get_object_or_404(InboxMessage.objects.visible_to(request.user), pk=pk)
    services.read_message(message=message, at=timezone.now())
    return redirect(message.url)


@require_POST
def inbox_read(request: HttpRequest, pk: int) -> HttpResponse:
    """标为已读: one message, without opening it."""
    message = get_object_or_404(InboxMessage.objects.visible_to(request.user), pk=pk)
    services.read_message(message=message, at=timezone.now())
    messages.success(request, "已标为已读。")
    return _back(request)


@require_POST
def inbox_read_all(request: HttpRequest) -> HttpResponse:
    """全部标为已读: what came since the page was opened stays unread."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有标记：页面已变化，请刷新消息后重试。")
        return _back(request)
    read = services.read_messages(reader=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"已把 {read} 条消息标为已读。" if read else "没有未读的消息。")
    return _back(request)
