"""A draft of a programme's rules: every rule a sentence, and a click opens it with its values as boxes."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison import services
from liaison.choices import VersionStatus
from liaison.forms.rules import DraftForm, NewVersionForm, rule_form
from liaison.models import Programme, ProgrammeVersion, Rule
from liaison.perms import Capability, may_in
from liaison.reports import CHAPTERS, RuleSet, chapters_read, contradictions, ruleset_of
from liaison.reports.rulesets import KINDS, has_position
from liaison.views.refusals import refusals_in, refusals_told
from liaison.views.rulebook import template_of

GONE = "草稿已经不在了：可能刚由他人发布或放弃。"


def editable(request: HttpRequest, code: str) -> Programme:
    """The programme, if the official edits its rules."""
    scheme = get_object_or_404(Programme.objects.visible_to(request.user).select_related("region"), code=code)
    if not may_in(request.user, Capability.EDIT_RULES, scheme.region):
        raise PermissionDenied(f"本方案的规则由{scheme.region}的协调办公室或系统管理员编辑。")
    return scheme


def draft_of(scheme: Programme) -> ProgrammeVersion | None:
    """The one draft that the programme may have."""
    draft: ProgrammeVersion | None = scheme.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is not None:
        draft.programme = scheme
    return draft


def without_draft(request: HttpRequest, scheme: Programme) -> HttpResponse:
    """Say that there is no draft any longer, on the programme's page."""
    messages.warning(request, GONE)
    return _go(request, reverse("liaison:programme", args=[scheme.code]))


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def published_before(draft: ProgrammeVersion) -> ProgrammeVersion | None:
    """The newest published version of the draft's programme."""
    published = draft.programme.versions.filter(status=VersionStatus.PUBLISHED)
    found: ProgrammeVersion | None = published.order_by("-number").first()
    return found


def beside(draft: ProgrammeVersion) -> tuple[RuleSet | None, str, str]:
    """What a draft is laid beside, the newest published version or else its template; and what to call it."""
    earlier = published_before(draft)
    if earlier is not None:
        return ruleset_of(earlier), f"第 {earlier.number} 版", f"第 {earlier.number} 版没有这一条"
    template = template_of(draft)
    return (template.rules if template else None), "模板", "模板没有这一条"


def _read(draft: ProgrammeVersion) -> dict[str, Any]:
    """The draft laid out, with what contradicts itself in it."""
    rules = ruleset_of(draft)
    other, called, new = beside(draft)
    chapters = chapters_read(rules, other, called=called, words_new=new)
    found = contradictions(rules)
    titles = {chapter.code: chapter.title for chapter in CHAPTERS}
    return {
        "programme": draft.programme,
        "draft": draft,
        "chapters": chapters,
        "called": called,
        "differing": sum(chapter.differing for chapter in chapters),
        "contradictions": [(one, titles[one.chapter]) for one in found],
        "wrong": {one.chapter for one in found},
    }


# --- the draft as a whole -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def draft_new(request: HttpRequest, code: str) -> HttpResponse:
    """起草新版本: from which day the new version is to hold."""
    scheme = editable(request, code)
    draft = draft_of(scheme)
    if request.method == "GET" and draft is not None:
        return redirect("liaison:draft", code)
    newest = scheme.versions.order_by("-number").first()
    today = request.user.access.on
    form = NewVersionForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["effective_from"]
        with refusals_in(form, "effective_from"):
            services.draft_version(programme=scheme, effective_from=day, by=request.user, at=timezone.now())
            return redirect("liaison:draft", code)
    context = {"programme": scheme, "form": form, "newest": newest}
    return render(request, "liaison/draft_new.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_GET
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """The draft: every rule a sentence to click, what contradicts itself at the top."""
    scheme = editable(request, code)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    return render(request, "liaison/draft.html", _read(found))


@require_http_methods(["GET", "POST"])
def draft_describe(request: HttpRequest, code: str) -> HttpResponse:
    """修改生效日和依据文件 of the draft."""
    scheme = editable(request, code)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    initial = {"effective_from": found.effective_from, "document": found.document}
    form = DraftForm(request.POST or None, initial=initial, today=request.user.access.on)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form, "effective_from"):
            services.describe_draft(version=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, "已保存。")
            return redirect("liaison:draft", code)
    context = {"programme": scheme, "draft": found, "form": form}
    return render(request, "liaison/draft_describe.html", context, status=_status(form))


@require_POST
def draft_discard(request: HttpRequest, code: str) -> HttpResponse:
    """放弃草稿: what was published stays; a programme that never was published goes with its first draft."""
    scheme = editable(request, code)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    with refusals_told(request):
        services.discard_draft(version=found, by=request.user, at=timezone.now())
        messages.success(request, "草稿已放弃。")
    return redirect(_home(request, scheme))


