"""我的视图: filters of the queue under a name, for oneself or shared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues.choices import Sharing
from issues.forms.tickets import TicketFilter
from issues.forms.views import ViewForm
from issues.models import DefaultView, SavedView, Ticket
from issues.services import drop_view, open_with_view, save_view
from liaison.forms.filters import WrongFilter
from liaison.models import Official
from liaison.views.refusals import refusals_in, refusals_told


def views_of(official: Official) -> QuerySet[Any]:
    """The views that the official may use, each with whether the queue opens with it; one query."""
    chosen = DefaultView.objects.filter(official=official.pk, view=OuterRef("pk"))
    rows = SavedView.objects.visible_to(official).annotate(is_default=Exists(chosen))
    return rows.select_related("owner", "department").order_by("name", "pk")


@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """All of them, to be opened, opened with, or dropped."""
    return render(request, "issues/views.html", {"views": views_of(request.user)})


@require_POST
def view_new(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the page that one came from."""
    if not request.user.access:
        raise PermissionDenied("您目前没有任职，不能保存视图。")
    form = ViewForm(request.POST)
    query = _cleaned(form.cleaned_data["query"]) if form.is_valid() else ""
    if form.is_valid() and (wrong := _mistake(request, query)):
        form.add_error(None, wrong)
    if form.is_valid():
        with refusals_in(form):
            view = save_view(
                name=form.cleaned_data["name"],
                query=query,
                sharing=form.cleaned_data["sharing"] or Sharing.NOBODY,
                posting=request.user.access.postings[0],
                by=request.user,
                at=timezone.now(),
            )
            if form.cleaned_data["is_default"]:
                open_with_view(view=view, by=request.user)
            messages.success(request, f"已保存视图“{view.name}”。")
            return redirect(f"{reverse('issues:tickets')}?{query}")
    return render(request, "issues/views.html", {"views": views_of(request.user), "form": form}, status=422)


def _mistake(request: HttpRequest, query: str) -> str:
    """Why these filters cannot be kept; "" where they can."""
    if not query:
        return "当前没有筛选条件，先筛选再保存。"
    visible = Ticket.objects.visible_to(request.user)
    chosen = TicketFilter(QueryDict(query), queryset=visible, request=request)
    return "" if chosen.is_valid() else str(WrongFilter(chosen.mistakes()))


def _cleaned(query: str) -> str:
    """The filters of an address, without the page and what is empty."""
    asked = QueryDict(query.lstrip("?"), mutable=True)
    for name in [name for name in asked if name == "page" or not any(asked.getlist(name))]:
        del asked[name]
    return asked.urlencode()


@require_POST
def view_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    with refusals_told(request):
        drop_view(view=view, by=request.user, at=timezone.now())
        messages.success(request, f"已删除视图“{view.name}”。")
    return redirect("issues:views")


@require_POST
def view_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the queue with it, or no longer."""
    view = get_object_or_404(views_of(request.user), pk=pk)
    open_with_view(view=None if view.is_default else view, by=request.user)
    words = "“问题办理”恢复先看待我办理。" if view.is_default else f"打开“问题办理”时先看“{view.name}”。"
    messages.success(request, words)
    return redirect("issues:views")
