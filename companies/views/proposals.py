"""试排: drafts as a list, one draft with its pairs, gaps and quotas, two compared, adopted, taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import exports, perms, services
from companies.choices import GapReason, Nearness, ProposalState, TargetKind
from companies.forms.proposals import (
    SIGNS,
    AgainForm,
    GapFilter,
    PairFilter,
    ProposalForm,
    seats_by_hand,
)
from companies.models import Enrolment, Proposal, ProposalGap, ProposalPair
from companies.models.proposals import TAKE_BACK_DAYS
from companies.reports.shortage import quotas_of
from companies.views.proposal_figures import facts_of, figures_of
from companies.views.queues import Tally, Test, anything, kept, page_of, same, under, workbook_of
from liaison.choices import RegionLevel
from liaison.models import Region
from liaison.views.refusals import refusals_in, refusals_told
from liaison.workdays import day_of

SHOWN_CONFLICTS = 50
TONES = {
    ProposalState.QUEUED: "grey",
    ProposalState.SOLVING: "blue",
    ProposalState.DRAFT: "yellow",
    ProposalState.FAILED: "red",
    ProposalState.ADOPTED: "green",
    ProposalState.TAKEN_BACK: "grey",
    ProposalState.DROPPED: "grey",
}


def check_clerk(request: HttpRequest) -> None:
    """Drafts are made and read by those who put teams together."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied


