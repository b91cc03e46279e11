"""Teams, their coverage and load, and who waits for a contact, by a few grouped queries each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from companies.choices import VisitMode
from companies.formula import Period, contact_period
from companies.models import Assignment, Company, Contact, Enrolment, Visit
from companies.models.assignments import EnrolmentQuerySet
from companies.reports.contacts import counting_modes
from liaison.models import ContactRule, Group, GroupMember, Official, TeamRole
from liaison.models.people import in_force


@dataclass(frozen=True)
class SeatCoverage:
    """A required seat: in how many enrolments it is to be filled, and in how many it is."""

    code: str
    name: str
    required: int
    filled: int

    @property
    def missing(self) -> int:
        return self.required - self.filled


def seat_coverage(enrolments: QuerySet[Enrolment], on: date) -> list[SeatCoverage]:
    """Per required seat: enrolments in which it is filled on the day, of those that require it."""
    required = dict(enrolments.order_by().values_list("version").annotate(n=Count("pk")))
    held = Assignment.objects.in_force(on).filter(enrolment__in=enrolments.order_by().values("pk")).order_by()
    filled = dict(held.values_list("role").annotate(n=Count("enrolment", distinct=True)))
    merged: dict[str, SeatCoverage] = {}
    roles = TeamRole.objects.filter(version__in=required, min_count__gt=0)
    for role in roles.order_by("position", "code", "version"):
        full = filled.get(role.pk, 0)
        if role.min_count > 1:  # a seat for several: one holder does not fill it yet
            several = held.filter(role=role).values("enrolment").annotate(n=Count("pk"))
            full = several.filter(n__gte=role.min_count).count()
        before = merged.get(role.code, SeatCoverage(role.code, role.name, 0, 0))
        merged[role.code] = SeatCoverage(
            role.code, before.name, before.required + required[role.version_id], before.filled + full
        )
    return list(merged.values())


def count_companies(companies: QuerySet[Company], on: date) -> dict[str, int]:
    """all / enrolled / with somebody in the team, among these companies on the day."""
    enrolled = Enrolment.objects.in_force(on).filter(company=OuterRef("pk"))
    seated = Assignment.objects.in_force(on).filter(enrolment__company=OuterRef("pk"))
    return companies.annotate(is_in=Exists(enrolled), has_team=Exists(seated)).aggregate(
        all=Count("pk"),
        enrolled=Count("pk", filter=Q(is_in=True)),
        with_team=Count("pk", filter=Q(has_team=True)),
    )


@dataclass(frozen=True)
class Seat:
    """A seat of the rulebook as one team has it: who sits there, who will, and whether somebody is wanted."""

    role: TeamRole
    holders: list[Assignment]
    coming: list[Assignment]

    @property
    def is_missing(self) -> bool:
        return len(self.holders) < self.role.min_count

    @property
    def has_room(self) -> bool:
        return self.role.max_count is None or len(self.holders) < self.role.max_count


@dataclass(frozen=True)
class Team:
    """The team of an enrolment on a day, seat by seat."""

    enrolment: Enrolment
    seats: list[Seat]
    on: date

    @property
    def missing(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_missing]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def teams_of(enrolments: EnrolmentQuerySet, on: date) -> list[Team]:
    """The teams of these enrolments on the day, in their order; two queries beside the rows' own."""
    rows = list(
        enrolments.with_team(on).select_related("programme", "company__region__parent", "project", "plan")
    )
    roles: dict[int, list[TeamRole]] = {}
    for role in TeamRole.objects.filter(version__in={row.version_id for row in rows}).order_by(
        "position", "pk"
    ):
        roles.setdefault(role.version_id, []).append(role)
    teams = []
    for row in rows:
        held: dict[int, list[Assignment]] = {}
        coming: dict[int, list[Assignment]] = {}
        for seat in row.seats:
            (held if seat.starts_on <= on else coming).setdefault(seat.role_id, []).append(seat)
        seats = [
            Seat(role, held.get(role.pk, []), coming.get(role.pk, []))
            for role in roles.get(row.version_id, [])
        ]
        teams.append(Team(row, seats, on))
    return teams


@dataclass(frozen=True)
class Served:
    """A company on somebody's own list: their seats in its team, and how their contact stands."""

    enrolment: Enrolment
    roles: list[TeamRole]
    period: Period
    wanted: int
    done: int
    last: Visit | None
    contact: Contact | None
    on: date
    acting_for: str = ""  # the absent official in whose place one serves it
    group: str = ""  # the group with which one serves it
    on_site: Period | None = None  # the period in which a visit on site is still to be made

    @property
    def owed(self) -> int:
        return max(0, self.wanted - self.done)

    @property
    def tone(self) -> str:
        if not self.wanted:
            return "grey"
        if not self.owed:
            return "green"
        return "yellow" if self.period.days_left(self.on) <= 7 else "blue"

    @property
    def words(self) -> str:
        """How the contact of the period stands, as a person would say it."""
        if not self.wanted:
            return f"{self.period.word}已联系 {self.done} 次" if self.done else "不要求定期联系"
        if not self.owed:
            return f"{self.period.word}已联系 {self.done} 次"
        left = self.period.days_left(self.on)
        when = f"还剩 {left} 天" if left else "今天是最后一天"
        return f"{self.period.word}还需联系 {self.owed} 次，{when}"

    @property
    def on_site_words(self) -> str:
        """What the rule wants of visits on site, where one is still to be made; empty otherwise."""
        return f"{self.on_site.word}原则上上门一次，尚未上门" if self.on_site else ""


