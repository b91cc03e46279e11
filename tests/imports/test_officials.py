"""干部名册: people by phone, a post on each line."""

from __future__ import annotations

from datetime import date

from liaison.choices import Rank, Reach, SystemRole, Verdict
from liaison.models import Official
from tests.factories import Cast, DepartmentFactory, OfficialFactory, PostingFactory
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("姓名", "手机号", "单位", "职务", "职级", "系统角色", "任职起", "出生年月")


def test_a_person_with_two_posts_stands_on_two_lines(roster: Official, cast: Cast):
    rows = [
        ["高远", "13700000001", cast.land.name, "副局长", "正科级", "单位联络员", "2026-01-05", "1985.06"],
        ["高远", "13700000001", cast.industry.name, "科长", "正科级", "", "", "1985.06"],
    ]
    run = confirm(check("officials", sheet_bytes(HEADINGS, rows), roster), roster)

    assert run.counts["new"] == 2
    official = Official.objects.get(phone="13700000001")
    assert (official.username, official.rank, official.birth_year) == ("13700000001", Rank.SECTION, 1985)
    assert official.must_change_password
    assert not official.has_usable_password()
    posts = official.postings.order_by("starts_on").values_list(
        "department__name", "role", "reach", "starts_on"
    )
    assert list(posts) == [
        (cast.land.name, SystemRole.UNIT, Reach.DEPARTMENT, date(2026, 1, 5)),
        (cast.industry.name, SystemRole.OFFICIAL, Reach.OWN, date(2026, 3, 2)),
    ]


def test_someone_known_without_a_number_gets_it(roster: Official, cast: Cast):
    known = OfficialFactory(name="高远", phone=None)
    PostingFactory(official=known, department=cast.land, role=SystemRole.UNIT)
    rows = [["高远", "13700000001", cast.land.name, "局长", "", "单位联络员", "", ""]]
    run = confirm(check("officials", sheet_bytes(HEADINGS, rows), roster), roster)

    known.refresh_from_db()
    assert known.phone == "13700000001"
    assert run.rows.get().changes == {"手机号": ["", "13700000001"], "职务": ["", "局长"]}


def test_without_a_phone_people_are_known_by_name_and_unit(roster: Official, cast: Cast):
    content = sheet_bytes(("姓名", "单位", "职务"), [["高远", cast.land.name, "科员"]])
    confirm(check("officials", content, roster), roster)
    assert Official.objects.get(name="高远").username == "gaoyuan"
    assert verdicts(check("officials", content, roster)) == {2: Verdict.SAME}

    other = sheet_bytes(("姓名", "单位", "职务"), [["高远", cast.power.name, "科员"]])
    confirm(check("officials", other, roster), roster)
    assert Official.objects.filter(name="高远", username="gaoyuan2").exists()


def test_refuses_a_number_that_is_someone_elses(roster: Official, cast: Cast):
    rows = [
        ["冒名者", cast.unit.phone, cast.land.name, "", "", "单位联络员", "", ""],
        ["甲", "13700000002", cast.land.name, "", "", "", "", ""],
        ["乙", "13700000002", cast.power.name, "", "", "", "", ""],
    ]
    run = check("officials", sheet_bytes(HEADINGS, rows), roster)
    assert verdicts(run) == {2: Verdict.ERROR, 3: Verdict.NEW, 4: Verdict.ERROR}
    assert "田家骏" in reasons(run, 2)["姓名"]


def test_roster_staff_cannot_make_an_administrator(roster: Official, admin: Official, cast: Cast):
    content = sheet_bytes(HEADINGS, [["高远", "13700000001", cast.land.name, "", "", "系统管理员", "", ""]])
    assert "系统管理员" in reasons(check("officials", content, roster), 2)["系统角色"]
    assert verdicts(check("officials", content, admin)) == {2: Verdict.NEW}


