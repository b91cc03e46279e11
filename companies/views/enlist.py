"""粘贴名单纳入: a list is pasted, judged line by line, mended, and confirmed."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companies import perms, services
from companies.choices import Admission
from companies.forms.enlist import EnlistForm
from companies.models import Company, Project
from liaison.normalise import row_key
from liaison.perms import Capability, may

TONES = {
    Admission.OPEN: "green",
    Admission.INSIDE: "grey",
    Admission.REPEATED: "grey",
    Admission.SEVERAL: "yellow",
    Admission.EARLY: "yellow",
    Admission.UNKNOWN: "red",
    Admission.CLOSED: "red",
    Admission.OUTSIDE: "red",
}
IN_ANYWAY = (Admission.INSIDE, Admission.REPEATED)  # nothing is left to do for them


@require_http_methods(["GET", "POST"])
def enlist(request: HttpRequest) -> HttpResponse:
    """The list, and beneath it what the programme's door says of each line."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, EnlistForm(official=request.user))
    form = EnlistForm(request.POST, official=request.user)
    if not form.is_valid():
        return _page(request, form)
    try:
        judged = _judge(request, form)
    except services.EnrolmentRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form)
    if "confirm" not in request.POST:
        return _page(request, form, judged)
    seen, _, count = request.POST.get("seen", "").partition(":")
    if seen != _words_of(form):
        form.add_error(None, "名单或方案在核对之后改过，下面是按现在的内容重新核对的结果，请看过再确认。")
        return _page(request, form, judged)
    return _enrol(request, form, judged, promised=row_key(count))


def _judge(request: HttpRequest, form: EnlistForm) -> list[services.Listed]:
    chosen = form.cleaned_data
    return services.judge_list(
        form.pasted,
        gate=services.Gate(chosen["programme"], chosen["starts_on"], timezone.now()),
        register=services.Register(
            Company.objects.visible_to(request.user), Project.objects.visible_to(request.user)
        ),
        is_ours=lambda company: perms.may_manage(request.user, company),
        picks=request.POST.getlist("pick"),
        exception=chosen["exception"],
    )


def _enrol(
    request: HttpRequest, form: EnlistForm, judged: list[services.Listed], promised: int
) -> HttpResponse:
    """Enrol who may come in now; what is left of the list stays on the page, to be mended."""
    wanted = [one.entrant for one in judged if one.verdict == Admission.OPEN and one.entrant]
    chosen = form.cleaned_data
    if not wanted:
        form.add_error(None, "名单里没有现在可以纳入的企业或项目，没有写入任何内容。")
        return _page(request, form, judged)
    try:
        done = services.enrol_listed(
            programme=chosen["programme"],
            entrants=wanted,
            starts_on=chosen["starts_on"],
            exception=chosen["exception"],
            by=request.user,
            at=timezone.now(),
        )
    except services.EnrolmentRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, judged)
    messages.success(request, f"已将 {done}纳入“{chosen['programme']}”。")
    if (missed := promised - len(done.created)) > 0:
        messages.warning(
            request, f"核对时可纳入的另有 {missed} 项，确认时已由他人纳入或情况有变，没有重复纳入。"
        )
    entered = {(place.company_id, place.project_id) for place in done.created}
    left = [
        one
        for one in judged
        if one.verdict not in IN_ANYWAY and not (one.entrant and one.entrant.key in entered)
    ]
    if not left:
        query = (
            f"?programme={chosen['programme'].code}" if chosen["starts_on"] <= request.user.access.on else ""
        )
        return redirect(f"{reverse('companies:companies')}{query}")
    rest = request.POST.copy()
    rest["names"] = "\n".join(one.pasted.text for one in left)
    again = EnlistForm(rest, official=request.user)
    return _page(request, again, _judge(request, again) if again.is_valid() else [], is_rest=True)


def _page(
    request: HttpRequest,
    form: EnlistForm,
    judged: list[services.Listed] | None = None,
    *,
    is_rest: bool = False,
) -> HttpResponse:
    counts = Counter(one.verdict for one in judged or ())
    is_open = counts[Admission.OPEN]
    context: dict[str, Any] = {
        "form": form,
        "judged": judged is not None,
        "is_rest": is_rest,
        "counts": [(TONES[v], v.label, counts[v]) for v in Admission if counts[v]],
        "total": sum(counts.values()),
        "open": is_open,
        "seen": f"{_words_of(form)}:{is_open}" if judged is not None else "",
        "sections": [
            ("需要处理", _rows(judged, lambda v: v not in (Admission.OPEN, *IN_ANYWAY)), True),
            ("可纳入", _rows(judged, lambda v: v == Admission.OPEN), not counts.keys() - {Admission.OPEN}),
            ("不用再纳入", _rows(judged, lambda v: v in IN_ANYWAY), False),
        ],
        "may_import": may(request.user, Capability.IMPORT_COMPANIES),
    }
    return render(request, "companies/enlist.html", context, status=422 if form.errors else 200)


def _rows(judged: list[services.Listed] | None, fits: Any) -> list[dict[str, Any]]:
    return [
        {
            "line": one.pasted.line,
            "text": one.pasted.text,
            "tone": TONES[one.verdict],
            "word": one.verdict.label,
            "reason": one.reason,
            "note": one.note,
            "company": one.entrant.company if one.entrant else None,
            "project": one.entrant.project if one.entrant else None,
            "choices": one.choices,
        }
        for one in judged or ()
        if fits(one.verdict)
    ]


def _words_of(form: EnlistForm) -> str:
    """A fingerprint of what was asked: the preview that is confirmed must be of the same words."""
    asked = "\n".join(str(form.data.get(name, "")) for name in ("programme", "starts_on", "exception"))
    lines = str(form.data.get("names", "")).splitlines()  # a browser sends its own line ends
    return hashlib.sha256("\n".join([asked, *lines]).encode(errors="replace")).hexdigest()[:16]
