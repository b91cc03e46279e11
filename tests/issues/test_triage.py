"""定级交办: what similar problems of before speak for, and the queue in which the office decides."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.choices import Status
from issues.forms.triage import SortForm
from issues.formula import likeness, shared_words
from issues.models import Category, Ticket
from issues.reports.precedents import Proposal, propose_triage
from liaison.choices import SystemRole
from tests.factories import DepartmentFactory, PostingFactory, TicketFactory, at


def propose(ticket: Ticket, reader) -> Proposal:
    ticket = Ticket.objects.select_related("company__region", "version__triage_rule").get(pk=ticket.pk)
    form = SortForm(ticket=ticket, official=reader)
    return propose_triage(
        ticket, grades=form.grades, categories=form.categories, units=form.units, reader=reader
    )


def category(code):
    return Category.objects.get(code=code)


@pytest.fixture
def past(cast):
    """Three problems of electricity that 市供电公司 solved, two of labour that 市自然资源局 was given."""
    power = {"grade": "B", "category": category("power"), "lead": cast.power, "at": at(2026, 2, 2)}
    for title in ("厂区用电扩容办理慢", "二期用电扩容报装排队", "用电扩容迟迟未批"):
        TicketFactory(closed=True, enrolment=cast.enrolment, title=title, **power)
    for title in ("旺季缺熟练工", "缺熟练焊工"):
        TicketFactory(
            in_progress=True, enrolment=cast.enrolment, title=title, grade="A", lead=cast.land,
            category=category("labour"), at=at(2026, 2, 2),
        )  # fmt: skip


@pytest.fixture
def new(cast):
    return TicketFactory(
        reported=True, enrolment=cast.enrolment, title="新厂房用电扩容报装慢", at=at(2026, 3, 2)
    )


class TestProposal:
    def test_follows_the_problems_that_are_like_it_and_says_why(self, cast, past, new):
        proposal = propose(new, cast.office)
        assert (proposal.category.value, str(proposal.grade.value)) == (category("power"), "B 部门类")
        assert proposal.lead.value == cast.power
        assert proposal.lead.why == "相似的 3 件里有 3 件如此"
        assert all("用电扩容" in one.why for one in proposal.similar)
        assert [one.percent for one in proposal.similar] == sorted(
            (one.percent for one in proposal.similar), reverse=True
        )

    def test_says_nothing_where_nothing_is_like_it(self, cast, past):
        odd = TicketFactory(reported=True, enrolment=cast.enrolment, title="园区公交末班太早")
        proposal = propose(odd, cast.office)
        assert proposal.similar == []
        assert (proposal.category.value, proposal.grade.value, proposal.lead.value) == (None, None, None)

    def test_keeps_what_somebody_has_settled(self, cast, past, new):
        Ticket.objects.filter(pk=new.pk).update(category=category("labour"))
        proposal = propose(new, cast.office)
        assert (proposal.category.value, proposal.category.word) == (category("labour"), "已选")

    def test_does_not_learn_from_what_the_reader_may_not_see(self, cast, past, new):
        county = PostingFactory(
            role=SystemRole.OFFICE,
            department=DepartmentFactory(region=cast.other_county, name="云溪县协调办"),
            reach="region",
        ).official
        county.on_duty(at(2026, 3, 3).date())
        assert propose(new, county).similar == []

    def test_what_was_returned_proves_nothing(self, cast, new):
        TicketFactory(returned=True, enrolment=cast.enrolment, title=new.title, lead=cast.power)
        assert propose(new, cast.office).similar == []

    def test_another_countys_unit_is_replaced_by_the_companys_own(self, cast, new):
        there = DepartmentFactory(region=cast.other_county, name=f"{cast.other_county.name}供水站")
        here = DepartmentFactory(region=cast.county, name=f"{cast.county.name}供水站")
        for unit in (there, here):
            PostingFactory(role=SystemRole.UNIT, department=unit, reach="department")
        TicketFactory(
            in_progress=True, enrolment=cast.other_enrolment, title=new.title, lead=there, at=at(2026, 2, 3)
        )
        proposal = propose(new, cast.office)
        assert proposal.lead.value == here
        assert "以块为主" in proposal.lead.why

    def test_costs_one_query(self, cast, past, new, django_assert_num_queries):
        ticket = Ticket.objects.select_related("company__region", "version__triage_rule", "grade").get(
            pk=new.pk
        )
        form = SortForm(ticket=ticket, official=cast.office)
        rows = {"grades": form.grades, "categories": form.categories, "units": form.units}
        with django_assert_num_queries(1):
            propose_triage(ticket, reader=cast.office, **rows)


class TestLikeness:
    @pytest.mark.parametrize(
        ("one", "other", "least", "most"),
        [
            ("用电扩容", "用电扩容", 1, 1),
            ("用电扩容慢", "用电扩容，慢！", 1, 1),
            ("用电扩容", "招工难", 0, 0),
            ("", "招工难", 0, 0),
            ("用电扩容报装慢", "用电扩容迟迟未批", 0.3, 0.6),
        ],
    )
    def test_is_the_share_of_common_pairs(self, one, other, least, most):
        assert least <= likeness(one, other) <= most
        assert likeness(one, other) == likeness(other, one)

    def test_names_the_common_stretches(self):
        assert shared_words("新厂房用电扩容报装慢", "用电扩容，报装排队") == ["用电扩容报装"]
        assert shared_words("甲乙", "丙丁") == []


class TestQueue:
    def answer(self, cast, **changed):
        return {"grade": "B", "category": "power", "lead": cast.power.name, "note": ""} | changed

    @pytest.fixture
    def two(self, cast, clock):
        clock(at(2026, 3, 3))
        return [
            TicketFactory(reported=True, enrolment=cast.enrolment, title=title, at=at(2026, 3, 2, hour))
            for hour, title in ((9, "用电扩容"), (10, "招工难"))
        ]

    def test_shows_the_nearest_first_and_the_others_beside_it(self, cast, client_as, two):
        page = client_as("office").get(reverse("issues:triage"))
        assert page.context["ticket"] == two[0]
        assert [row.pk for row in page.context["rows"]] == [one.pk for one in two]
        assert page.context["total"] == 2

    def test_dispatches_and_goes_on_to_the_next(self, cast, client_as, two):
        answer = client_as("office").post(
            reverse("issues:triage-dispatch", args=[two[0].number]), self.answer(cast)
        )
        assert answer.url == reverse("issues:triage-one", args=[two[1].number])
        two[0].refresh_from_db()
        assert (two[0].status, two[0].grade.code) == (Status.DISPATCHED, "B")
        assert two[0].units.get().department == cast.power

    def test_brings_the_next_in_place(self, cast, client_as, two):
        answer = client_as("office").post(
            reverse("issues:triage-dispatch", args=[two[0].number]),
            self.answer(cast),
            headers={"HX-Request": "true"},
        )
        assert answer.context["ticket"] == two[1]
        assert answer["HX-Push-Url"] == reverse("issues:triage-one", args=[two[1].number])
        assert f"{two[0].number} 已定为 B 部门类" in answer.content.decode()

    def test_keeps_what_was_entered_when_something_is_missing(self, cast, client_as, two):
        answer = client_as("office").post(
            reverse("issues:triage-dispatch", args=[two[0].number]),
            self.answer(cast, grade="", note="请当日联系企业"),
        )
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "请选择难易等级。" in text
        assert "请当日联系企业" in text
        two[0].refresh_from_db()
        assert two[0].status == Status.REPORTED

    def test_somebody_else_was_faster(self, cast, client_as, two):
        client = client_as("office")
        address = reverse("issues:triage-dispatch", args=[two[0].number])
        client.post(address, self.answer(cast))
        answer = client.post(address, self.answer(cast, lead=cast.land.name), follow=True)
        assert "当前为“待签收”，已不待交办" in answer.content.decode()
        assert two[0].units.get().department == cast.power

    def test_what_waits_no_more_shows_itself(self, cast, client_as, two):
        client = client_as("office")
        client.post(reverse("issues:triage-dispatch", args=[two[0].number]), self.answer(cast))
        answer = client.get(reverse("issues:triage-one", args=[two[0].number]))
        assert answer.url == two[0].get_absolute_url()

    def test_an_empty_queue_says_so(self, client_as):
        assert "都交办完了" in client_as("office").get(reverse("issues:triage")).content.decode()

    def test_is_the_offices_alone(self, cast, client_as, two):
        for role in ("official", "unit", "leader", "assessor", "admin", "roster"):
            assert client_as(role).get(reverse("issues:triage")).status_code == 403
        assert "逐件定级交办" in client_as("office").get(reverse("issues:tickets")).content.decode()
        assert "逐件定级交办" not in client_as("leader").get(reverse("issues:tickets")).content.decode()


class TestTwins:
    """可能重复反映: open problems of the same company, and 并案 from the queue."""

    @pytest.fixture
    def pair(self, cast, clock):
        clock(at(2026, 3, 3))
        earlier = TicketFactory(dispatched=True, enrolment=cast.enrolment, title="变压器扩容迟迟不批复")
        again = TicketFactory(
            reported=True, enrolment=cast.enrolment, title="变压器扩容迟迟不批", at=at(2026, 3, 2)
        )
        return earlier, again

    def merge(self, client, ticket, into, **headers):
        address = reverse("issues:triage-merge", args=[ticket.number])
        return client.post(address, {"into": into.number}, headers=headers)

    def test_are_shown_and_merged_and_the_next_one_comes(self, cast, client_as, pair):
        earlier, again = pair
        client, other = client_as("office"), TicketFactory(reported=True, enrolment=cast.other_enrolment)
        page = client.get(reverse("issues:triage-one", args=[again.number]))
        assert page.context["twins"] == [earlier]
        answer = self.merge(client, again, earlier, HX_Request="true")
        again.refresh_from_db()
        assert (again.status, again.merged_into) == (Status.MERGED, earlier)
        assert answer.context["ticket"] == other
        assert f"{again.number} 已并入 {earlier.number}" in answer.content.decode()

    def test_without_javascript_it_leads_on(self, client_as, pair):
        earlier, again = pair
        assert self.merge(client_as("office"), again, earlier).url == reverse("issues:triage")
        again.refresh_from_db()
        assert again.merged_into == earlier

    def test_are_of_the_same_company_and_programme_and_open(self, cast, client_as, pair):
        earlier, again = pair
        TicketFactory(reported=True, enrolment=cast.other_enrolment, title=again.title)
        TicketFactory(closed=True, enrolment=cast.enrolment, title=again.title)
        TicketFactory(reported=True, enrolment=cast.enrolment, title="招不到熟练工人")
        page = client_as("office").get(reverse("issues:triage-one", args=[again.number]))
        assert page.context["twins"] == [earlier]

    def test_another_company_s_is_refused_and_nothing_moves(self, cast, client_as, pair):
        again = pair[1]
        foreign = TicketFactory(dispatched=True, enrolment=cast.other_enrolment, title=again.title)
        client = client_as("office")
        answer = self.merge(client, again, foreign, HX_Request="true")
        assert answer.status_code == 422
        assert "请重新选择" in answer.content.decode()
        assert self.merge(client, again, foreign).url == reverse("issues:triage-one", args=[again.number])
        again.refresh_from_db()
        assert again.status == Status.REPORTED

    def test_one_that_was_merged_meanwhile_says_so(self, client_as, pair):
        earlier, again = pair
        client = client_as("office")
        self.merge(client, again, earlier)
        answer = client.post(
            reverse("issues:triage-merge", args=[again.number]), {"into": earlier.number}, follow=True
        )
        assert "已不待交办" in answer.content.decode()
