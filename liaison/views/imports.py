"""名册导入: the wizard from file to result."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison import exports
from liaison.choices import ImportState, Verdict
from liaison.forms.filters import know_names, value_of
from liaison.forms.imports import ConfirmForm, MappingForm, UploadForm
from liaison.imports import engine
from liaison.imports.rosters import Roster, roster_of, rosters
from liaison.models import ImportRow, ImportRun, Official, Programme
from liaison.perms import may, may_in, regions_for
from liaison.services import imports as services
from liaison.spreadsheets import UnreadableFile
from liaison.views.refusals import refusals_told

PER_PAGE = 50
STEPS = ("上传", "对应列", "检查", "核对确认", "写入")
STEP_OF = {
    ImportState.UPLOADED: 2,
    ImportState.CHECKING: 3,
    ImportState.CHECKED: 4,
    ImportState.APPLYING: 5,
    ImportState.APPLIED: 6,
    ImportState.FAILED: 3,
    ImportState.CANCELLED: 4,
}
TONES = {
    ImportState.UPLOADED: "yellow",
    ImportState.CHECKING: "blue",
    ImportState.CHECKED: "yellow",
    ImportState.APPLYING: "blue",
    ImportState.APPLIED: "done",
    ImportState.FAILED: "red",
    ImportState.CANCELLED: "grey",
}
VERDICT_TONES = {
    Verdict.NEW: "green",
    Verdict.CHANGED: "blue",
    Verdict.SAME: "grey",
    Verdict.DUPLICATE: "yellow",
    Verdict.ERROR: "red",
}
NOTED = "noted"


# --- the list and the upload ------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The rosters one may import, the form for a file, and what was imported before."""
    allowed = _allowed(request)
    roster = _chosen(request, allowed)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    too_large = getattr(request, "upload_too_large", False)  # known once the body is read
    form = UploadForm(roster, request.user, *data, too_large=too_large)
    choices = request.POST if data else None
    options = roster.options_form(request.user, choices) if roster.options_form else None
    if data and form.is_valid() and (options is None or options.is_valid()):
        told = form.as_run()
        chosen = options.as_options() if options else {}
        run = services.start_import(**told, options=chosen, by=request.user, at=timezone.now())
        return redirect("liaison:import" if told["is_mapped"] else "liaison:import-mapping", run.pk)
    runs = ImportRun.objects.visible_to(request.user).select_related("region", "uploaded_by")
    page = Paginator(runs.order_by("-uploaded_at", "-pk"), PER_PAGE // 2).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "options": options,
        "roster": roster,
        "tabs": [
            {"label": each.name, "url": f"?kind={each.code}", "active": each is roster, "count": None}
            for each in allowed
        ],
        "steps": STEPS,
        "page": page,
        "runs": [_summary(run) for run in page.object_list],
    }
    status = 413 if too_large else 422 if data else 200
    return render(request, "liaison/imports/imports.html", context, status=status)


def _allowed(request: HttpRequest) -> list[Roster]:
    allowed = [roster for roster in rosters() if may(request.user, roster.capability)]
    if not allowed:
        raise PermissionDenied
    return allowed


def _chosen(request: HttpRequest, allowed: list[Roster]) -> Roster:
    wanted = request.GET.get("kind", allowed[0].code)
    if any(roster.code == wanted for roster in allowed):
        return roster_of(wanted)
    if any(roster.code == wanted for roster in rosters()):
        raise PermissionDenied
    raise Http404


@require_GET
def import_template(request: HttpRequest, kind: str) -> FileResponse:
    """An empty roster to fill in."""
    allowed = {roster.code: roster for roster in _allowed(request)}
    if kind not in allowed:
        raise Http404
    target = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    exports.write_template(target, allowed[kind])
    return _workbook(target, f"{allowed[kind].name}模板.xlsx")


@require_POST
def import_current(request: HttpRequest, kind: str) -> FileResponse:
    """What is kept now, in the columns of the roster: to be edited and uploaded again."""
    allowed = {roster.code: roster for roster in _allowed(request)}
    roster = allowed.get(kind)
    if roster is None or (current := roster.current) is None:
        raise Http404
    regions = regions_for(request.user, roster.capability)
    columns = roster.columns.values()
    rows = (
        row
        for region in regions
        if not any(region.path.startswith(upper.path) for upper in regions if upper != region)
        for row in current(region, request.user.access.on).iterator(chunk_size=1000)
    )
    return exports.download_workbook(
        title=f"现有{roster.name}",
        headings=[column.heading for column in columns],
        rows=([column.export(row) for column in columns] for row in rows),
        by=request.user,
        at=timezone.now(),
        text_columns=[column.heading for column in columns if column.is_text],
    )


# --- one import -------------------------------------------------------------------------------


