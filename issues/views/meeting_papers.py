"""What a meeting leaves on paper, and the tasks that it gave: minutes, pack, a task's page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.choices import MeetingState
from issues.exports.meetings import export_minutes, export_pack
from issues.forms.meetings import MinutesForm, TaskForm
from issues.models import MeetingTask
from issues.perms import may_finish_task, runs_programme
from issues.views.meetings import find_meeting, find_to_write
from liaison.views.refusals import refusals_in


@require_http_methods(["GET", "POST"])
def meeting_minutes(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """会议纪要: read by all who see the meeting, written by the office."""
    is_sent = request.method == "POST"
    meeting = find_to_write(request, code, month) if is_sent else find_meeting(request.user, code, month)
    if meeting.state != MeetingState.HELD:
        raise Http404
    runs = runs_programme(request.user, meeting.programme)
    form, status = None, 200
    if is_sent:
        form, status = MinutesForm(request.POST), 422
        if form.is_valid():
            with refusals_in(form):
                services.edit_minutes(
                    meeting=meeting, **form.cleaned_data, by=request.user, at=timezone.now()
                )
                messages.success(request, "会议纪要已保存。")
                return redirect(reverse("issues:meeting-minutes", args=meeting.place))
            meeting.refresh_from_db(fields=["minutes"])
            form.show_beside(meeting.minutes)
    elif runs:
        form = MinutesForm(initial={"minutes": meeting.minutes, "instead_of": meeting.minutes})
    context = {"meeting": meeting, "form": form, "runs": runs}
    return render(request, "issues/minutes.html", context, status=status)


@require_POST
def meeting_minutes_paper(request: HttpRequest, code: str, month: str) -> HttpResponseBase:
    """会议纪要 as a Word paper."""
    meeting = find_meeting(request.user, code, month)
    if meeting.state != MeetingState.HELD:
        raise Http404
    return export_minutes(meeting, by=request.user, at=timezone.now())


@require_POST
def meeting_pack(request: HttpRequest, code: str, month: str) -> HttpResponseBase:
    """会议材料 as a Word paper: the agenda with each problem's course."""
    return export_pack(find_meeting(request.user, code, month), by=request.user, at=timezone.now())


def _find_task(request: HttpRequest, pk: int) -> MeetingTask:
    visible = MeetingTask.objects.visible_to(request.user)
    related = visible.select_related("department", "done_by", "item__meeting__programme__region")
    return get_object_or_404(related.select_related("item__meeting__group", "ticket__company"), pk=pk)


def _show_task(request: HttpRequest, task: MeetingTask, form: TaskForm | None, status: int) -> HttpResponse:
    may_finish = not task.done_at and may_finish_task(request.user, task)
    may_reopen = bool(task.done_at) and runs_programme(request.user, task.item.meeting.programme)
    return render(
        request,
        "issues/meeting_task.html",
        {
            "task": task,
            "meeting": task.item.meeting,
            "form": form or TaskForm(),
            "may_finish": may_finish,
            "may_reopen": may_reopen,
            "sees_ticket": task.ticket in type(task.ticket).objects.visible_to(request.user),
            "today": request.user.access.on,
        },
        status=status,
    )


@require_GET
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """会议任务: what is asked, by when, and what came of it."""
    return _show_task(request, _find_task(request, pk), None, 200)


@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """登记完成 with what was done, by the unit or the office."""
    task = _find_task(request, pk)
    if not may_finish_task(request.user, task):
        raise PermissionDenied("会议任务由责任单位登记。")
    form = TaskForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.finish_task(
                task=task, answer=form.cleaned_data["words"], by=request.user, at=timezone.now()
            )
            messages.success(request, "会议任务已登记完成。")
            return redirect(task)
    return _show_task(request, _find_task(request, pk), form, 422)


@require_POST
def task_undone(request: HttpRequest, pk: int) -> HttpResponse:
    """未完成: the office gives it back with the reason."""
    task = _find_task(request, pk)
    if not runs_programme(request.user, task.item.meeting.programme):
        raise PermissionDenied("会议任务是否完成，由协调办公室核定。")
    form = TaskForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.reopen_task(
                task=task, why=form.cleaned_data["words"], by=request.user, at=timezone.now()
            )
            messages.success(request, "已退回责任单位继续落实。")
            return redirect(task)
    return _show_task(request, _find_task(request, pk), form, 422)
