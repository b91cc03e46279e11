"""Publishing a draft of a programme's rules: from when, what changes, and what it means for open problems."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from issues.reports.adoption import effects_of
from liaison import services
from liaison.models import ProgrammeVersion
from liaison.reports import CHAPTERS, chapters_turned, contradictions, fingerprint, ruleset_of, turn_of
from liaison.reports.adoption import adoptable
from liaison.reports.rulesets import differences
from liaison.views.drafts import draft_of, editable, published_before, without_draft
from liaison.views.rulebook import template_of


@require_http_methods(["GET", "POST"])
def draft_publish(request: HttpRequest, code: str) -> HttpResponse:
    """发布: of two clerks who publish at once, one wins and the other is told."""
    scheme = editable(request, code)
    draft = draft_of(scheme)
    if draft is None:
        return without_draft(request, scheme)
    page = _page(draft)
    if request.method == "POST":
        asked = set(request.POST.getlist("adopt"))
        try:
            services.publish_version(
                version=draft,
                by=request.user,
                at=timezone.now(),
                adopt={effect.name for effect in page["effects"] if effect.name in asked},
                seen=request.POST.get("seen", "") or "-",
            )
        except services.PublishRefused as refusal:
            still = draft_of(scheme)
            if still is None:
                return without_draft(request, scheme)
            page |= {"reasons": refusal.reasons, "asked": asked}
            return render(request, "liaison/draft_publish.html", page, status=422)
        words = f"第 {draft.number} 版已发布，{draft.effective_from:%Y-%m-%d} 起生效。"
        messages.success(request, words)
        if page["before"] is None:
            return redirect("companies:programme-start", code)
        compared = reverse("liaison:programme-compare", args=[code])
        return redirect(f"{compared}?before={page['before'].number}&after={draft.number}")
    return render(request, "liaison/draft_publish.html", page)


def _page(draft: ProgrammeVersion) -> dict[str, Any]:
    rules = ruleset_of(draft)
    before = published_before(draft)
    template = template_of(draft)
    other = ruleset_of(before) if before else template.rules if template else None
    turned = chapters_turned(other, rules) if other else []
    changed = adoptable(differences(other, rules)) if before and other else []
    titles = {chapter.code: chapter.title for chapter in CHAPTERS}
    return {
        "programme": draft.programme,
        "draft": draft,
        "before": before,
        "template": template,
        "chapters": turned,
        "count": sum(len(chapter.turns) for chapter in turned),
        "effects": effects_of(draft, [turn_of(one) for one in changed]),
        "contradictions": [(one, titles[one.chapter]) for one in contradictions(rules)],
        "seen": fingerprint(rules),
        "reasons": (),
        "asked": set(),
    }
