"""工作组: set up by the rules, one head at a time, seats in many teams, and who sees what through them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies import reports, services
from companies.models import Assignment, Company, Enrolment
from issues.models import Ticket
from liaison.choices import GroupDuty
from liaison.models import AuditEvent, GroupRule, Programme, TeamRole
from tests.factories import (
    AssignmentFactory,
    Cast,
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupMemberFactory,
    OfficialFactory,
    PostingFactory,
    TicketFactory,
    at,
)
from tests.factories.rulebook import preset_version

NOW = at(2026, 3, 2)
DAY = date(2026, 3, 2)


@pytest.fixture
def p3(cast: Cast) -> Any:
    """派驻企业指导员 in force in the cast's city."""
    return preset_version("p3")


@pytest.fixture
def squad(p3: Any) -> Any:
    return GroupFactory(programme=p3.programme, starts_on=DAY)


def seat_of(version: Any, code: str = "squad") -> TeamRole:
    return version.team_roles.get(code=code)


def place(version: Any, cast: Cast, **fields: Any) -> Enrolment:
    company = CompanyFactory(region=cast.county)
    enrolment: Enrolment = EnrolmentFactory(company=company, version=version, starts_on=DAY, **fields)
    return enrolment


def give(enrolment: Enrolment, group: Any, by: Any, **fields: Any) -> Assignment:
    role = fields.pop("role", None) or seat_of(enrolment.version)
    fields = {"starts_on": DAY, "at": NOW} | fields
    return services.assign_group_seat(enrolment=enrolment, role=role, group=group, by=by, **fields)


class TestForming:
    def test_takes_sort_kind_and_task_from_the_rule(self, cast: Cast, p3: Any):
        rule = p3.groups.get(kind="squad")
        group = services.form_group(
            programme=p3.programme,
            rule=rule,
            name=" 第 12 小分队 ",
            region=cast.county,
            department=cast.industry,
            starts_on=DAY,
            by=cast.office,
            at=NOW,
        )
        assert (group.name, group.kind, group.sort, group.task) == (
            "第 12 小分队",
            "squad",
            "三合一工作小分队",
            "一队多企，现场指导",
        )
        assert AuditEvent.objects.filter(action="设立工作组").count() == 1

    def test_the_rules_say_how_many_and_the_list_how_many_there_are(self, cast: Cast, p3: Any):
        for _ in range(3):
            GroupFactory(programme=p3.programme)
        GroupFactory(programme=p3.programme, ends_on=date(2026, 1, 1))
        needs = reports.group_needs(Programme.objects.filter(pk=p3.programme_id), DAY)
        assert [need.words for need in needs] == ["应设 8 个，已设 0 个", "应设 247 个，已设 3 个"]

    def test_refuses_a_name_that_is_taken_a_place_outside_and_a_rule_of_another_programme(
        self, cast: Cast, p3: Any, squad: Any
    ):
        fields = {
            "programme": p3.programme,
            "rule": p3.groups.get(kind="squad"),
            "name": "第 2 小分队",
            "region": cast.county,
            "department": cast.industry,
            "starts_on": DAY,
            "by": cast.office,
            "at": NOW,
        }
        wrong = {
            "已有名为": {"name": squad.name},
            "不在云川市范围内": {"region": DepartmentFactory(region__code="529900").region},
            "不是“派驻企业指导员”的工作组": {"rule": GroupRule(version=cast.version, name="专家组")},
            "已停用": {"department": DepartmentFactory(is_active=False)},
            "成立日不能更早": {"starts_on": date(2020, 1, 1)},
            "请核对年份": {"starts_on": date(2099, 1, 1)},
        }
        for words, changed in wrong.items():
            with pytest.raises(services.GroupRefused, match=words):
                services.form_group(**{**fields, **changed})


