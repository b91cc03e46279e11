"""工作组名单: groups set up and filled, and what contradicts itself refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from liaison.choices import GroupDuty, Verdict
from liaison.models import AuditEvent, Group, GroupMember, Official
from tests.factories import Cast, GroupFactory, GroupMemberFactory, PostingFactory
from tests.factories.rulebook import preset_version
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("工作组", "组别", "依托单位", "姓名", "手机号", "成员单位", "职务", "进组日")


@pytest.fixture
def p3(cast: Cast) -> Any:
    """派驻企业指导员, with supervision groups and squads."""
    return preset_version("p3")


def sort_of(version: Any) -> str:
    return version.groups.order_by("position", "pk")[:1].get().name


def rows_of(version: Any, cast: Cast, people: list[Official]) -> list[list[str]]:
    head, *rest = people
    first = ["第1小分队", sort_of(version), cast.industry.name, head.name, head.phone, "", "组长", ""]
    return [first, *[["第1小分队", "", "", one.name, one.phone, "", "", ""] for one in rest]]


def run_of(version: Any, rows: list[list[str]], by: Official) -> Any:
    options = {"programme": version.programme.code}
    return check("groups", sheet_bytes(HEADINGS, rows), by, options=options)


def test_sets_up_a_group_with_its_members(office: Official, cast: Cast, p3: Any):
    people = [PostingFactory(department=cast.land).official for _ in range(3)]
    rows = rows_of(p3, cast, people)
    run = run_of(p3, rows, office)
    assert {*verdicts(run).values()} == {Verdict.NEW}
    confirm(run, office)
    group = Group.objects.get()
    assert (group.name, group.sort, group.department, group.region) == (
        "第1小分队", sort_of(p3), cast.industry, cast.city,
    )  # fmt: skip
    members = group.members.order_by("pk")
    assert [(m.official, m.duty, m.department) for m in members] == [
        (people[0], GroupDuty.HEAD, cast.land),
        (people[1], GroupDuty.MEMBER, cast.land),
        (people[2], GroupDuty.MEMBER, cast.land),
    ]
    assert AuditEvent.objects.filter(action__in=("设立工作组", "进组")).count() == 2
    assert {*verdicts(run_of(p3, rows, office)).values()} == {Verdict.SAME}


def test_adds_members_to_a_group_that_exists(office: Official, cast: Cast, p3: Any):
    group = GroupFactory(programme=p3.programme, sort=sort_of(p3), department=cast.land, name="第2小分队")
    one = PostingFactory(department=cast.land).official
    rows = [["第2小分队", "", "", one.name, "", cast.land.name, "副组长", ""], ["第2小分队", *[""] * 7]]
    run = run_of(p3, rows, office)
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.SAME}
    confirm(run, office)
    assert GroupMember.objects.get(group=group).duty == GroupDuty.DEPUTY


def test_refuses_what_contradicts_itself_or_the_register(office: Official, cast: Cast, p3: Any):
    head, two, three = (PostingFactory(department=cast.land).official for _ in range(3))
    kept = GroupFactory(programme=p3.programme, sort=sort_of(p3), department=cast.land, name="老组")
    GroupMemberFactory(group=kept, official=head, department=cast.land, duty=GroupDuty.HEAD)
    rows = [
        *rows_of(p3, cast, [head]),
        ["第1小分队", "", cast.power.name, two.name, two.phone, "", "", ""],
        ["第1小分队", "", "", three.name, three.phone, "", "组长", ""],
        ["第1小分队", "", "", head.name, "", cast.land.name, "", ""],
        ["老组", "", "", two.name, two.phone, "", "组长", ""],
        ["老组", "", "", head.name, head.phone, "", "成员", ""],
        ["老组", "", "", three.name, three.phone, "", "", "2024-01-01"],
        ["没有组别的组", "", "", three.name, three.phone, "", "", ""],
        ["错组", "没有这个组别", cast.land.name, three.name, three.phone, "", "", ""],
        ["第1小分队", "", "", "查无此人", "", "", "", ""],
    ]
    run = run_of(p3, rows, office)
    assert verdicts(run) == {2: Verdict.NEW, **dict.fromkeys(range(3, 12), Verdict.ERROR)}
    assert "不一致" in reasons(run, 3)["依托单位"]
    assert "本表第 2 行" in reasons(run, 4)["职务"]
    assert "第 2 行已列入" in reasons(run, 5)["姓名"]
    assert head.name in reasons(run, 6)["职务"]
    assert "先让其离组" in reasons(run, 7)["职务"]
    assert "不能更早进组" in reasons(run, 8)["进组日"]
    assert "写组别" in reasons(run, 9)["组别"]
    assert "没有这个组别" in reasons(run, 10)["组别"]
    assert "查无此人" in reasons(run, 11)["姓名"]
    confirm(run, office)
    assert Group.objects.count() == 2


def test_two_clerks_at_once_form_a_group_once(office: Official, cast: Cast, p3: Any):
    one = PostingFactory(department=cast.land).official
    run = run_of(p3, rows_of(p3, cast, [one]), office)
    GroupFactory(programme=p3.programme, sort=sort_of(p3), department=cast.industry, name="第1小分队")
    confirm(run, office)
    assert (run.state, Group.objects.count()) == ("checking", 1)
