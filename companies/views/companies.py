"""企业名录 and the page of a company."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import exports, perms, reports, services
from companies.choices import VisitMode
from companies.forms.companies import (
    NO,
    SCALES,
    UNSTATED,
    YES,
    CompanyFilter,
    ContactForm,
    EnrolForm,
    EnrolOneForm,
    ProjectEnrolForm,
)
from companies.models import Assignment, Company, Contact, Enrolment, Project
from companies.reports.liaisons import liaison_rules
from companies.reports.pictures import draw_teams
from companies.views.queues import (
    Tally,
    Test,
    again,
    anything,
    kept,
    page_of,
    same,
    shown_keys,
    under,
    workbook_of,
)
from liaison.choices import Holder, RegionLevel, SystemRole
from liaison.models import Region
from liaison.views.refusals import refusals_in, refusals_told

MODE_ICONS = {
    VisitMode.VISIT: "map-pin",
    VisitMode.PHONE: "phone",
    VisitMode.IM: "message-circle",
    VisitMode.VIDEO: "video",
    VisitMode.WAIVED: "calendar-off",
}
VISITS_SHOWN = 10
LED_BY = ("programme", "contacted", "after")  # set by the figure that leads here, kept through every chip


@require_GET
def companies(request: HttpRequest) -> HttpResponse:
    """The register: 21,000 rows, found by chips and words, ticked to be enrolled."""
    on = request.user.access.on
    shown = CompanyFilter(request.GET, Company.objects.visible_to(request.user), request=request)
    tally, counties = _tally(request)
    count = tally.count()
    page = page_of(request, shown.qs, count)
    # Words beside a company are looked up for the page's rows only, not for those leafed over.
    page.object_list = _with_team_words(shown.qs.filter(pk__in=shown_keys(page)), on)
    return render(
        request,
        "companies/companies.html",
        {
            "page": page,
            "count": count,
            "words": request.GET.get("q", ""),
            "kept": kept(request, "region", "scale", "enrolled", "team", "open", *LED_BY, "sort"),
            "led": bool(kept(request, *LED_BY)),
            "chips": _chips(tally, counties),
            # As long as every enrolled company has its team, the chips of 包联 say it all.
            "show_team": bool(request.GET.get("team") or tally.count("team", same(NO))),
            "open": _open_chips(request),
            "enrol_form": EnrolForm(official=request.user) if perms.may_enrol(request.user) else None,
        },
    )


def _tally(request: HttpRequest) -> tuple[Tally, list[Region]]:
    """Every chip's count from one grouped query over what the words and the programme leave."""
    on = request.user.access.on
    given = request.GET
    wide = {name: given[name] for name in ("q", "open", *LED_BY) if given.get(name)}
    rest = CompanyFilter(wide, Company.objects.visible_to(request.user), request=request).qs
    rows = (
        rest.order_by()
        .annotate(
            is_in=Exists(Enrolment.objects.in_force(on).filter(company=OuterRef("pk"))),
            seated=Exists(Assignment.objects.in_force(on).filter(enrolment__company=OuterRef("pk"))),
        )
        .values("region__path", "scale", "is_in", "seated")
        .annotate(n=Count("pk"))
        .order_by()
    )
    regions = Region.objects.visible_to(request.user)
    counties = list(regions.filter(level=RegionLevel.COUNTY).order_by("code"))
    chosen: dict[str, Test] = {}
    if code := given.get("region"):
        region = next((c for c in counties if c.code == code), None) or regions.filter(code=code).first()
        if region is not None:
            chosen["region__path"] = under(region.path)
    if given.get("scale") in dict(SCALES):
        chosen["scale"] = same("" if given["scale"] == UNSTATED else given["scale"])
    if given.get("enrolled") in ("yes", "no"):
        chosen["is_in"] = same(given["enrolled"] == "yes")
    if given.get("team") in (YES, NO):
        chosen["team"] = same(given["team"])
    return Tally([row | {"team": _team_of(row)} for row in rows], chosen), counties


def _team_of(row: dict[str, Any]) -> str:
    """Whether there is a team; neither yes nor no where none is asked for."""
    return YES if row["seated"] else NO if row["is_in"] else ""


def _chips(tally: Tally, counties: list[Region]) -> dict[str, list[tuple[str, str, int]]]:
    places = [(c.code, c.name, tally.count("region__path", under(c.path))) for c in counties]
    scales = [
        (value, label, tally.count("scale", same("" if value == UNSTATED else value)))
        for value, label in SCALES
    ]
    return {
        "region": [("", "全部", tally.count("region__path", anything)), *[p for p in places if p[2]]],
        "scale": [("", "全部", tally.count("scale", anything)), *[s for s in scales if s[2]]],
        "enrolled": [
            ("", "全部", tally.count("is_in", anything)),
            ("yes", "已纳入", tally.count("is_in", same(True))),
            ("no", "未纳入", tally.count("is_in", same(False))),
        ],
        "team": [
            ("", "全部", tally.count("team", anything)),
            (YES, "已配专班", tally.count("team", same(YES))),
            (NO, "已纳入未配专班", tally.count("team", same(NO))),
        ],
    }