class TestMembers:
    def test_keeps_the_unit_of_that_day_and_one_head(self, cast: Cast, squad: Any):
        fields = {"group": squad, "starts_on": DAY, "by": cast.office, "at": NOW}
        head = services.add_member(official=cast.official, duty=GroupDuty.HEAD, **fields)
        assert head.department == cast.industry
        with pytest.raises(services.GroupRefused, match="组长已由“林小舟”担任"):
            services.add_member(official=cast.unit, duty=GroupDuty.HEAD, **fields)
        with pytest.raises(services.GroupRefused, match="已是组内的组长"):
            services.add_member(official=cast.official, duty=GroupDuty.MEMBER, **fields)
        with pytest.raises(services.GroupRefused, match="没有任职"):
            services.add_member(official=OfficialFactory(), duty=GroupDuty.MEMBER, **fields)
        services.end_member(member=head, ends_on=date(2026, 3, 31), by=cast.office, at=NOW)
        later = services.add_member(
            official=cast.unit, duty=GroupDuty.HEAD, **(fields | {"starts_on": date(2026, 4, 1)})
        )
        assert later.duty == GroupDuty.HEAD

    def test_who_has_not_begun_was_never_in(self, cast: Cast, squad: Any):
        member = GroupMemberFactory(group=squad, starts_on=date(2026, 5, 1))
        services.end_member(member=member, ends_on=DAY, by=cast.office, at=NOW)
        assert not squad.members.exists()
        with pytest.raises(services.GroupRefused, match="已经离组"):
            services.end_member(member=member, ends_on=DAY, by=cast.office, at=NOW)


class TestSeats:
    def test_the_host_unit_is_kept_and_the_seat_ends_with_the_group(self, cast: Cast, p3: Any, squad: Any):
        squad.ends_on = date(2026, 6, 30)
        squad.save()
        seat = give(place(p3, cast), squad, cast.office)
        assert (seat.department, seat.official, seat.ends_on) == (squad.department, None, date(2026, 6, 30))
        assert seat.holder == squad
        assert "还没有成员" in seat.warning

    def test_a_full_seat_the_same_group_twice_and_another_programmes_group_are_refused(
        self, cast: Cast, p3: Any, squad: Any
    ):
        enrolment = place(p3, cast)
        give(enrolment, squad, cast.office)
        with pytest.raises(services.AssignmentRefused, match="已担任该企业"):
            give(enrolment, squad, cast.office)
        with pytest.raises(services.AssignmentRefused, match="最多 1 个"):
            give(enrolment, GroupFactory(programme=p3.programme), cast.office)
        with pytest.raises(services.AssignmentRefused, match="不是该企业所在方案的工作组"):
            give(place(p3, cast), GroupFactory(), cast.office)
        with pytest.raises(services.AssignmentRefused, match="不由工作组担任"):
            give(place(p3, cast), squad, cast.office, role=seat_of(p3, "instructor"))
        with pytest.raises(services.AssignmentRefused, match="须由工作组担任"):
            services.assign_seat(
                enrolment=place(p3, cast),
                role=seat_of(p3),
                department=cast.industry,
                starts_on=DAY,
                by=cast.office,
                at=NOW,
            )

    def test_serves_many_at_once_and_leaves_taken_seats_alone(self, cast: Cast, p3: Any, squad: Any):
        places = [place(p3, cast) for _ in range(4)]
        give(places[0], GroupFactory(programme=p3.programme), cast.office)
        done = services.assign_group_to_many(
            enrolments=places, role_code="squad", group=squad, starts_on=DAY, by=cast.office, at=NOW
        )
        assert (len(done.created), done.taken) == (3, 1)

    def test_another_group_takes_over(self, cast: Cast, p3: Any, squad: Any):
        seat = give(place(p3, cast), squad, cast.office)
        other = GroupFactory(programme=p3.programme)
        after = services.replace_with_group(
            assignment=seat, group=other, starts_on=date(2026, 4, 1), by=cast.office, at=NOW
        )
        seat.refresh_from_db()
        assert (seat.ends_on, after.group) == (date(2026, 3, 31), other)

    def test_a_group_with_companies_is_not_dissolved(self, cast: Cast, p3: Any, squad: Any):
        member = GroupMemberFactory(group=squad, starts_on=DAY)
        seat = give(place(p3, cast), squad, cast.office)
        with pytest.raises(services.GroupRefused, match="还包联着 1 家企业"):
            services.dissolve_group(group=squad, ends_on=date(2026, 3, 31), by=cast.office, at=NOW)
        services.end_assignment(assignment=seat, ends_on=date(2026, 3, 31), by=cast.office, at=NOW)
        services.dissolve_group(group=squad, ends_on=date(2026, 3, 31), by=cast.office, at=NOW)
        member.refresh_from_db()
        assert member.ends_on == date(2026, 3, 31)