def find(request: HttpRequest, pk: int) -> Proposal:
    """A draft of the official's own region; to whoever puts no teams together there, it does not exist."""
    rows = Proposal.objects.visible_to(request.user).select_related(
        "role__version__programme__region", "region", "made_by", "adopted_by", "taken_back_by", "based_on"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """All drafts, the newest first; two of them can be compared."""
    check_clerk(request)
    rows = (
        Proposal.objects.visible_to(request.user)
        .with_counts()
        .select_related("role__version__programme", "region", "made_by")
    )
    page = Paginator(rows.order_by("-pk"), 30).get_page(request.GET.get("page"))
    rows_shown = [(row, TONES[ProposalState(row.state)]) for row in page.object_list]
    return render(request, "companies/proposals.html", {"page": page, "rows": rows_shown})


def proposal_new(request: HttpRequest) -> HttpResponse:
    """Ask for a draft."""
    check_clerk(request)
    form = ProposalForm(
        request.POST or None, official=request.user, initial={"starts_on": request.user.access.on}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = services.start_proposal(**form.cleaned_data, by=request.user, at=timezone.now())
            return redirect("companies:proposal", made.pk)
    context = {"form": form, "by_hand": seats_by_hand(request.user)}
    return render(request, "companies/proposal_new.html", context, status=422 if form.errors else 200)


@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: its progress while it is worked out, then its pairs with the reasons for each."""
    found = find(request, pk)
    if not found.solved_at or found.state == ProposalState.FAILED:
        return render(
            request, "companies/proposal_wait.html", {**frame(found, ""), "progress": _progress(found)}
        )
    rows: QuerySet[ProposalPair] = PairFilter(request.GET, found.pairs.all(), request=request).qs
    tally, counties = _tally(request, found)
    shown = rows.select_related(
        "enrolment__company__region__parent", "enrolment__project", "official", "department"
    )
    if not request.GET.get("sort"):
        shown = shown.order_by("enrolment__company__region__path", "enrolment__company__pinyin", "pk")
    else:
        shown = shown.order_by(*shown.query.order_by, "pk")
    count = rows.order_by().count()
    return render(
        request,
        "companies/proposal.html",
        {
            **frame(found, "pairs"),
            "page": page_of(request, shown, count),
            "count": count,
            "words": request.GET.get("q", ""),
            "kept": kept(request, "region", "near", "sign", "official", "sort"),
            "counties": counties,
            "nears": [
                ("", "全部", tally.count("nearness", anything)),
                *[(v, label, tally.count("nearness", same(v))) for v, label in Nearness.choices],
            ],
            "signs": [("", "全部", None), *((code, label, None) for code, (label, _) in SIGNS.items())],
            "is_filtered": bool(kept(request, "q", "region", "near", "sign", "official")),
        },
    )


def frame(proposal: Proposal, tab: str) -> dict[str, Any]:
    """What stands above every list of a draft: what it is, how it came out, what can be done with it."""
    figures = figures_of(proposal)
    tabs: list[tuple[str, str, str, int | None]] = [
        ("安排", "proposal", "pairs", figures.covered),
        ("空缺", "proposal-gaps", "gaps", figures.short),
        ("名额", "proposal-quotas", "quotas", None),
    ]
    if figures.floors or tab == "floors":
        tabs.append(("下限", "proposal-floors", "floors", figures.below))
    adopted_on = day_of(proposal.adopted_at) if proposal.adopted_at else None
    return {
        "proposal": proposal,
        "programme": proposal.role.version.programme,
        "figures": figures,
        "facts": facts_of(proposal),
        "tone": TONES[ProposalState(proposal.state)],
        "tabs": [
            {
                "label": label,
                "url": reverse(f"companies:{name}", args=[proposal.pk]),
                "active": key == tab,
                "count": n,
            }
            for label, name, key, n in tabs
        ],
        "tab": tab,
        "take_back_until": proposal.takeable_back_until(adopted_on) if adopted_on else None,
    }


def _progress(proposal: Proposal) -> dict[str, Any]:
    url = reverse("companies:proposal-progress", args=[proposal.pk]) if proposal.is_moving else ""
    if not proposal.phase:
        text = "已排队，等待后台处理。后台暂停时也不会丢失，恢复后自动继续；可以离开本页。"
        return {"label": "排队中", "value": 0, "max": 0, "text": text, "url": url}
    label = f"正在{services.PHASES[proposal.phase]}"
    text = "两万家企业通常半分钟内排完。可以离开本页，排好后在“试排”里查看。"
    return {"label": label, "value": proposal.phase, "max": len(services.PHASES), "text": text, "url": url}


@require_GET
def proposal_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every second; when the draft is there the page is loaded anew."""
    found = find(request, pk)
    response = render(request, "companies/_proposal_progress.html", {"progress": _progress(found)})
    if not found.is_moving:
        response["HX-Refresh"] = "true"
    return response


def _tally(request: HttpRequest, found: Proposal) -> tuple[Tally, list[Any]]:
    given = request.GET.copy()
    for name in ("region", "near"):
        given.pop(name, None)
    rows: QuerySet[ProposalPair] = PairFilter(given, found.pairs.all(), request=request).qs
    path = "enrolment__company__region__path"
    groups = rows.order_by().values(path, "nearness").annotate(n=Count("pk")).order_by()
    chosen: dict[str, Test] = {}
    if near := request.GET.get("near"):
        chosen["nearness"] = same(near)
    regions = Region.objects.visible_to(request.user)
    counties = list(
        regions.filter(level=RegionLevel.COUNTY, path__startswith=found.region.path).order_by("code")
    )
    if code := request.GET.get("region"):
        region = next((c for c in counties if c.code == code), None) or regions.filter(code=code).first()
        if region is not None:
            chosen[path] = under(region.path)
    tally = Tally(groups, chosen)
    chips = [(c.code, c.name, n) for c in counties if (n := tally.count(path, under(c.path)))]
    return tally, [("", "全部", tally.count(path, anything)), *chips]


@require_GET
def proposal_gaps(request: HttpRequest, pk: int) -> HttpResponse:
    """Companies that stay without, each with the reason, and what would help."""
    found = find(request, pk)
    rows: QuerySet[ProposalGap] = GapFilter(request.GET, found.gaps.all(), request=request).qs
    shown = rows.select_related("enrolment__company__region__parent", "enrolment__project")
    shown = shown.order_by("enrolment__company__region__path", "enrolment__company__pinyin", "pk")
    count = rows.order_by().count()
    counts = dict(
        found.gaps.order_by().values_list("reason").annotate(n=Count("pk")).values_list("reason", "n")
    )
    return render(
        request,
        "companies/proposal_gaps.html",
        {
            **frame(found, "gaps"),
            "page": page_of(request, shown, count),
            "count": count,
            "words": request.GET.get("q", ""),
            "kept": kept(request, "region", "reason"),
            "reasons": [
                ("", "全部", sum(counts.values())),
                *[(v, label, counts[v]) for v, label in GapReason.choices if v in counts],
            ],
            "is_filtered": bool(kept(request, "q", "region", "reason")),
        },
    )


@require_GET
def proposal_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """名额: quotas by county and rank, what the draft uses of them, and what is short."""
    found = find(request, pk)
    tables = [(kind.label, rows) for kind in TargetKind if (rows := quotas_of(request.user, found, kind))]
    return render(request, "companies/proposal_quotas.html", {**frame(found, "quotas"), "tables": tables})


@require_POST
def proposal_quotas_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same as a workbook: the shortage per county, and its ranks with what they have left."""
    found = find(request, pk)
    rows = [(kind.label, row) for kind in TargetKind for row in quotas_of(request.user, found, kind)]
    return workbook_of(
        request, f"试排草案{found.pk}名额", exports.PROPOSAL_QUOTAS, exports.proposal_quota_rows(rows)
    )


@require_GET
def proposal_floors(request: HttpRequest, pk: int) -> HttpResponse:
    """下限: officials who stay below the floor of their quota in the draft, each with the reason."""
    found = find(request, pk)
    rows = found.floors.all().below().select_related("official", "department")
    page = page_of(request, rows.order_by("department__path", "official__pinyin", "pk"), rows.count())
    return render(request, "companies/proposal_floors.html", {**frame(found, "floors"), "page": page})


@require_POST
def proposal_floors_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same officials as a workbook."""
    found = find(request, pk)
    rows = found.floors.all().below()
    return workbook_of(
        request, f"试排草案{found.pk}下限", exports.PROPOSAL_FLOORS, exports.proposal_floor_rows(rows)
    )


@require_POST
def proposal_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Solve again around the fixed pairs, or around all: a new draft."""
    found = find(request, pk)
    form = AgainForm(request.POST)
    keep_all = form.is_valid() and form.cleaned_data["keep"] == "all"
    with refusals_told(request):
        made = services.solve_again(
            proposal=found,
            keep_all=keep_all,
            starts_on=request.user.access.on,
            by=request.user,
            at=timezone.now(),
        )
        return redirect("companies:proposal", made.pk)
    return redirect("companies:proposal", found.pk)


@require_POST
def proposal_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """放弃 a draft; it stays readable."""
    found = find(request, pk)
    with refusals_told(request):
        services.drop_proposal(proposal=found, by=request.user, at=timezone.now())
        messages.success(request, f"{found}已放弃，仍可查看。")
    return redirect("companies:proposal", found.pk)


def proposal_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """What adopting the draft does, checked now; then do it, whole or not at all."""
    found = find(request, pk)
    if request.method == "POST":
        try:
            done = services.adopt_proposal(proposal=found, by=request.user, at=timezone.now())
        except services.WorldMoved as refusal:
            return _adoption(request, found, None, refusal.conflicts, status=422)
        except services.ProposalRefused as refusal:
            messages.error(request, str(refusal))
        else:
            words = (
                f"{found}已采用：新安排 {done.given:,} 席，保持 {done.kept:,} 席，换下 {done.ended:,} 席。"
            )
            messages.success(request, words)
        return redirect("companies:proposal", found.pk)
    if not found.is_draft:
        messages.info(request, f"{found}现在是“{found.get_state_display()}”。")
        return redirect("companies:proposal", found.pk)
    with refusals_told(request):
        doing, conflicts = services.preview_adoption(proposal=found, on=request.user.access.on)
        return _adoption(request, found, doing, conflicts)
    return redirect("companies:proposal", found.pk)


def _adoption(
    request: HttpRequest,
    found: Proposal,
    doing: services.Adoption | None,
    conflicts: Sequence[services.Conflict],
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame(found, ""),
        "doing": doing,
        "conflicts": conflicts[:SHOWN_CONFLICTS],
        "conflict_count": len(conflicts),
        "starts_on": max(found.starts_on, request.user.access.on),
        "last": request.user.access.on + timedelta(days=TAKE_BACK_DAYS),
    }
    return render(request, "companies/proposal_adopt.html", context, status=status)


def proposal_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What taking the adopted plan back undoes and what stays; then do it."""
    found = find(request, pk)
    if request.method == "POST":
        with refusals_told(request):
            done = services.take_back_proposal(proposal=found, by=request.user, at=timezone.now())
            words = f"{found}已撤回：撤下 {done.undone:,} 席，恢复原来的 {done.restored:,} 席。"
            messages.success(request, words)
            for one in done.staying[:5]:
                messages.warning(request, f"{one.enrolment}（{one.official}）未撤回：{one.words}。")
            if len(done.staying) > 5:
                messages.warning(request, f"共有 {len(done.staying)} 对未撤回，请到包联关系中查看。")
        return redirect("companies:proposal", found.pk)
    try:
        doing = services.preview_taking_back(proposal=found)
    except services.ProposalRefused as refusal:
        messages.info(request, str(refusal))
        return redirect("companies:proposal", found.pk)
    context = {
        **frame(found, ""),
        "doing": doing,
        "staying": doing.staying[:SHOWN_CONFLICTS],
        "staying_count": len(doing.staying),
    }
    return render(request, "companies/proposal_take_back.html", context)


@require_GET
def proposal_compare(request: HttpRequest) -> HttpResponse:
    """Two drafts side by side: their figures, and every company that they give to different people."""
    check_clerk(request)
    keys = [key for key in request.GET.getlist("draft") if key.isdecimal()][:2]
    rows = Proposal.objects.visible_to(request.user).filter(pk__in=keys, solved_at__isnull=False)
    rows = rows.exclude(state=ProposalState.FAILED).select_related("role__version__programme", "region")
    found = sorted(rows, key=lambda one: one.pk)
    if len(found) != 2:
        messages.info(request, "请勾选两个已排出的草案，再比较。")
        return redirect("companies:proposals")
    one, other = found
    different = (
        (one.pairs.all().missing_in(other) | other.pairs.all().missing_in(one)).order_by().values("enrolment")
    )
    in_both = one.pairs.count() - one.pairs.all().missing_in(other).count()
    companies = (
        Enrolment.objects.visible_to(request.user)
        .filter(pk__in=different)
        .select_related("company__region", "project")
        .order_by("company__region__path", "company__pinyin", "pk")
    )
    page = Paginator(companies, 50).get_page(request.GET.get("page"))
    shown = [row.pk for row in page.object_list]
    who: dict[tuple[int, int], list[str]] = defaultdict(list)
    for draft in found:
        pairs = draft.pairs.filter(enrolment__in=shown).select_related("official", "department")
        for pair in pairs.order_by("pk"):
            who[draft.pk, pair.enrolment_id].append(f"{pair.official}（{pair.department}）")
    figures = [figures_of(draft) for draft in found]
    names = [("已安排", "covered"), ("空缺", "short"), ("保持现有", "kept"), ("同县区", "county"),
             ("行业对口", "trade"), ("用到干部", "people"), ("一人最多", "most")]  # fmt: skip
    return render(
        request,
        "companies/proposal_compare.html",
        {
            "one": one,
            "other": other,
            "facts": list(zip(facts_of(one), facts_of(other), strict=False)),
            "apart": _range_of(one) != _range_of(other),
            "figures": [(label, getattr(figures[0], n), getattr(figures[1], n)) for label, n in names],
            "in_both": in_both,
            "page": page,
            "rows": [(row, who[one.pk, row.pk], who[other.pk, row.pk]) for row in page.object_list],
        },
    )


def _range_of(draft: Proposal) -> tuple[object, ...]:
    """Which seats of which companies a draft is about."""
    seat = (draft.role.version.programme_id, draft.role.code)
    return (*seat, draft.region_id, draft.kind, draft.industry, draft.scale)


@require_POST
def proposal_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The draft as filtered, as a workbook; without a filter, the uncovered companies at its end."""
    found = find(request, pk)
    given = request.GET.copy()
    rows: QuerySet[ProposalPair] = PairFilter(given, found.pairs.all(), request=request).qs
    gaps = found.gaps.none() if kept(request, "q", "region", "near", "sign", "official") else found.gaps.all()
    return workbook_of(request, f"试排草案{found.pk}", exports.PROPOSAL, exports.proposal_rows(rows, gaps))
