"""Groups, their members, and who stands in for whom."""

from __future__ import annotations

from datetime import date

from factory import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from liaison import models
from liaison.choices import GroupKind
from tests.factories.clock import at
from tests.factories.ground import CityFactory, DepartmentFactory, OfficialFactory, PostingFactory
from tests.factories.rulebook import ProgrammeFactory


class GroupFactory(DjangoModelFactory):
    """A squad of the city, since 2025."""

    class Meta:
        model = models.Group

    programme = SubFactory(ProgrammeFactory)
    kind = GroupKind.SQUAD
    sort = "三合一工作小分队"
    name = Sequence(lambda n: f"第{n}小分队")
    region = SubFactory(CityFactory)
    department = SubFactory(DepartmentFactory)
    starts_on = date(2025, 1, 1)


class GroupMemberFactory(DjangoModelFactory):
    """A plain member; `official` is new and in post."""

    class Meta:
        model = models.GroupMember

    group = SubFactory(GroupFactory)
    official = LazyAttribute(lambda o: PostingFactory().official)
    department = LazyAttribute(lambda o: o.official.postings.order_by("pk").first().department)
    starts_on = date(2025, 1, 1)


class DeputyFactory(DjangoModelFactory):
    """Away for March 2026."""

    class Meta:
        model = models.Deputy

    official = SubFactory(OfficialFactory)
    deputy = SubFactory(OfficialFactory)
    starts_on = date(2026, 3, 1)
    ends_on = date(2026, 3, 31)
    reason = "外出学习"
    set_at = at(2026, 2, 27)
    set_by = SubFactory(OfficialFactory)