def _run(request: HttpRequest, pk: int, *, to_act: bool = False) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user)
    run = get_object_or_404(runs.select_related("region", "uploaded_by", "applied_by"), pk=pk)
    if to_act and not may_in(request.user, roster_of(run.kind).capability, run.region):
        raise PermissionDenied
    return run


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the import stands: progress, preview by verdict, or result."""
    run = _run(request, pk)
    roster = roster_of(run.kind)
    if run.state == ImportState.UPLOADED and may_in(request.user, roster.capability, run.region):
        return redirect("liaison:import-mapping", run.pk)
    context = _case(request, run, roster)
    if run.state in (ImportState.CHECKED, ImportState.APPLIED, ImportState.CANCELLED) and run.digest:
        context |= _preview(request, run)
    return render(request, "liaison/imports/import.html", context)


def _case(request: HttpRequest, run: ImportRun, roster: Roster) -> dict[str, Any]:
    counts = run.counts
    fresh = counts.get(Verdict.NEW, 0) + counts.get(Verdict.CHANGED, 0)
    skipped = counts.get(Verdict.ERROR, 0) + counts.get(Verdict.DUPLICATE, 0)
    return {
        "run": run,
        "roster": roster,
        "steps": STEPS,
        "step": STEP_OF[ImportState(run.state)],
        "tone": TONES[ImportState(run.state)],
        "fresh": fresh,
        "skipped": skipped,
        "may_act": may_in(request.user, roster.capability, run.region),
        "is_moving": run.state in (ImportState.CHECKING, ImportState.APPLYING),
        "progress": _progress(run),
        "facts": _facts(run, roster, request.user),
        "earlier": _earlier(request, run),
        "confirm": ConfirmForm(initial={"sha256": run.sha256, "digest": run.digest}),
    }


def _facts(run: ImportRun, roster: Roster, reader: Official) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("名册", roster.name),
        ("导入到", run.region),
        ("文件", run.file_name),
        ("上传", f"{run.uploaded_by} {timezone.localtime(run.uploaded_at):%Y-%m-%d %H:%M}"),
        ("文件指纹", run.sha256[:16]),
    ]
    if code := run.options.get("programme"):
        facts.insert(2, ("方案", Programme.objects.visible_to(reader).filter(code=code).first() or code))
    if run.applied_at:
        facts.append(("写入", f"{run.applied_by} {timezone.localtime(run.applied_at):%Y-%m-%d %H:%M}"))
    return facts


def _earlier(request: HttpRequest, run: ImportRun) -> ImportRun | None:
    """The last time that the very same file came in as the same kind of roster."""
    same = ImportRun.objects.visible_to(request.user).filter(sha256=run.sha256, kind=run.kind)
    return same.filter(pk__lt=run.pk).exclude(state=ImportState.CANCELLED).order_by("-pk").first()


def _preview(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    know_names(request.GET, ("verdict", "q"))
    shown = value_of(request.GET, "verdict", "检查结果", (*Verdict.values, NOTED))
    words = request.GET.get("q", "").strip()
    rows = run.rows.order_by("number")
    if shown == NOTED:
        rows = rows.exclude(errors={}).exclude(verdict__in=(Verdict.ERROR, Verdict.DUPLICATE))
    elif shown:
        rows = rows.filter(verdict=shown)
    if words:
        rows = rows.filter(Q(label__icontains=words) | Q(key__icontains=words))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    kinds = [(v.value, v.label, run.counts.get(v, 0), _chip_tone(v, run)) for v in Verdict]
    if run.counts.get(NOTED):
        kinds.append((NOTED, "有提示", run.counts[NOTED], "yellow"))
    return {
        "page": page,
        "rows": [_line(row) for row in page.object_list],
        "verdicts": [("", "全部", run.rows_total), *kinds],
        "q": words,
        "narrowed": bool(shown or words),
    }


def _chip_tone(verdict: Verdict, run: ImportRun) -> str:
    tone = {Verdict.ERROR: "red", Verdict.DUPLICATE: "yellow"}.get(verdict, "")
    return tone if run.counts.get(verdict) else ""


def _line(row: ImportRow) -> dict[str, Any]:
    is_wrong = row.verdict in (Verdict.ERROR, Verdict.DUPLICATE)
    told = [(name, why, row.cells.get(name, "")) for name, why in row.errors.items()]
    return {
        "number": row.number,
        "tone": VERDICT_TONES[Verdict(row.verdict)],
        "word": row.get_verdict_display(),
        "label": row.label or "（未填名称）",
        "key": row.key.split("|")[0],
        "wrong": told if is_wrong else [],
        "notes": [] if is_wrong else told,
        "changes": [(name, old, new) for name, (old, new) in row.changes.items()],
        "about": row.values.get("about", ""),
    }


def _summary(run: ImportRun) -> dict[str, Any]:
    return {
        "run": run,
        "roster": roster_of(run.kind).name,
        "tone": TONES[ImportState(run.state)],
        "new": run.counts.get(Verdict.NEW, 0),
        "changed": run.counts.get(Verdict.CHANGED, 0),
        "wrong": run.counts.get(Verdict.ERROR, 0),
    }


@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every second; when the work is done the page is loaded anew."""
    run = _run(request, pk)
    response = render(request, "liaison/imports/_progress.html", {"progress": _progress(run)})
    if run.state not in (ImportState.CHECKING, ImportState.APPLYING):
        response["HX-Refresh"] = "true"
    return response


