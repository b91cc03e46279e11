"""启用步骤: what a programme still needs after its rules are published, each step with its figure."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from companies import perms, reports
from companies.models import Enrolment
from liaison.models import Programme, ProgrammeVersion


@dataclass(frozen=True)
class Step:
    """One thing to do: how far it has got, and the pages on which it is done."""

    title: str
    words: str
    is_done: bool
    ways: list[tuple[str, str, str]] = field(default_factory=list)  # label, icon, address


@require_safe
def programme_start(request: HttpRequest, code: str) -> HttpResponse:
    """From published rules to staffed teams; steps that the rules do not ask for are left out."""
    if not perms.may_see_enrolments(request.user):
        raise PermissionDenied("启用步骤由协调办公室、名册管理员和领导查看。")
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("region"), code=code
    )
    on = max(request.user.access.on, programme.starts_on)
    try:
        version = programme.version_on(on)
    except ProgrammeVersion.DoesNotExist:
        version = None
    steps = [] if version is None else _steps(request, programme, version)
    return render(
        request,
        "companies/programme_start.html",
        {
            "programme": programme,
            "version": version,
            "steps": steps,
            "next": next((step for step in steps if not step.is_done), None),
            "cover": f"{reverse('companies:coverage')}?programme={programme.code}",
            "may_act": perms.may_enrol(request.user),
            "today": request.user.access.on,
        },
    )


def _steps(request: HttpRequest, programme: Programme, version: ProgrammeVersion) -> list[Step]:
    on = max(request.user.access.on, programme.starts_on)
    places = Enrolment.objects.visible_to(request.user).filter(programme=programme).in_force(on)
    asked = f"?programme={programme.code}"
    count = places.count()
    steps = [
        Step(
            "纳入企业和项目",
            f"已纳入 {count} 项。"
            if count
            else "还没有企业。在名录中筛选勾选，或按名单、用 Excel 成批纳入。",
            bool(count),
            [
                ("在名录中勾选", "building", reverse("companies:companies")),
                ("按名单纳入", "clipboard-list", reverse("companies:enlist")),
                ("用 Excel 导入", "file-spreadsheet", reverse("liaison:imports") + "?kind=enrolments"),
            ],
        )
    ]
    needs = reports.group_needs(Programme.objects.visible_to(request.user).filter(pk=programme.pk), on)
    if needs:
        steps.append(
            Step(
                "设立工作组",
                "；".join(f"{need.rule.name}{need.words}" for need in needs) + "。",
                not any(need.missing for need in needs),
                [("工作组", "users", reverse("companies:groups") + asked)],
            )
        )
    if getattr(version, "batch_rule", None) is not None:
        batches = programme.batches.count()
        steps.append(
            Step(
                "开设批次",
                f"已开设 {batches} 批。" if batches else "席位随批次起止，先开设第一批，再指派。",
                bool(batches),
                [("批次和阶段", "timeline", reverse("companies:batches", args=[programme.code]))],
            )
        )
    seats = reports.seat_coverage(places, on)
    lacking = [f"{seat.name}缺 {seat.missing}" for seat in seats if seat.missing]
    steps.append(
        Step(
            "指派专班席位",
            ("，".join(lacking) if lacking else "各席位都已配齐" if count else "企业纳入后才能指派") + "。",
            bool(count) and not lacking,
            [
                ("自动试排", "arrows-shuffle", reverse("companies:proposals")),
                ("逐家指派", "link", reverse("companies:enrolments") + asked),
                ("用 Excel 导入", "file-spreadsheet", reverse("liaison:imports") + "?kind=assignments"),
            ],
        )
    )
    return steps