def test_roster_staff_change_no_administrator(roster: Official, admin: Official, cast: Cast):
    """Neither rank nor posts nor the number, by which an administrator signs in; the other lines pass."""
    nameless = OfficialFactory(name="管后台", phone=None, is_staff=True)
    PostingFactory(official=nameless, department=cast.land, role=SystemRole.UNIT)
    rows = [
        [admin.name, admin.phone, cast.coordination.name, "", "厅级", "", "", ""],
        [admin.name, admin.phone, cast.land.name, "局长", "", "单位联络员", "", ""],
        ["管后台", "13700000009", cast.land.name, "", "", "单位联络员", "", ""],
        ["高远", "13700000001", cast.land.name, "", "", "", "", ""],
    ]
    run = check("officials", sheet_bytes(HEADINGS, rows), roster)
    assert verdicts(run) == {2: Verdict.ERROR, 3: Verdict.ERROR, 4: Verdict.ERROR, 5: Verdict.NEW}
    assert "管系统是系统管理员，其资料和任职只能由系统管理员修改" in reasons(run, 2)["姓名"]
    assert "只能由系统管理员修改" in reasons(run, 4)["姓名"]
    confirm(run, roster)
    admin.refresh_from_db()
    nameless.refresh_from_db()
    assert (admin.rank, nameless.phone) == (Rank.STAFF, None)
    assert admin.postings.count() == 1

    assert Verdict.ERROR not in verdicts(check("officials", sheet_bytes(HEADINGS, rows), admin)).values()


def test_roster_staff_give_themselves_no_rights(roster: Official, admin: Official, cast: Cast):
    rows = [
        [roster.name, roster.phone, cast.coordination.name, "", "", "协调办公室", "", ""],
        [roster.name, roster.phone, cast.coordination.name, "科长", "", "名册管理员", "", ""],
    ]
    run = check("officials", sheet_bytes(HEADINGS, rows), roster)
    assert verdicts(run) == {2: Verdict.ERROR, 3: Verdict.CHANGED}
    assert "不能给自己增加任职" in reasons(run, 2)["系统角色"]
    assert verdicts(check("officials", sheet_bytes(HEADINGS, rows), admin))[2] == Verdict.CHANGED


def test_a_post_is_not_planned_for_the_end_of_time(roster: Official, cast: Cast):
    rows = [["高远", "13700000001", cast.land.name, "", "", "", "2099-01-01", ""]]
    run = check("officials", sheet_bytes(HEADINGS, rows), roster)
    assert verdicts(run) == {2: Verdict.ERROR}
    assert "日期 2099-01-01 太远，最晚到 2028-12-31" in reasons(run, 2)["任职起"]


def test_refuses_units_outside_and_words_that_mean_nothing(roster: Official, cast: Cast):
    abroad = DepartmentFactory(name="邻市财政局", region__code="519800", region__name="邻市")
    rows = [
        ["甲", "13700000001", abroad.name, "", "", "", "", ""],
        ["乙", "1370000", cast.land.name, "", "", "", "", ""],
        ["丙", "13700000003", "没有的局", "", "", "", "", ""],
        ["丁", "13700000004", cast.land.name, "", "宰相", "", "", ""],
    ]
    run = check("officials", sheet_bytes(HEADINGS, rows), roster)
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    assert "不在云川市范围内" in reasons(run, 2)["单位"]
    assert "11 位" in reasons(run, 3)["手机号"]
    assert "一般干部" in reasons(run, 5)["职级"]


def test_a_county_does_not_touch_somebody_who_has_left_it(roster: Official, cast: Cast):
    home = DepartmentFactory(region=cast.county)
    clerk = OfficialFactory()
    PostingFactory(official=clerk, department=home, role=SystemRole.ROSTER)
    gone = OfficialFactory(name="高远", phone="13700000001", rank=Rank.BUREAU)
    PostingFactory(official=gone, department=home, ends_on=date(2025, 12, 31))
    PostingFactory(official=gone, department=cast.land, starts_on=date(2026, 1, 1))
    clerk.on_duty(date(2026, 3, 2))
    rows = [["高远", "13700000001", home.name, "", "一般干部", "", "", ""]]
    run = check("officials", sheet_bytes(HEADINGS, rows), clerk)
    assert verdicts(run) == {2: Verdict.ERROR}
    assert any("以外的单位" in why for why in reasons(run, 2).values())