def _progress(run: ImportRun) -> dict[str, Any]:
    moving = run.state in (ImportState.CHECKING, ImportState.APPLYING)
    url = reverse("liaison:import-progress", args=[run.pk]) if moving else ""
    if run.state == ImportState.APPLYING:
        text = "一次写完，或者一行也不写。可以离开本页；后台暂停时排队等候，恢复后自动继续。"
        return {"label": "正在写入", "value": 0, "max": 0, "text": text, "url": url}
    text = "可以离开本页，检查在后台进行。"
    if moving and not run.rows_done:
        text = "已排队，等待后台处理。后台暂停时也不会丢失，恢复后自动继续；可以离开本页。"
    return {"label": "正在检查", "value": run.rows_done, "max": run.rows_total, "text": text, "url": url}


@require_http_methods(["GET", "POST"])
def import_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Which heading each column is read from."""
    run = _run(request, pk, to_act=True)
    roster = roster_of(run.kind)
    if run.state not in (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED):
        messages.info(request, f"这次导入“{run.get_state_display()}”，不能再改列对应。")
        return redirect("liaison:import", run.pk)
    try:
        samples = engine.samples(run)
    except UnreadableFile as problem:
        messages.error(request, str(problem))
        return redirect("liaison:imports")
    form = MappingForm(roster, run.headings, samples, request.POST or None, initial=run.mapping)
    if request.method == "POST" and form.is_valid():
        return _then(request, run, services.map_columns, mapping=form.mapping())
    used = set(run.mapping.values())
    context = {
        **_case(request, run, roster),
        "step": 2,
        "form": form,
        "spare": [
            (name, "、".join(samples.get(name, []))) for name in run.headings if name and name not in used
        ],
    }
    return render(request, "liaison/imports/mapping.html", context, status=422 if form.errors else 200)


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it written: this file, this preview."""
    run = _run(request, pk, to_act=True)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, "确认信息不完整，请刷新页面后再确认。")
        return redirect("liaison:import", run.pk)
    return _then(request, run, services.confirm_import, **form.cleaned_data)


@require_POST
def import_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the same file again."""
    return _then(request, _run(request, pk, to_act=True), services.check_again)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the import up."""
    return _then(request, _run(request, pk, to_act=True), services.cancel_import)


def _then(request: HttpRequest, run: ImportRun, act: Any, **arguments: Any) -> HttpResponseRedirect:
    with refusals_told(request):
        act(run=run, by=request.user, at=timezone.now(), **arguments)
    return redirect("liaison:import", run.pk)


@require_GET
def import_result(request: HttpRequest, pk: int) -> FileResponse:
    """The sheet with its verdicts; `?only=wrong` gives the lines to mend and upload again."""
    run = _run(request, pk)
    if not run.digest:
        raise Http404
    know_names(request.GET, ("only",))
    only_wrong = value_of(request.GET, "only", "范围", ("wrong",)) == "wrong"
    target = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    exports.write_result(target, run, roster_of(run.kind), only_wrong=only_wrong)
    stem = run.file_name.rpartition(".")[0] or run.file_name
    return _workbook(target, f"{stem}-{'待更正' if only_wrong else '导入结果'}.xlsx")


def _workbook(target: IO[bytes], name: str) -> FileResponse:
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=exports.WORKBOOK)


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/templates/<slug:kind>/", import_template, name="import-template"),
    path("imports/current/<slug:kind>/", import_current, name="import-current"),
    path("imports/<int:pk>/", import_detail, name="import"),
    path("imports/<int:pk>/mapping/", import_mapping, name="import-mapping"),
    path("imports/<int:pk>/progress/", import_progress, name="import-progress"),
    path("imports/<int:pk>/confirm/", import_confirm, name="import-confirm"),
    path("imports/<int:pk>/recheck/", import_recheck, name="import-recheck"),
    path("imports/<int:pk>/cancel/", import_cancel, name="import-cancel"),
    path("imports/<int:pk>/result/", import_result, name="import-result"),
]
