"""The team as a picture: beside each holder when they last met the company, and by when they are to again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q

from companies.formula import contact_period
from companies.models import Visit
from companies.reports.contacts import counting_modes
from companies.reports.teams import Team
from liaison.models import ContactRule, Deputy, TeamRole


@dataclass(frozen=True)
class SeatContact:
    """How one holder stands with the company: last contact, the next one's last day, and who stands in."""

    last_on: date | None
    due_on: date | None  # None: no contact is asked of this seat
    owed: int
    left: int
    deputy: str = ""
    deputy_until: date | None = None

    @property
    def tone(self) -> str:
        if not self.owed:
            return "green"
        return "yellow" if self.left <= 7 else "blue"

    @property
    def words(self) -> str:
        """What is still to be done, and by when; or that the period's contact is made."""
        if self.due_on is None:
            return ""
        if not self.owed:
            return "本期已联系"
        return f"待联系，{self.due_on:%-m月%-d日}前"


def draw_teams(teams: Sequence[Team], on: date) -> Sequence[Team]:
    """Put `contact` beside each official who holds a seat today; three queries however many teams.

    Where the rules ask contact of the team and not of each seat, anybody's contact serves for all.
    """
    rules = {
        rule.version_id: rule
        for rule in ContactRule.objects.filter(version__in={team.enrolment.version_id for team in teams})
    }
    held = [
        (team, seat.role, one)
        for team in teams
        for seat in team.seats
        for one in seat.holders
        if one.official_id
    ]
    periods = {
        one.pk: contact_period(on, _months(rules.get(team.enrolment.version_id), role))
        for team, role, one in held
    }
    made = _made(teams, {period.starts_on for period in periods.values()}, on)
    away: dict[int, Deputy] = {}
    people = {one.official_id for _, _, one in held}
    for row in (
        Deputy.objects.in_force(on).filter(official__in=people).select_related("deputy").order_by("pk")
    ):
        away[row.official_id] = row
    for team, role, one in held:
        rule, period = rules.get(team.enrolment.version_id), periods[one.pk]
        mine = [row for row in made if row["enrolment"] == team.enrolment.pk]
        own = [row for row in mine if row["official"] == one.official_id]
        counted = own if rule is not None and rule.each_seat else mine
        ways = counting_modes(rule)
        done = sum(row[f"since_{period.starts_on:%Y%m%d}"] for row in counted if row["mode"] in ways)
        wanted = (rule.min_count if rule else 1) if role.keeps_contact else 0
        stands_in = away.get(one.official_id or 0)
        one.contact = SeatContact(
            last_on=max((row["last"] for row in own), default=None),
            due_on=period.ends_on if role.keeps_contact else None,
            owed=max(0, wanted - done),
            left=period.days_left(on),
            deputy=stands_in.deputy.name if stands_in else "",
            deputy_until=stands_in.ends_on if stands_in else None,
        )
    return teams


def _months(rule: ContactRule | None, role: TeamRole) -> int:
    """A seat's own contact period where it has one, else the programme's."""
    return role.contact_months or (rule.period_months if rule else 1)


def _made(teams: Iterable[Team], starts: set[date], on: date) -> list[dict[str, Any]]:
    """Per enrolment, official and way: the last contact, and how many since each of these days."""
    counts = {f"since_{day:%Y%m%d}": Count("pk", filter=Q(on__gte=day)) for day in starts}
    rows = Visit.objects.filter(enrolment__in=[team.enrolment.pk for team in teams], on__lte=on).order_by()
    grouped: Any = rows.values("enrolment", "official", "mode")
    return list(grouped.annotate(last=Max("on"), **counts))