def _open_chips(request: HttpRequest) -> list[tuple[str, str, None]]:
    """Programmes that take industries in by phases, each with the sections open now."""
    found = reports.open_industries(request.user, request.user.access.on)
    chips = [(p.code, f"{p}：{'、'.join(letters) or '尚未开始'}", None) for p, letters in found.items()]
    return [("", "全部", None), *chips] if chips else []


def _with_team_words(companies: QuerySet[Company], on: Any) -> QuerySet[Company]:
    """The lead unit and the people who keep contact, as words beside each company shown."""
    seats = Assignment.objects.in_force(on).filter(enrolment__company=OuterRef("pk")).order_by()
    lead = (
        seats.filter(role__holder=Holder.DEPARTMENT)
        .order_by("role__position", "pk")
        .annotate(word=Coalesce(NullIf("department__short_name", Value("")), "department__name"))
        .values("word")[:1]
    )
    people = (
        seats.filter(role__keeps_contact=True)
        .values("enrolment__company")
        .annotate(names=StringAgg("official__name", "、", distinct=True, order_by="official__name"))
        .values("names")
    )
    enrolled = Enrolment.objects.in_force(on).filter(company=OuterRef("pk"))
    return companies.select_related("region__parent").annotate(
        lead_name=Subquery(lead),
        people_names=Subquery(people[:1]),
        is_enrolled=Exists(enrolled),
        wants_lead=Exists(enrolled.filter(version__team_roles__holder=Holder.DEPARTMENT)),
    )


@require_POST
def companies_enrol(request: HttpRequest) -> HttpResponse:
    """Enrol the ticked companies, or all that the filters show, in a programme."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    back = ("企业名录", f"{reverse('companies:companies')}?{request.GET.urlencode()}")
    asked = Company.objects.visible_to(request.user).filter(uscc=request.POST.get("company", ""))
    if request.POST.get("back") == "company" and (from_page := asked.first()):
        back = (from_page.name, from_page.get_absolute_url())
    visible = Company.objects.visible_to(request.user).managed_by(request.user)
    if request.POST.get("everything"):
        chosen = CompanyFilter(request.GET, visible, request=request).qs
    else:
        chosen = visible.filter(uscc__in=request.POST.getlist("company")).order_by("pinyin", "pk")
        if not chosen.exists():
            messages.warning(request, "还没有选择企业，请先勾选，再纳入方案。")
            return redirect(back[1])
    form, done = EnrolForm(request.POST, official=request.user), None
    if form.is_valid():
        with refusals_in(form):
            done = services.enrol_companies(
                companies=chosen, **form.cleaned_data, by=request.user, at=timezone.now()
            )
    if done is None:
        return again(request, form, chosen, tick="company", title="纳入包联", unit="家", back=back)
    messages.success(request, _entered(done, form))
    return redirect(back[1])


def _entered(done: services.Enrolled, form: EnrolForm) -> str:
    words = f"已将 {done}纳入“{form.cleaned_data['programme']}”。"
    if done.already:
        words += f"{done.already} 家（项）原已在内。"
    if done.closed_down:
        words += f"{done.closed_down} 家（项）的企业已不再存续，未纳入。"
    return words


@require_POST
def project_enrol(request: HttpRequest, uscc: str) -> HttpResponse:
    """纳入包联 for a major project, from its place on the company's page."""
    found = _company(request, uscc)
    if not perms.may_manage(request.user, found):
        raise PermissionDenied
    projects = list(Project.objects.visible_to(request.user).filter(company=found).order_by("code"))
    form = ProjectEnrolForm(request.POST, projects=projects, official=request.user)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        with refusals_in(form):
            done = services.enrol_listed(
                entrants=[services.Entrant(found, fields.pop("project"))],
                **fields,
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, _entered(done, form))
            return redirect(found)
    context = {"company": found, "form": form}
    return render(request, "companies/project_enrol.html", context, status=422)


@require_POST
def companies_export(request: HttpRequest) -> HttpResponseBase:
    """The register as filtered, as a workbook; who took it is kept."""
    shown = CompanyFilter(request.GET, Company.objects.visible_to(request.user), request=request)
    return workbook_of(request, "企业名录", exports.COMPANIES, exports.company_rows(shown.qs))


