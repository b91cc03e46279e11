"""The ground floor: map, people, calendar, trail, imports."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory
from pypinyin import lazy_pinyin

from liaison import models
from liaison.choices import (
    ChangeKind,
    ChangeState,
    DayKind,
    ImportState,
    RegionLevel,
    SystemRole,
    Verdict,
    YearStatus,
)
from liaison.choices import Reach as Extent
from tests.factories.clock import at

CITY_CODE, COUNTY_CODE, OTHER_COUNTY_CODE = "519900", "519902", "519921"  # in no edition of GB/T 2260
NAMES = ("陈立言", "周雨桐", "吴思远", "郑书瑶", "冯一鸣", "褚文清", "卫长风", "蒋若溪", "沈知行", "韩松年")


def pinyin(words: str) -> str:
    """The sort key that names are stored with."""
    return " ".join(lazy_pinyin(words))


class _RegionFactory(DjangoModelFactory):
    class Meta:
        model = models.Region
        abstract = True
        django_get_or_create = ("code",)

    parent: Any = None
    path = LazyAttribute(lambda o: f"{o.parent.path if o.parent else ''}{o.code}/")
    pinyin = LazyAttribute(lambda o: pinyin(o.name))


class CityFactory(_RegionFactory):
    """云川市, the one invented city; pass another `code` for a second one."""

    code = CITY_CODE
    name = "云川市"
    level = RegionLevel.CITY


class CountyFactory(_RegionFactory):
    """A county of the city; 临江区 and 云溪县 by code, others numbered."""

    code = COUNTY_CODE
    name = LazyAttribute(
        lambda o: {COUNTY_CODE: "临江区", OTHER_COUNTY_CODE: "云溪县"}.get(o.code, f"第{o.code[-2:]}县")
    )
    level = RegionLevel.COUNTY
    parent = SubFactory(CityFactory)

    class Params:
        other = Trait(code=OTHER_COUNTY_CODE)


class TownFactory(_RegionFactory):
    """A town of a county."""

    code = LazyAttribute(lambda o: f"{o.parent.code}001")
    name = "河口镇"
    level = RegionLevel.TOWN
    parent = SubFactory(CountyFactory)


class DepartmentFactory(DjangoModelFactory):
    """A unit of the city; `parent=` puts it under another."""

    class Meta:
        model = models.Department
        django_get_or_create = ("name",)

    name = Sequence(lambda n: f"云川市第{n}服务中心")
    region = SubFactory(CityFactory)
    parent: Any = None
    pinyin = LazyAttribute(lambda o: pinyin(o.name))

    @classmethod
    def _create(cls, model_class: type[models.Department], *args: Any, **fields: Any) -> models.Department:
        department: models.Department = super()._create(model_class, *args, **fields)
        if department.path is None:  # the path ends in the id, which only the database knows
            department.path = f"{department.parent.path if department.parent else ''}{department.pk}/"
            department.save(update_fields=["path"])
        return department


class OfficialFactory(DjangoModelFactory):
    """A person who can sign in. Without `posting=` they hold no post and see nothing."""

    class Meta:
        model = models.Official
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"ganbu{n}")
    name = Sequence(lambda n: NAMES[n % len(NAMES)])
    pinyin = LazyAttribute(lambda o: pinyin(o.name))
    phone = Sequence(lambda n: f"139{n:08d}")

    @factory.post_generation
    def posting(self: models.Official, create: bool, extracted: Any, **fields: Any) -> None:
        """`posting__role=…, posting__department=…` gives a post at once."""
        if create and (extracted or fields):
            PostingFactory(official=self, **fields)


class PostingFactory(DjangoModelFactory):
    """A post in force since 2024, reaching as far as its role usually does."""

    class Meta:
        model = models.Posting

    official = SubFactory(OfficialFactory)
    department = SubFactory(DepartmentFactory)
    role = SystemRole.OFFICIAL
    starts_on = date(2024, 1, 1)

    @factory.lazy_attribute
    def reach(self) -> str:
        usual = {SystemRole.OFFICIAL: Extent.OWN, SystemRole.UNIT: Extent.DEPARTMENT}
        return usual.get(SystemRole(self.role), Extent.REGION)


class TrainingFactory(DjangoModelFactory):
    """A course of February 2026."""

    class Meta:
        model = models.Training

    official = SubFactory(OfficialFactory)
    on = date(2026, 2, 10)
    subject = "惠企政策培训"
    recorded_at = at(2026, 2, 11)


class CalendarYearFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarYear
        django_get_or_create = ("year",)

    year = 2026
    status = YearStatus.UNKNOWN


class CalendarDayFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarDay

    on = date(2026, 10, 1)
    kind = DayKind.OFF
    name = "国庆节"


class CalendarChangeFactory(DjangoModelFactory):
    """A draft of 2027's holidays; `local=` makes it a place's exception."""

    class Meta:
        model = models.CalendarChange

    kind = ChangeKind.NOTICE
    year: Any = 2027
    region: Any = None
    document = "国办发明电〔2026〕9号"
    drafted_at = at(2026, 11, 20)

    class Params:
        local = Trait(
            kind=ChangeKind.EXCEPTION,
            year=None,
            region=SubFactory(CountyFactory),
            reason="防汛停工",
            document="临江防指〔2026〕3号",
        )
        applied = Trait(
            state=ChangeState.APPLIED,
            number=Sequence(lambda n: n + 1),
            confirmed_at=at(2026, 11, 20, 11),
            applied_at=at(2026, 11, 20, 12),
        )


class CalendarChangeDayFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarChangeDay

    change = SubFactory(CalendarChangeFactory)
    on = date(2027, 1, 1)
    kind = DayKind.OFF
    name = "元旦"


class CalendarAlarmFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarAlarm

    on = date(2026, 11, 15)
    year = 2027
    told = 2


class OutboxMessageFactory(DjangoModelFactory):
    class Meta:
        model = models.OutboxMessage

    topic = "ticket.answered"
    created_at = at(2026, 3, 2)


class InboxMessageFactory(DjangoModelFactory):
    """Unread, of 1 April 2026; leads to the reader's first page."""

    class Meta:
        model = models.InboxMessage

    reader = SubFactory(OfficialFactory)
    kind = "todo"
    title = "新交办，请签收：园区变压器容量不足"
    words = "云川云桥精密机械有限公司 · 2026000001 · 期限 4月9日"
    url = "/"
    about = Sequence(lambda n: f"event:{n + 1}")
    created_at = at(2026, 4, 1)


class AuditEventFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditEvent

    at = at(2026, 3, 2)
    action = "发布"
    subject = "liaison.programmeversion:1"
    label = "助商稳企 第 1 版"


class ImportRunFactory(DjangoModelFactory):
    """A roster just uploaded by roster staff."""

    class Meta:
        model = models.ImportRun

    kind = "companies"
    region = SubFactory(CityFactory)
    file = factory.django.FileField(filename="企业名册.csv", data="企业名称\n云川云桥\n".encode())
    file_name = "企业名册.csv"
    sha256 = "0" * 64
    state = ImportState.UPLOADED
    uploaded_by = SubFactory(OfficialFactory)
    uploaded_at = at(2026, 3, 2)

    class Params:
        checked = Trait(state=ImportState.CHECKED, checked_at=at(2026, 3, 2, 10, 1), digest="1" * 64)
        applied = Trait(
            state=ImportState.APPLIED,
            checked_at=at(2026, 3, 2, 10, 1),
            applied_at=at(2026, 3, 2, 10, 5),
            applied_by=SelfAttribute("uploaded_by"),
        )


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportRow

    run = SubFactory(ImportRunFactory)
    number = Sequence(lambda n: n + 2)
    verdict = Verdict.NEW