def _home(request: HttpRequest, scheme: Programme) -> str:
    """Where the draft's reader goes: the programme, or all of them when it went with its draft."""
    still = Programme.objects.visible_to(request.user).filter(pk=scheme.pk).exists()
    return reverse("liaison:programme", args=[scheme.code]) if still else reverse("liaison:programmes")


# --- one rule -------------------------------------------------------------------------------------


def _kind(name: str) -> type[Rule]:
    try:
        return KINDS[name]
    except KeyError:
        raise Http404(name) from None


def _rule(draft: ProgrammeVersion, kind: type[Rule], pk: int) -> Rule:
    found: Rule = get_object_or_404(kind.rows_of(draft), pk=pk)
    found.version = draft
    return found


@require_http_methods(["GET", "POST"])
def rule_new(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """加一条: a rule of the kind, its sentence with empty boxes."""
    scheme, made = editable(request, code), _kind(kind)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    return _edit(request, found, made())


@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """One rule of the draft: the sentence with its values as boxes."""
    scheme, made = editable(request, code), _kind(kind)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    return _edit(request, found, _rule(found, made, pk))


def _edit(request: HttpRequest, draft: ProgrammeVersion, rule: Rule) -> HttpResponse:
    kind, is_new = type(rule), rule.pk is None
    data = request.POST if request.method == "POST" else None
    form = rule_form(kind, is_new=is_new)(data, instance=copy(rule), version=draft)
    if data is not None and form.is_valid():
        with refusals_in(form):
            saved = services.save_rule(
                version=draft, rule=copy(rule), values=form.cleaned_data, by=request.user, at=timezone.now()
            )
            return _done(request, draft, kind, saved, "已加上。" if is_new else "已保存。", whole=is_new)
    context = {
        "programme": draft.programme,
        "draft": draft,
        "form": form,
        "rule": rule,
        "kind": _name(kind),
        "title": kind._meta.verbose_name,
        "is_new": is_new,
    }
    template = "liaison/_rule_form.html" if request.htmx else "liaison/rule.html"
    return render(request, template, context, status=_status(form))


def _name(kind: type[Rule]) -> str:
    return next(name for name, one in KINDS.items() if one is kind)


@require_POST
def rule_remove(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """删除 a rule of the draft; what is missing then stands at the top."""
    scheme, made = editable(request, code), _kind(kind)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    rule = _rule(found, made, pk)
    try:
        services.remove_rule(version=found, rule=rule, by=request.user, at=timezone.now())
    except services.DraftRefused as refusal:
        return _refused(request, scheme, str(refusal))
    return _done(request, found, made, None, "已删除。", whole=True)


@require_POST
def rule_move(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """上移、下移 a rule among those of its kind."""
    scheme, made = editable(request, code), _kind(kind)
    found = draft_of(scheme)
    if found is None:
        return without_draft(request, scheme)
    if not has_position(made):
        raise Http404(kind)
    rule, to = _rule(found, made, pk), request.POST.get("to")
    if to not in ("up", "down"):
        return _refused(request, scheme, "请用“上移”或“下移”。")
    try:
        services.move_rule(version=found, rule=rule, by=request.user, at=timezone.now(), up=to == "up")
    except services.DraftRefused as refusal:
        return _refused(request, scheme, str(refusal))
    return _done(request, found, made, rule, "", whole=True)


def _refused(request: HttpRequest, scheme: Programme, words: str) -> HttpResponse:
    messages.error(request, words)
    return _go(request, _home(request, scheme))


def _done(
    request: HttpRequest,
    draft: ProgrammeVersion,
    kind: type[Rule],
    rule: Rule | None,
    words: str,
    *,
    whole: bool,
) -> HttpResponse:
    """The line anew, or all rules of the kind; and the page's head, which counts and contradicts.

    A line that is swapped where the clerk looks says by itself that it was saved.
    """
    if words and (whole or not request.htmx):
        messages.success(request, words)
    name = _name(kind)
    if not request.htmx:
        anchor = f"rule-{name}-{rule.pk}" if rule is not None else f"kind-{name}"
        return HttpResponseRedirect(f"{reverse('liaison:draft', args=[draft.programme.code])}#{anchor}")
    context = _read(draft)
    kinds = {one.name: one for chapter in context["chapters"] for one in chapter.kinds}
    lines = {line.rule.pk: line for line in kinds[name].lines}
    context |= {
        "kind": kinds[name],
        "line": lines.get(rule.pk) if rule is not None and not whole else None,
        "chapter": next(one for one in context["chapters"] if kinds[name] in one.kinds),
        "focus": rule.pk if rule is not None else None,
    }
    response = render(request, "liaison/_rule_answer.html", context)
    target = f"kind-{name}" if context["line"] is None else f"rule-{name}-{context['line'].rule.pk}"
    response["HX-Retarget"], response["HX-Reswap"] = f"#{target}", "outerHTML"
    return response