def served_companies(official: Official, on: date) -> list[Served]:
    """我的企业: what the official holds a seat for, who still waits for a contact first."""
    seats = (
        Assignment.objects.in_force(on)
        .held_by(official)
        .filter(in_force(on, "enrolment__"))
        .select_related(
            "role",
            "official",
            "group",
            "enrolment__programme",
            "enrolment__project",
            "enrolment__company__region",
            "enrolment__version__contact_rule",
        )
        .order_by("enrolment__company__pinyin", "enrolment", "role__position")
    )
    enrolments: dict[int, Enrolment] = {}
    roles: dict[int, list[TeamRole]] = {}
    own: set[int] = set()
    absent: dict[int, str] = {}
    groups: dict[int, Group] = {}
    for seat in seats:
        enrolments[seat.enrolment_id] = seat.enrolment
        roles.setdefault(seat.enrolment_id, []).append(seat.role)
        if seat.official_id == official.pk:
            own.add(seat.enrolment_id)
        elif seat.official is not None:
            absent[seat.enrolment_id] = seat.official.name
        elif seat.group is not None:
            groups[seat.enrolment_id] = seat.group
    rules = {key: getattr(row.version, "contact_rule", None) for key, row in enrolments.items()}
    periods = {key: contact_period(on, _months(rules[key], roles[key])) for key in enrolments}
    on_site = _on_site_periods(rules, roles, on)
    first = [period.starts_on for period in (*periods.values(), *on_site.values())]
    done: dict[int, int] = dict.fromkeys(enrolments, 0)
    visits = (
        Visit.objects.filter(enrolment__in=enrolments, on__range=(min(first, default=on), on))
        .annotate(is_mine=ExpressionWrapper(_made_by(official, groups), BooleanField()))
        .filter(Q(is_mine=True) | Q(mode=VisitMode.VISIT, enrolment__in=on_site))
    )
    for key, day, mode, is_mine in visits.order_by("pk").values_list("enrolment", "on", "mode", "is_mine"):
        if is_mine and day >= periods[key].starts_on and mode in counting_modes(rules[key]):
            done[key] += 1
        if mode == VisitMode.VISIT and key in on_site and day >= on_site[key].starts_on:
            del on_site[key]
    lasts = (
        Visit.objects.filter(enrolment__in=enrolments)
        .order_by("enrolment", "-on", "-pk")
        .distinct("enrolment")
        .select_related("official")
    )
    last = {visit.enrolment_id: visit for visit in lasts}
    people: dict[int, Contact] = {}
    companies = {row.company_id for row in enrolments.values()}
    for contact in Contact.objects.filter(company__in=companies).order_by("-is_primary", "pk"):
        people.setdefault(contact.company_id, contact)
    served = []
    for key, enrolment in enrolments.items():
        rule = rules[key]
        keeps = any(role.keeps_contact for role in roles[key])
        served.append(
            Served(
                enrolment=enrolment,
                roles=roles[key],
                period=periods[key],
                wanted=(rule.min_count if rule else 1) if keeps else 0,
                done=done[key],
                last=last.get(key),
                contact=people.get(enrolment.company_id),
                on=on,
                acting_for="" if key in own else absent.get(key, ""),
                group=str(groups.get(key, "")) if key not in own else "",
                on_site=on_site.get(key),
            )
        )
    return sorted(served, key=lambda row: not row.owed)


def _months(rule: ContactRule | None, roles: list[TeamRole]) -> int:
    """The contact period of one's seats, in months: a seat's own where it has one, else the programme's."""
    own = [role.contact_months for role in roles if role.keeps_contact and role.contact_months]
    return min(own) if own else rule.period_months if rule else 1


def _made_by(official: Official, groups: dict[int, Group]) -> Q:
    """Contacts that count as the official's: their own, those of whom they stand in for, their groups'."""
    mine = Q(official__in={official.pk, *official.access.stands_in_for})
    if groups:
        fellows = GroupMember.objects.filter(group__in=groups.values(), official=OuterRef("official"))
        mine |= Q(Exists(fellows), enrolment__in=groups)
    return mine


def _on_site_periods(
    rules: dict[int, ContactRule | None], roles: dict[int, list[TeamRole]], on: date
) -> dict[int, Period]:
    """The period in which the rules want a visit on site, by anybody, where they want one."""
    return {
        key: contact_period(on, rule.on_site_months)
        for key, rule in rules.items()
        if rule is not None and rule.on_site_months and any(role.keeps_contact for role in roles[key])
    }
