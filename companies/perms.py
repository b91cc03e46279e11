"""Who may do what in the companies' room. The same predicate guards page, button and API."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from companies.models import Company, Enrolment, Recusal
from companies.models.companies import MANAGERS
from liaison.choices import Reach, SystemRole
from liaison.models import Department, Group, Official, Programme

KEEPERS = (*MANAGERS, SystemRole.ROSTER)
LIST_READERS = (*KEEPERS, SystemRole.LEADER)


def _reaches(official: Official, roles: Collection[str], path: str) -> bool:
    """Whether one of these roles of the official answers for the region with this path."""
    return any(
        p.role in roles and p.reach == Reach.REGION and path.startswith(p.department.region.path)
        for p in official.access.postings
    )


def may_enrol(official: Official) -> bool:
    """Enrolling is the work of the coordination office; which companies, `managed_by` says."""
    return any(p.role in MANAGERS and p.reach == Reach.REGION for p in official.access.postings)


def may_manage(official: Official, company: Company) -> bool:
    """The office of the company's region puts its team together."""
    return _reaches(official, MANAGERS, company.region.path)


def may_keep_trades(official: Official, department: Department) -> bool:
    """The office of the unit's region writes down which trades the unit is in charge of."""
    return _reaches(official, MANAGERS, department.region.path)


def managed_regions(official: Official) -> Q:
    """The regions for which the official is the office."""
    return official.access.regions(MANAGERS, "path")


def may_manage_group(official: Official, group: Group) -> bool:
    """The office of the group's region sets it up, says who is in it, and dissolves it."""
    return _reaches(official, MANAGERS, group.region.path)


def may_set_deputy(official: Official, absent: Official) -> bool:
    """Oneself, or the office of a region in which the absent official has a post."""
    if official.pk == absent.pk:
        return True
    posts = absent.postings.in_force(official.access.on).select_related("department__region").order_by("pk")
    return any(_reaches(official, MANAGERS, post.department.region.path) for post in posts)


def may_run(official: Official, programme: Programme) -> bool:
    """The office of the programme's own region opens and closes its batches."""
    return _reaches(official, MANAGERS, programme.region.path)


def may_see_enrolments(official: Official) -> bool:
    """The list of all teams is for those who put them together, keep the roster, or lead."""
    return bool(official.access.roles & set(LIST_READERS))


def may_keep_contacts(official: Official, company: Company) -> bool:
    """The office, the roster staff, and everyone in the company's team."""
    if _reaches(official, KEEPERS, company.region.path):
        return True
    return company.enrolments.in_force(official.access.on).served_by(official, official.access.on).exists()


def may_write_plan(official: Official, enrolment: Enrolment) -> bool:
    """The office, and everyone in this team."""
    return may_manage(official, enrolment.company) or is_in_team(official, enrolment)


def may_log_visit(official: Official, enrolment: Enrolment) -> bool:
    """Whoever is in the team today, in person or through their unit."""
    return is_in_team(official, enrolment)


def is_in_team(official: Official, enrolment: Enrolment) -> bool:
    """Whether the official sits in the team today, in person or through a unit of theirs."""
    on = official.access.on
    return Enrolment.objects.filter(pk=enrolment.pk).in_force(on).served_by(official, on).exists()


def may_declare_recusal(official: Official, whose: Official, company: Company) -> bool:
    """One's own, against any company; others', for the office of the company's region."""
    return whose.pk == official.pk or may_manage(official, company)


def may_end_recusal(official: Official, recusal: Recusal) -> bool:
    """The office of the company's region, and who declared it for themselves."""
    own = recusal.official_id == official.pk == recusal.declared_by_id
    return own or may_manage(official, recusal.company)
