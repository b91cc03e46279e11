"""The figures of the home page: a few per role, each the count of the list that it opens."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from companies.models import Company
from companies.reports import Served, count_companies
from issues.choices import OPEN
from issues.models import Ticket
from liaison.choices import SystemRole
from liaison.dashboards.duties import tickets_url
from liaison.models import Department, Official

SEES_TICKETS = {
    SystemRole.OFFICE,
    SystemRole.OFFICIAL,
    SystemRole.UNIT,
    SystemRole.LEADER,
    SystemRole.ASSESSOR,
    SystemRole.ADMIN,
}
SEES_REGISTER = {SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ROSTER, SystemRole.ADMIN}


@dataclass(frozen=True)
class Figure:
    """A card: a number, what it stands on, and the list that it opens."""

    label: str
    value: int | str
    unit: str
    url: str
    n: str = ""
    tone: str = ""


def figures_for(official: Official, served: list[Served]) -> list[Figure]:
    """What the official answers for, in a handful of numbers."""
    roles = official.access.roles
    found: list[Figure] = []
    if served:
        found += _companies_of_mine(served)
    if roles & SEES_TICKETS:
        found += _tickets(official)
    if roles & SEES_REGISTER:
        found += _register(official)
    if SystemRole.ROSTER in roles or SystemRole.ADMIN in roles:
        found += _directory(official)
    return found


def _companies_of_mine(served: list[Served]) -> list[Figure]:
    asked = [row for row in served if row.wanted]
    met = sum(1 for row in asked if not row.owed)
    url = reverse("companies:mine")
    companies = len({row.enrolment.company_id for row in served})
    return [
        Figure("我的企业", companies, "家", url),
        Figure("本月已联系", met, "家", url, f"应联系 {len(asked)} 家"),
    ]


def _tickets(official: Official) -> list[Figure]:
    on = official.access.on
    first = on.replace(day=1)
    open_ = Q(status__in=OPEN)
    counts = Ticket.objects.visible_to(official).aggregate(
        open=Count("pk", filter=open_),
        late=Count("pk", filter=open_ & Q(next_on__lt=on)),
        new=Count("pk", filter=Q(collected_at__date__gte=first)),
        closed=Count("pk", filter=Q(closed_at__date__gte=first)),
    )
    since = first.isoformat()
    return [
        Figure("未销号问题", counts["open"], "件", tickets_url(view="open")),
        Figure(
            "已逾期",
            counts["late"],
            "件",
            tickets_url(view="late"),
            n="含上报、答复、回访等各环节" if counts["late"] else "",
            tone="red" if counts["late"] else "",
        ),
        Figure("本月收集", counts["new"], "件", tickets_url(collected_from=since)),
        Figure("本月销号", counts["closed"], "件", tickets_url(closed_from=since)),
    ]


def _register(official: Official) -> list[Figure]:
    counts = count_companies(Company.objects.visible_to(official), official.access.on)
    url = reverse("companies:companies")
    return [
        Figure("企业", counts["all"], "家", url),
        Figure("已纳入包联", counts["enrolled"], "家", f"{url}?enrolled=yes"),
    ]


def _directory(official: Official) -> list[Figure]:
    return [
        Figure("单位", Department.objects.visible_to(official).count(), "个", reverse("liaison:departments")),
        Figure("干部", Official.objects.visible_to(official).count(), "名", reverse("liaison:officials")),
    ]