@require_GET
def company(request: HttpRequest, uscc: str) -> HttpResponse:
    """A company: who it is, whom to call, who looks after it, and how it has been contacted."""
    found = _company(request, uscc)
    on = request.user.access.on
    rows = Enrolment.objects.visible_to(request.user).filter(company=found)
    teams = draw_teams(reports.teams_of(rows.in_force(on).order_by("starts_on", "pk"), on), on)
    served = set(rows.in_force(on).served_by(request.user, on).values_list("pk", flat=True))
    plans = reports.plans_of([team.enrolment for team in teams], on)
    manages = perms.may_manage(request.user, found)
    projects = _projects(found, teams)
    visits = list(
        found.visits.select_related("official", "department").order_by("-on", "-pk")[: VISITS_SHOWN + 1]
    )
    return render(
        request,
        "companies/company.html",
        {
            "company": found,
            "place": _place(found.region),
            "facts": _facts(found),
            "contacts": list(found.contacts.order_by("-is_primary", "pk")),
            "liaison_rules": liaison_rules(found, on),
            "projects": projects,
            "project_form": ProjectEnrolForm(
                projects=[project for project, _ in projects], official=request.user
            )
            if manages and projects and found.is_active
            else None,
            "panels": [
                {
                    "team": team,
                    "may_manage": manages,
                    "may_plan": manages or team.enrolment.pk in served,
                    "plan": plans.get(team.enrolment.pk),
                }
                for team in teams
            ],
            "visits": _timeline(visits[:VISITS_SHOWN]),
            "more_visits": len(visits) > VISITS_SHOWN,
            "may_visit": bool(served),
            "from_mine": request.user.access.roles == {SystemRole.OFFICIAL},
            "may_manage": manages,
            "may_keep_contacts": perms.may_keep_contacts(request.user, found),
            "enrol_form": EnrolOneForm(official=request.user) if manages and not teams else None,
        },
    )


def _projects(company: Company, teams: Iterable[reports.Team]) -> list[tuple[Project, list[str]]]:
    """The major projects, each with the programmes in which it has a team."""
    placed: dict[int | None, list[str]] = {}
    for team in teams:
        placed.setdefault(team.enrolment.project_id, []).append(team.enrolment.programme.name)
    return [(project, placed.get(project.pk, [])) for project in company.projects.order_by("code")]


def _company(request: HttpRequest, uscc: str) -> Company:
    rows = Company.objects.visible_to(request.user).select_related("region__parent")
    return get_object_or_404(rows, uscc=uscc.upper())


def _facts(company: Company) -> list[tuple[str, Any]]:
    capital = None
    if company.capital_wan is not None:
        amount = f"{company.capital_wan.normalize():,f}"
        foreign = company.capital_currency not in ("", "人民币")
        capital = f"{amount} 万{company.capital_currency if foreign else '元'}"
    return [
        ("信用代码", company.uscc),
        ("行政区划", _place(company.region)),
        ("企业类型", company.kind),
        ("规模", company.get_scale_display()),
        ("成立日期", company.established_on and f"{company.established_on:%Y-%m-%d}"),
        ("注册资本", capital),
        ("职工人数", company.staff_count),
        ("地址", company.address),
        ("经营范围", company.business_scope),
    ]


def _place(region: Region) -> str:
    """A town is named with its county."""
    return f"{region.parent}{region}" if region.level == RegionLevel.TOWN else region.name


def _timeline(visits: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "pk": visit.pk,
            "on": visit.on,
            "title": visit.get_mode_display(),
            "who": visit.official.name,
            "unit": str(visit.department),
            "body": visit.summary,
            "icon": MODE_ICONS[visit.mode],
            "has_problem": visit.has_problem,
        }
        for visit in visits
    ]


def contact_add(request: HttpRequest, uscc: str) -> HttpResponse:
    """Write down somebody at the company to call."""
    found = _company(request, uscc)
    if not perms.may_keep_contacts(request.user, found):
        raise PermissionDenied
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form, "phone"):
            contact = services.add_contact(
                company=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
            messages.success(request, f"已添加联络员{contact.name}。")
            return redirect(found)
    status = 422 if form.errors else 200
    return render(request, "companies/contact_add.html", {"company": found, "form": form}, status=status)


@require_POST
def contact_remove(request: HttpRequest, uscc: str, pk: int) -> HttpResponse:
    """Take somebody off the list of whom to call."""
    found = _company(request, uscc)
    if not perms.may_keep_contacts(request.user, found):
        raise PermissionDenied
    contact = get_object_or_404(Contact, company=found, pk=pk)
    with refusals_told(request):
        services.remove_contact(contact=contact, by=request.user, at=timezone.now())
        messages.success(request, f"已移除联络员{contact.name}。")
    return redirect(found)


@require_POST
def contact_primary(request: HttpRequest, uscc: str, pk: int) -> HttpResponse:
    """Let this contact be called first."""
    found = _company(request, uscc)
    if not perms.may_keep_contacts(request.user, found):
        raise PermissionDenied
    contact = get_object_or_404(Contact, company=found, pk=pk)
    services.make_contact_primary(contact=contact, by=request.user, at=timezone.now())
    messages.success(request, f"{contact.name}现在是主要联络员。")
    return redirect(found)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的企业: on the phone, who waits for a contact first."""
    on = request.user.access.on
    served = reports.served_companies(request.user, on)
    asked = [row for row in served if row.wanted]
    return render(
        request,
        "companies/mine.html",
        {
            "served": served,
            "on": on,
            "owed": sum(1 for row in asked if row.owed),
            "done": sum(1 for row in asked if not row.owed),
        },
    )
