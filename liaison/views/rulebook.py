"""The rulebook in words: made from a template, read by version, two versions compared. And the trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liaison import services
from liaison.choices import VersionStatus
from liaison.forms.audit import AuditForm
from liaison.forms.rules import ProgrammeForm
from liaison.models import AuditEvent, Programme, ProgrammeVersion
from liaison.perms import Capability, may, may_in, regions_for
from liaison.reports import (
    NoSuchPreset,
    Preset,
    RuleSet,
    chapters_read,
    chapters_turned,
    key_figures,
    preset_of,
    presets,
    ruleset_of,
)
from liaison.views.refusals import refusals_in

TEMPLATE = "template"  # how the comparison names the template of a version


def may_edit(request: HttpRequest, scheme: Programme) -> bool:
    """Whether the official drafts and publishes this programme's rules."""
    return may_in(request.user, Capability.EDIT_RULES, scheme.region)


@require_GET
def programmes(request: HttpRequest) -> HttpResponse:
    """包联方案: every programme with the version in force."""
    today = request.user.access.on
    every = ProgrammeVersion.objects.order_by("-effective_from", "-number")
    schemes = (
        Programme.objects.visible_to(request.user)
        .select_related("region")
        .prefetch_related(Prefetch("versions", every, to_attr="every_version"))
        .order_by("code")
    )
    rows = [_listed(scheme, today, editing=may_edit(request, scheme)) for scheme in schemes]
    context = {"rows": rows, "may_found": may(request.user, Capability.EDIT_RULES)}
    return render(request, "liaison/programmes.html", context)


def _listed(scheme: Any, today: date, *, editing: bool) -> dict[str, Any]:
    """A programme with the version in force, the next one to come, and the draft for those who edit it."""
    published = [one for one in scheme.every_version if one.status == VersionStatus.PUBLISHED]
    drafts = [one for one in scheme.every_version if one.status == VersionStatus.DRAFT]
    return {
        "programme": scheme,
        "present": next((one for one in published if one.effective_from <= today), None),
        "coming": next((one for one in reversed(published) if one.effective_from > today), None),
        "draft": next(iter(drafts), None) if editing else None,
    }


# --- from a template ------------------------------------------------------------------------------


def _founder(request: HttpRequest) -> None:
    if not regions_for(request.user, Capability.EDIT_RULES):
        raise PermissionDenied("新建方案由协调办公室或系统管理员办理。")


@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """从模板新建: the programmes that are ready to start, each as a card."""
    _founder(request)
    cards = [(preset, key_figures(preset.rules, preset.months)) for preset in presets()]
    return render(request, "liaison/programme_templates.html", {"cards": cards})


@require_http_methods(["GET", "POST"])
def programme_new(request: HttpRequest, preset: str) -> HttpResponse:
    """A draft programme from a template: where, from when, under which name."""
    _founder(request)
    try:
        template = preset_of(preset)
    except NoSuchPreset as missing:
        raise Http404(str(missing)) from None
    form = ProgrammeForm(
        request.POST or None, template=template, official=request.user, today=request.user.access.on
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form, "code"):
            version = services.load_preset(
                preset=preset, by=request.user, at=timezone.now(), publish=False, **form.cleaned_data
            )
            messages.success(request, f"已建立“{version.programme}”，现在是草稿。核对规则后发布即可启用。")
            return redirect("liaison:draft", version.programme.code)
    context = {
        "template": template,
        "form": form,
        "figures": key_figures(template.rules, template.months),
        "chapters": [chapter for chapter in chapters_read(template.rules) if chapter.count],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "liaison/programme_new.html", context, status=status)


# --- reading --------------------------------------------------------------------------------------


def _scheme(request: HttpRequest, code: str) -> Programme:
    return get_object_or_404(Programme.objects.visible_to(request.user).select_related("region"), code=code)


def template_of(version: ProgrammeVersion) -> Preset | None:
    """The template from which the version's programme was made, if it still ships with the product."""
    try:
        return preset_of(version.preset)
    except NoSuchPreset:
        return None


@require_GET
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """One programme's rules, each as a sentence with its values inside."""
    scheme = _scheme(request, code)
    every = list(scheme.versions.select_related("published_by").order_by("-effective_from", "-number"))
    versions = [version for version in every if version.status == VersionStatus.PUBLISHED]
    wanted = request.GET.get("version", "")
    today = request.user.access.on
    present = next((version for version in versions if version.effective_from <= today), None)
    shown = (
        next((v for v in versions if str(v.number) == wanted), None)
        if wanted
        else present or next(reversed(versions), None)
    )
    if wanted and shown is None:
        raise Http404(wanted)
    editing = may_edit(request, scheme)
    context: dict[str, Any] = {
        "programme": scheme,
        "versions": versions,
        "version": shown,
        "present": present,
        "today": today,
        "may_edit": editing,
        "draft": next((v for v in every if v.status == VersionStatus.DRAFT), None) if editing else None,
        "chapters": [],
        "template": None,
        "has_batches": False,
    }
    if shown is not None:
        template = template_of(shown)
        chapters = chapters_read(ruleset_of(shown), template.rules if template else None)
        older = [version for version in versions if version.number < shown.number]
        context |= {
            "template": template,
            "chapters": [chapter for chapter in chapters if chapter.count or chapter.gone],
            "has_batches": any(chapter.code == "phases" and chapter.count for chapter in chapters),
            "differing": sum(chapter.differing for chapter in chapters),
            "previous": older[0] if older else None,
        }
    return render(request, "liaison/programme.html", context)


@require_GET
def programme_compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two versions, or a version and its template, rule by rule: before → after."""
    scheme = _scheme(request, code)
    versions = list(scheme.versions.order_by("-number"))
    if not may_edit(request, scheme):
        versions = [version for version in versions if version.status == VersionStatus.PUBLISHED]
    if not versions:
        raise Http404("no version")
    after = _asked(versions, request.GET.get("after", "")) or versions[0]
    older = [version for version in versions if version.number < after.number]
    wanted = request.GET.get("before", "")
    template = template_of(after)
    before = None if wanted == TEMPLATE else _asked(versions, wanted) or next(iter(older), None)
    if before is None and template is None:
        raise Http404("nothing to compare with")
    rules: RuleSet = ruleset_of(before) if before else template.rules  # type: ignore[union-attr]
    turned = chapters_turned(rules, ruleset_of(after))
    context = {
        "programme": scheme,
        "versions": versions,
        "template": template,
        "before": before,
        "after": after,
        "chapters": turned,
        "count": sum(len(chapter.turns) for chapter in turned),
    }
    return render(request, "liaison/programme_compare.html", context)


def _asked(versions: list[ProgrammeVersion], wanted: str) -> ProgrammeVersion | None:
    """The version of that number; None when none is asked for."""
    if not wanted:
        return None
    found = next((version for version in versions if str(version.number) == wanted), None)
    if found is None:
        raise Http404(wanted)
    return found


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """操作记录: who did what, newest first."""
    if not may(request.user, Capability.READ_AUDIT):
        raise PermissionDenied
    events = AuditEvent.objects.visible_to(request.user).select_related("by").order_by("-at", "-pk")
    form = AuditForm(request.GET)
    is_understood = form.is_valid()
    found = form.narrow(events) if is_understood else events.none()
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "asked": form.words() if is_understood else ""}
    return render(request, "liaison/audit.html", context, status=200 if is_understood else 422)