class TestWhoSees:
    def test_members_see_their_groups_companies_and_problems_while_they_are_members(
        self, cast: Cast, p3: Any, squad: Any
    ):
        enrolment = place(p3, cast)
        give(enrolment, squad, cast.office)
        ticket = TicketFactory(enrolment=enrolment, by=cast.stranger, at=NOW)
        member = PostingFactory().official
        assert not Company.objects.visible_to(member.on_duty(DAY)).exists()
        row = GroupMemberFactory(group=squad, official=member, starts_on=DAY, ends_on=date(2026, 3, 31))
        member.on_duty(DAY)
        assert list(Company.objects.visible_to(member)) == [enrolment.company]
        assert list(Company.objects.served_by(member)) == [enrolment.company]
        assert list(Enrolment.objects.served_by(member, DAY)) == [enrolment]
        assert list(Ticket.objects.visible_to(member)) == [ticket]
        assert not Company.objects.visible_to(member.on_duty(date(2026, 4, 1))).exists()
        row.delete()
        assert not Company.objects.visible_to(member.on_duty(DAY)).exists()

    def test_a_colleague_at_the_host_unit_is_no_member(self, cast: Cast, p3: Any, squad: Any):
        enrolment = place(p3, cast)
        give(enrolment, squad, cast.office)
        colleague = PostingFactory(department=squad.department).official.on_duty(DAY)
        assert not Enrolment.objects.served_by(colleague, DAY).exists()
        assert not Company.objects.visible_to(colleague).exists()

    def test_a_members_contact_counts_for_the_whole_group(self, cast: Cast, p3: Any, squad: Any):
        enrolment = place(p3, cast)
        give(enrolment, squad, cast.office)
        first, second = (
            GroupMemberFactory(group=squad, official=PostingFactory().official, starts_on=DAY).official
            for _ in range(2)
        )
        (row,) = reports.served_companies(second.on_duty(DAY), DAY)
        assert (row.group, row.owed) == (squad.name, 1)
        services.log_visit(
            client_id="7f3a0a3e-9a2b-4a52-9a77-0d0c3f6f8f11",
            enrolment=enrolment,
            on=DAY,
            mode="visit",
            summary="",
            has_problem=False,
            by=first,
            at=NOW,
        )
        (row,) = reports.served_companies(second, DAY)
        assert row.owed == 0


