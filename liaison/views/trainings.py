"""培训: who was trained when in what; written down for one or for many, withdrawn, exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from liaison import services
from liaison.choices import Rank
from liaison.exports import download_workbook
from liaison.forms.directory import OfficialFilter
from liaison.forms.trainings import MOST_SHOWN, OneTrainingForm, TrainingFilter, TrainingForm
from liaison.models import Official, Training
from liaison.perms import Capability, in_whose_charge, may, may_keep_trainings
from liaison.views import directory
from liaison.views.refusals import refusals_in, refusals_told

PER_PAGE = 50
SUBJECTS = 6  # the latest subjects, as chips
HEADINGS = ("姓名", "单位", "职级", "手机号", "培训日期", "内容", "登记人", "登记时间")


def _require_reader(request: HttpRequest) -> None:
    if not may(request.user, Capability.READ_DIRECTORY):
        raise PermissionDenied("培训记录由名册管理员、协调办公室和系统管理员查看。")


def _require_keeper(request: HttpRequest) -> None:
    if not may(request.user, Capability.IMPORT_COMPANIES):
        raise PermissionDenied("培训由名册管理员、协调办公室和系统管理员登记。")


def _filtered(request: HttpRequest) -> QuerySet[Training]:
    rows: QuerySet[Training] = TrainingFilter(
        request.GET, Training.objects.visible_to(request.user), request=request
    ).qs
    return rows


def _with_posts(request: HttpRequest, rows: list[Training]) -> list[Training]:
    """Each with the units in which its person serves today."""
    people = Official.objects.visible_to(request.user).with_postings_on(request.user.access.on)
    known = people.in_bulk({row.official_id for row in rows})
    for row in rows:
        row.official = known[row.official_id]
    return rows


@require_GET
def trainings(request: HttpRequest) -> HttpResponse:
    """培训记录, the latest first."""
    _require_reader(request)
    rows = _filtered(request).select_related("recorded_by").order_by("-on", "-recorded_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    subjects = (
        Training.objects.visible_to(request.user)
        .order_by()
        .values("subject")
        .annotate(n=Count("pk"), last=Max("on"))
        .order_by("-last", "subject")[:SUBJECTS]
    )
    kept = [(n, v) for n in ("region", "subject", "since", "until") if (v := request.GET.get(n))]
    context = {
        "page": page,
        "rows": _with_posts(request, list(page.object_list)),
        "q": request.GET.get("q", "").strip(),
        "kept": kept,
        "subjects": [(row["subject"], row["subject"], row["n"]) for row in subjects],
        "regions": directory.counties(request),
        "narrowed": any(request.GET.get(n) for n in ("q", "region", "subject", "since", "until")),
        "may_keep": may(request.user, Capability.IMPORT_COMPANIES),
    }
    return render(request, "liaison/trainings.html", context)


@require_POST
def trainings_export(request: HttpRequest) -> HttpResponseBase:
    """The trainings as filtered, as a workbook; who took it is kept."""
    _require_reader(request)
    rows = _filtered(request).select_related("recorded_by").order_by("-on", "-pk")
    return download_workbook(
        title="培训记录",
        headings=HEADINGS,
        rows=_lines(request, rows),
        by=request.user,
        at=timezone.now(),
        query=request.GET.urlencode(),
        text_columns=("手机号",),
    )


def _lines(request: HttpRequest, rows: QuerySet[Training]) -> Iterator[list[Any]]:
    chunk: list[Training] = []
    for row in rows.iterator(2000):
        chunk.append(row)
        if len(chunk) == 2000:
            yield from _cells(request, chunk)
            chunk = []
    yield from _cells(request, chunk)


def _cells(request: HttpRequest, chunk: list[Training]) -> Iterator[list[Any]]:
    for row in _with_posts(request, chunk):
        who: Any = row.official
        units = "、".join(dict.fromkeys(post.department.name for post in who.current_postings))
        yield [
            who.name,
            units,
            who.get_rank_display(),
            who.phone or "",
            row.on,
            row.subject,
            row.recorded_by.name if row.recorded_by else "",
            f"{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M}",
        ]


def training_new(request: HttpRequest) -> HttpResponse:
    """登记培训 for many: chosen from the directory by unit, place and rank, or pasted."""
    _require_keeper(request)
    people = OfficialFilter(request.GET, Official.objects.visible_to(request.user), request=request).qs
    here = people.filter(in_whose_charge(request.user), is_active=True)
    narrowed = any(request.GET.get(name) for name in ("q", "region", "rank", "trained"))
    found = here.order_by().count() if narrowed else 0
    shown = here if 0 < found <= MOST_SHOWN else here.none()
    form = TrainingForm(
        request.POST or None, by=request.user, shown=shown, initial={"on": request.user.access.on}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            done = services.record_trainings(
                officials=form.officials(),
                on=form.cleaned_data["on"],
                subject=form.cleaned_data["subject"],
                by=request.user,
                at=timezone.now(),
            )
            _tell(request, done, form.cleaned_data["subject"])
            return redirect("liaison:trainings")
    context = {
        "form": form,
        "found": found,
        "most": MOST_SHOWN,
        "narrowed": narrowed,
        "q": request.GET.get("q", "").strip(),
        "kept": [(n, v) for n in ("region", "rank", "trained") if (v := request.GET.get(n))],
        "regions": directory.counties(request),
        "ranks": [(value, label, None) for value, label in Rank.choices],
        "states": [("no", "没有培训记录", None), ("yes", "已培训", None)],
    }
    return render(request, "liaison/training_new.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, done: services.Recorded, subject: str) -> None:
    already = f"，{done.already} 名已有这条记录" if done.already else ""
    if done.added:
        messages.success(request, f"已登记“{subject}”：{done.added} 名{already}。")
    else:
        messages.info(request, f"没有新增：所选 {done.already} 名都已有这条记录。")


@require_POST
def official_train(request: HttpRequest, pk: int) -> HttpResponse:
    """登记培训 of one official, from their page."""
    person = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    if not may_keep_trainings(request.user, person):
        raise PermissionDenied("只有该干部所在地区的名册管理员、协调办公室可以登记培训。")
    form = OneTrainingForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            done = services.record_trainings(
                officials=[person], by=request.user, at=timezone.now(), **form.cleaned_data
            )
            _tell(request, done, form.cleaned_data["subject"])
            return redirect("liaison:official", person.pk)
    return directory.show_official(request, person, training=form)


@require_POST
def training_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销 a training that was written down by mistake."""
    rows = Training.objects.visible_to(request.user).select_related("official")
    training = get_object_or_404(rows, pk=pk)
    if not may_keep_trainings(request.user, training.official):
        raise PermissionDenied("只有该干部所在地区的名册管理员、协调办公室可以撤销培训记录。")
    with refusals_told(request):
        services.withdraw_training(training=training, by=request.user, at=timezone.now())
        messages.success(request, f"已撤销 {training.official} {training.on} 的“{training.subject}”。")
    return redirect("liaison:official", training.official_id)
