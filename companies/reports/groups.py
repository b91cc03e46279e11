"""Groups beside what the rules ask for, and whom a group serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.models import Assignment
from liaison.choices import GroupDuty, Holder, VersionStatus
from liaison.models import Group, GroupMember, GroupRule, Official, Programme, ProgrammeVersion, TeamRole
from liaison.models.groups import GroupQuerySet
from liaison.models.people import in_force


@dataclass(frozen=True)
class GroupNeed:
    """A sort of group that a programme's rules ask for, and how many there are on the day."""

    programme: Programme
    rule: GroupRule
    formed: int

    @property
    def wanted(self) -> int | None:
        """How many the rule asks for; None where they are set up as needed."""
        return self.rule.count

    @property
    def missing(self) -> int:
        return max(0, (self.rule.count or 0) - self.formed)

    @property
    def words(self) -> str:
        """应设 247 个，已设 12 个."""
        if self.rule.count is None:
            return f"按需设立，已设 {self.formed} 个"
        return f"应设 {self.rule.count} 个，已设 {self.formed} 个"


def group_needs(programmes: QuerySet[Programme], on: date) -> list[GroupNeed]:
    """Each sort of group that the rules in force on the day ask for, with how many there are."""
    newest = (
        ProgrammeVersion.objects.filter(
            programme=OuterRef("pk"), status=VersionStatus.PUBLISHED, effective_from__lte=on
        )
        .order_by("-effective_from", "-number")
        .values("pk")[:1]
    )
    versions = programmes.order_by().annotate(current=Subquery(newest)).values("current")
    rules = (
        GroupRule.objects.filter(version__in=versions)
        .select_related("version__programme")
        .order_by("version__programme__code", "position", "pk")
    )
    formed = {
        (programme, kind, sort): n
        for programme, kind, sort, n in Group.objects.in_force(on)
        .order_by()
        .values_list("programme", "kind", "sort")
        .annotate(n=Count("pk"))
    }
    return [
        GroupNeed(
            rule.version.programme,
            rule,
            formed.get((rule.version.programme_id, rule.kind, rule.name), 0),
        )
        for rule in rules
    ]


def with_figures(groups: GroupQuerySet, official: Official, on: date) -> QuerySet[Any]:
    """Annotate head, members and the companies served that the official may see, on the day.

    `takes_seats`: the programme has seats for groups; where it has none, no group of it serves companies.
    """
    members = GroupMember.objects.in_force(on).filter(group=OuterRef("pk")).order_by()
    head = members.filter(duty=GroupDuty.HEAD).values("official__name")[:1]
    served = (
        Assignment.objects.visible_to(official)
        .in_force(on)
        .filter(in_force(on, "enrolment__"), group=OuterRef("pk"))
        .order_by()
        .values("group")
        .annotate(n=Count("enrolment", distinct=True))
        .values("n")
    )
    count = members.values("group").annotate(n=Count("pk")).values("n")
    return groups.select_related("programme", "region", "department").annotate(
        head_name=Subquery(head),
        people=Coalesce(Subquery(count, output_field=IntegerField()), 0),
        takes_seats=Exists(
            TeamRole.objects.filter(holder=Holder.GROUP, version__programme=OuterRef("programme"))
        ),
        served=Coalesce(Subquery(served, output_field=IntegerField()), 0),
    )


def seats_of_group(group: Group, official: Official, on: date) -> QuerySet[Assignment]:
    """The seats that the group holds today or later, in companies the official may see."""
    return (
        Assignment.objects.visible_to(official)
        .not_over_by(on)
        .filter(Q(enrolment__ends_on__isnull=True) | Q(enrolment__ends_on__gte=on), group=group)
        .select_related("enrolment__company__region", "enrolment__project", "role")
        .order_by("enrolment__company__pinyin", "pk")
    )