class TestPages:
    def test_the_list_says_what_the_rules_ask_for_and_what_is_missing(
        self, cast: Cast, client_as: Any, squad: Any, clock: Any
    ):
        clock(NOW)
        page = client_as("office").get(reverse("companies:groups")).content.decode()
        assert "应设 247 个，已设 1 个" in page
        assert "应设 8 个，已设 0 个" in page
        assert "缺组长" in page

    def test_from_setting_up_to_dissolving(self, cast: Cast, client_as: Any, p3: Any, clock: Any):
        clock(NOW)
        office = client_as("office")
        entered = {
            "rule": p3.groups.get(kind="squad").pk,
            "name": "第 9 小分队",
            "region": cast.county.code,
            "department": "云川市工业和信息化局",
            "task": "",
            "starts_on": "2026-03-02",
        }
        wrong = office.post(reverse("companies:group-new"), entered | {"department": "没有的局"})
        assert wrong.status_code == 422
        assert "没有找到单位“没有的局”" in wrong.content.decode()
        assert "第 9 小分队" in wrong.content.decode()
        answer = office.post(reverse("companies:group-new"), entered)
        group = p3.programme.groups.get()
        assert answer.url == reverse("companies:group", args=[group.pk])
        add = reverse("companies:group-member-add", args=[group.pk])
        who = {"official": "林小舟", "duty": "head", "starts_on": "2026-03-02"}
        assert office.post(add, who).status_code == 302
        assert "组长已由" in office.post(add, who | {"official": "田家骏"}).content.decode()
        page = client_as("stranger").get(answer.url).content.decode()
        assert "林小舟" in page
        assert "加成员" not in page
        office.post(reverse("companies:group-dissolve", args=[group.pk]), {"ends_on": "2026-03-31"})
        group.refresh_from_db()
        assert group.ends_on == date(2026, 3, 31)

    def test_names_that_several_bear_are_told_apart(self, cast: Cast, client_as: Any, squad: Any, clock: Any):
        clock(NOW)
        twin = PostingFactory(official__name="林小舟", department=cast.power).official
        add = reverse("companies:group-member-add", args=[squad.pk])
        office = client_as("office")
        answer = office.post(add, {"official": "林小舟", "duty": "member", "starts_on": "2026-03-02"})
        assert "有 2 名“林小舟”" in answer.content.decode()
        office.post(add, {"official": "林小舟 供电局", "duty": "member", "starts_on": "2026-03-02"})
        assert squad.members.get().official == twin

    def test_a_seat_is_given_and_changed_from_the_team(
        self, cast: Cast, client_as: Any, p3: Any, squad: Any, clock: Any
    ):
        clock(NOW)
        enrolment = place(p3, cast)
        office = client_as("office")
        address = reverse("companies:seat-assign", args=[enrolment.pk, "squad"])
        assert squad.name in office.get(address).content.decode()
        office.post(address, {"holder": squad.pk, "starts_on": "2026-03-02"})
        seat = enrolment.assignments.get()
        assert seat.group == squad
        assert squad.name in office.get(enrolment.company.get_absolute_url()).content.decode()
        other = GroupFactory(programme=p3.programme)
        office.post(address, {"holder": other.pk, "starts_on": "2026-04-01", "replaces": seat.pk})
        assert enrolment.assignments.filter(group=other, starts_on=date(2026, 4, 1)).exists()

    def test_in_bulk_from_the_list_of_teams(
        self, cast: Cast, client_as: Any, p3: Any, squad: Any, clock: Any
    ):
        clock(NOW)
        places = [place(p3, cast) for _ in range(3)]
        answer = client_as("office").post(
            reverse("companies:enrolments-assign") + "?programme=p3",
            {"everything": "yes", "role": "squad", "department": squad.name, "starts_on": "2026-03-02"},
            follow=True,
        )
        assert "3 家企业的工作小分队" in answer.content.decode()
        assert squad.assignments.filter(enrolment__in=places).count() == 3


def test_the_groups_page_counts_companies_and_lists_seats(
    cast: Cast, p3: Any, squad: Any, client_as: Any, clock: Any
):
    """A company whose seat goes on with the next batch is one company with two seats."""
    clock(NOW)
    enrolment = place(p3, cast)
    AssignmentFactory(enrolment=enrolment, seat="squad", group=squad, ends_on=date(2026, 5, 31))
    AssignmentFactory(enrolment=enrolment, seat="squad", group=squad, starts_on=date(2026, 6, 1))
    page = client_as("office").get(reverse("companies:group", args=[squad.pk]))
    assert (page.context["served"], page.context["page"].paginator.count) == (1, 2)
    assert "1 家" in page.content.decode()
    assert "2026-03-02 至 2026-05-31" in page.content.decode()
