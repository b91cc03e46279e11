"""试排 on the screen: ask, look, change in place, fix, solve again, compare, adopt, take back, export."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from companies.models import Assignment, Proposal
from companies.services import solve_proposal
from liaison.models import Posting
from tests.access.world import NOW
from tests.factories import (
    AssignmentFactory,
    CompanyFactory,
    CountyFactory,
    DepartmentFactory,
    DepartmentTradeFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProposalFactory,
    ProposalFloorFactory,
    ProposalGapFactory,
    ProposalPairFactory,
)


@pytest.fixture
def city(cast, clock):
    """The cast's city with three companies of P2 without anybody, and nobody but the cast to take them."""
    clock(NOW)
    return [EnrolmentFactory(company=CompanyFactory(region=cast.county)) for _ in range(3)]


@pytest.fixture
def clerk(client_as):
    return client_as("office")


def url(name: str, *args) -> str:
    return reverse(f"companies:{name}", args=args)


def ask(clerk, cast, **fields):
    role = cast.version.team_roles.get(code="officer")
    form = {"role": role.pk, "region": cast.city.code, "starts_on": "2026-04-02", "only_uncovered": "on"}
    weights = {f"{name}_weight": "2" for name in ("keep", "near", "trade", "load")}
    return clerk.post(url("proposal-new"), form | weights | fields)


def solved(clerk, cast, **fields) -> Proposal:
    response = ask(clerk, cast, **fields)
    assert response.status_code == 302, response.content.decode()
    proposal = Proposal.objects.latest("pk")
    solve_proposal(proposal_id=proposal.pk, at=NOW)
    proposal.refresh_from_db()
    return proposal


class TestAsking:
    def test_leads_to_the_progress_and_then_to_the_draft(self, clerk, cast, city):
        response = ask(clerk, cast, note="先排规上企业")
        proposal = Proposal.objects.get()
        assert response.url == url("proposal", proposal.pk)
        waiting = clerk.get(response.url).content.decode()
        assert "排队中" in waiting
        assert url("proposal-progress", proposal.pk) in waiting
        bar = clerk.get(url("proposal-progress", proposal.pk))
        assert "HX-Refresh" not in bar
        solve_proposal(proposal_id=proposal.pk, at=NOW)
        assert clerk.get(url("proposal-progress", proposal.pk))["HX-Refresh"] == "true"
        page = clerk.get(response.url).content.decode()
        assert all(enrolment.company.name in page for enrolment in city)
        assert "先排规上企业" in page

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"starts_on": "2026-04-01"}, "不能早于今天"),
            ({"starts_on": "2028-01-01"}, "最多提前一年"),
            ({"role": "999999"}, "选择一个有效的选项"),
            ({"load_weight": "9"}, "选择一个有效的选项"),
            ({"scale": "large"}, "没有适用这一规则的包联企业"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, clerk, cast, city, fields, words):
        response = ask(clerk, cast, note="规上企业", **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert "规上企业" in response.content.decode()
        assert not Proposal.objects.exists()

    def test_a_countys_office_sees_and_asks_for_its_own_county_alone(self, client_as, cast, city):
        county = DepartmentFactory(region=cast.county)
        clerk = client_as(PostingFactory(department=county, role="office").official)
        ours, theirs = ProposalFactory(region=cast.county), ProposalFactory(region=cast.other_county)
        assert clerk.get(url("proposal", ours.pk)).status_code == 200
        assert clerk.get(url("proposal", theirs.pk)).status_code == 404
        listed = clerk.get(url("proposals")).content.decode()
        assert f"{ours}<" in listed
        assert f"{theirs}<" not in listed
        assert ask(clerk, cast, region=cast.city.code).status_code == 422
        assert ask(clerk, cast, region=cast.county.code).status_code == 302

    def test_a_draft_that_failed_says_why(self, clerk, cast):
        proposal = ProposalFactory(state="failed", failure="所选范围内没有空缺的席位，不需要试排。")
        assert "没有空缺的席位" in clerk.get(url("proposal", proposal.pk)).content.decode()


class TestLooking:
    def test_narrows_the_pairs_by_each_filter(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        shown = clerk.get(url("proposal", proposal.pk), {"q": city[0].company.name}).context
        assert shown["count"] == 1
        pair = proposal.pairs.get(enrolment=city[0])
        pair.is_fixed = True
        pair.save()
        assert clerk.get(url("proposal", proposal.pk), {"sign": "fixed"}).context["count"] == 1
        assert clerk.get(url("proposal", proposal.pk), {"sign": "hand"}).context["count"] == 0
        assert clerk.get(url("proposal", proposal.pk), {"near": "city"}).context["count"] == 3
        for sort in ("name", "-official", "load", "region"):
            assert clerk.get(url("proposal", proposal.pk), {"sort": sort}).context["count"] == 3
        wrong = clerk.get(url("proposal", proposal.pk), {"near": "moon"})
        assert wrong.status_code == 422

    def test_shows_each_gap_with_its_reason_and_each_ranks_quotas(self, clerk, cast, city):
        EnrolmentFactory(company=CompanyFactory(region=CountyFactory(code="519941")))
        others = Posting.objects.exclude(official__in=(cast.office, cast.stranger))
        others.update(ends_on=date(2026, 1, 1))
        proposal = solved(clerk, cast)
        page = clerk.get(url("proposal-gaps", proposal.pk))
        assert page.context["count"] == 4
        assert "本县区和市直都没有可选干部" in page.content.decode()
        assert clerk.get(url("proposal-gaps", proposal.pk), {"reason": "nobody"}).context["count"] == 4
        quotas = clerk.get(url("proposal-quotas", proposal.pk)).context["tables"]
        rows = {row.region: row for row in quotas[0][1]}
        assert rows[cast.county].short == 3
        assert not rows[cast.county].ranks
        county = rows[cast.other_county].ranks[0]
        assert (county["label"], county["people"], county["limit"], county["used"]) == ("科级", 1, 5, 1)

    def test_the_workbook_holds_pairs_and_gaps(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        ProposalGapFactory(proposal=proposal, enrolment=cast.other_enrolment)
        response = clerk.post(url("proposal-export", proposal.pk))
        sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert len(rows) == 5
        assert rows[0][0] == "企业名称"
        assert rows[-1][0] == cast.other_company.name
        assert rows[-1][-1] == "可选干部名额在本草案中已用完"


def sheet_of(response) -> list[tuple]:
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    return list(sheet.iter_rows(values_only=True))


class TestShortage:
    """A city that cannot be covered: the best plan, and what is short per county and rank, everywhere."""

    @pytest.fixture
    def draft(self, clerk, cast, clock) -> Proposal:
        """The county has five seats of a 科级 for seven companies; the other county has nobody."""
        clock(NOW)
        Posting.objects.exclude(official=cast.office).update(ends_on=date(2026, 1, 1))
        unit = DepartmentFactory(region=cast.county)
        PostingFactory(official=OfficialFactory(rank="section"), department=unit)
        for _ in range(7):
            EnrolmentFactory(company=CompanyFactory(region=cast.county))
        far = CountyFactory(code="519941")
        for _ in range(2):
            EnrolmentFactory(company=CompanyFactory(region=far))
        return solved(clerk, cast, kind="company")

    def rows(self, draft) -> dict[str, tuple[int, int]]:
        """Counted from the draft's own rows: what is covered and short in each county."""
        found: dict[str, tuple[int, int]] = {}
        for place, sign in ((draft.pairs, 0), (draft.gaps, 1)):
            for row in place.select_related("enrolment__company__region__parent"):
                region = row.enrolment.company.region
                county = region.parent if region.level == "town" else region
                had = list(found.get(county.name, (0, 0)))
                had[sign] += 1 if sign == 0 else row.seats
                found[county.name] = (had[0], had[1])
        return found

    def test_is_said_on_the_page_in_the_workbook_and_by_the_api(self, draft, clerk, cast, api_as):
        counted = self.rows(draft)
        county = cast.county.name
        assert counted[county][0] == 5
        short = counted[county][1]
        assert short > 0
        page = clerk.get(url("proposal-quotas", draft.pk))
        shown = {row.region.name: row for row in page.context["tables"][0][1]}
        assert {n: (r.covered, r.short) for n, r in shown.items() if r.covered or r.short} == counted
        assert (shown[county].needed, shown[county].ranks[0]["spare"]) == (f"科级 {-(-short // 5)} 人", 0)
        html = page.content.decode()
        assert f"科级 {-(-short // 5)} 人" in html
        assert "没有可选干部，请先在名册中登记" in html
        sheet = sheet_of(clerk.post(url("proposal-quotas-export", draft.pk)))
        lines = {row[1]: row for row in sheet[1:] if row[0] == "企业"}
        assert {name: row[2:4] for name, row in lines.items() if any(row[2:4])} == counted
        assert lines[county][4:] == (f"科级 {-(-short // 5)} 人", "科级", 1, 5, 5, 0)
        answer = api_as("office").get(reverse("proposal-quotas", args=[draft.pk])).json()
        answer = [row for row in answer if row["kind"] == "company"]
        told = {row["region_name"]: (row["covered"], row["short"]) for row in answer}
        assert {name: pair for name, pair in told.items() if any(pair)} == counted
        ours = next(row for row in answer if row["region"] == cast.county.code)
        assert ours["needed"] == f"科级 {-(-short // 5)} 人"
        assert ours["ranks"][0] | {"rank_words": "科级"} == {
            "rank": "section", "rank_words": "科级", "people": 1, "limit": 5, "used": 5, "spare": 0,
        }  # fmt: skip

    def test_is_counted_anew_after_a_change_by_hand(self, draft, clerk, cast):
        pair = draft.pairs.first()
        empty = {"official": pair.official_id, "empty": "yes"}
        clerk.post(url("proposal-change", draft.pk, pair.enrolment_id), empty)
        shown = clerk.get(url("proposal-quotas", draft.pk)).context["tables"][0][1]
        told = {row.region.name: (row.covered, row.short) for row in shown if row.covered or row.short}
        assert told == self.rows(draft)


class TestFloorsAndSoftQuotas:
    def test_who_stays_below_the_floor_is_listed_exported_and_told_by_the_api(self, clerk, cast, api_as):
        row = ProposalFloorFactory(proposal__region=cast.city, floor=2, held=1, official__name="缺一户")
        met = ProposalFloorFactory(proposal=row.proposal, reason="")
        ProposalPairFactory(proposal=row.proposal, official=met.official)
        page = clerk.get(url("proposal-floors", row.proposal_id))
        assert [one.official.name for one in page.context["page"].object_list] == ["缺一户"]
        assert "排给同样不足的干部" in page.content.decode()
        figures = clerk.get(url("proposal", row.proposal_id)).content.decode()
        assert "未达下限" in figures
        assert "发起时有 2 人不足下限" in figures
        (line,) = sheet_of(clerk.post(url("proposal-floors-export", row.proposal_id)))[1:]
        assert (line[0], line[3:7]) == ("缺一户", (2, 1, 0, 1))
        answer = api_as("office").get(reverse("proposal-floors", args=[row.proposal_id])).json()
        assert [(one["official_name"], one["floor"], one["given"]) for one in answer["results"]] == [
            ("缺一户", 2, 0)
        ]

    def test_a_draft_without_floors_says_so(self, clerk, cast):
        draft = ProposalFactory(region=cast.city)
        assert "没有未达下限的干部" in clerk.get(url("proposal-floors", draft.pk)).content.decode()
        assert "未达下限" not in clerk.get(url("proposal", draft.pk)).content.decode()

    def test_what_is_beyond_a_soft_quota_is_marked_counted_and_found(self, clerk, cast, api_as):
        draft = ProposalFactory(region=cast.city)
        over = ProposalPairFactory(proposal=draft, load=3, limit=2)
        ProposalPairFactory(proposal=draft, load=2, limit=2)
        page = clerk.get(url("proposal", draft.pk)).content.decode()
        assert page.count("超出限额（限 2 户）") == 1
        assert "限额为软性，别无人选才超出" in page
        found = clerk.get(url("proposal", draft.pk), {"sign": "over"}).context["page"].object_list
        assert list(found) == [over]
        lines = sheet_of(clerk.post(url("proposal-export", draft.pk)))
        assert sorted(line[-3:-1] for line in lines[1:]) == [(2, "否"), (2, "是")]
        answer = api_as("office").get(reverse("proposal-pairs", args=[draft.pk])).json()
        assert sorted((one["load"], one["limit"], one["is_over"]) for one in answer["results"]) == [
            (2, 2, False), (3, 2, True),
        ]  # fmt: skip

    def test_the_form_says_which_seats_are_filled_by_hand(self, clerk, cast, city):
        page = clerk.get(url("proposal-new"))
        told = {role.code: why for role, why in page.context["by_hand"]}
        offered = {role.code for role in page.context["form"].fields["role"].queryset}
        assert told["lead_department"].startswith("由单位担任")
        assert "officer" in offered
        assert not told.keys() & offered
        every = set(cast.version.team_roles.values_list("code", flat=True))
        assert told.keys() | offered == every
        assert "不能自动排的席位" in page.content.decode()


class TestChanging:
    def test_offers_the_best_fit_first_and_says_who_is_full(self, clerk, cast, city):
        DepartmentTradeFactory(department=cast.land, code="C")
        city[0].company.industry = "34"
        city[0].company.save()
        fits = PostingFactory(
            official=OfficialFactory(name="对口人", rank="section"), department=cast.land
        ).official
        full = PostingFactory(official=OfficialFactory(name="满员人", rank="section"), department=cast.power)
        for _ in range(5):
            AssignmentFactory(enrolment=EnrolmentFactory(), official=full.official)
        proposal = ProposalFactory(region=cast.city, starts_on="2026-04-02")
        ProposalGapFactory(proposal=proposal, enrolment=city[0])
        page = clerk.get(url("proposal-change", proposal.pk, city[0].pk))
        offered = page.context["candidates"]
        assert offered[0].official == fits
        assert (offered[0].trade, offered[0].load, offered[0].limit) == (True, 0, 5)
        last = next(one for one in offered if one.official == full.official)
        assert last.why_not == "该干部的包联限额已用满"
        assert "行业对口" in page.content.decode()
        found = clerk.get(url("proposal-change", proposal.pk, city[0].pk), {"q": "满员"})
        assert [one.official.name for one in found.context["candidates"]] == ["满员人"]

    def test_changes_a_pair_in_place_and_tells_the_figures_anew(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        pair = proposal.pairs.get(enrolment=city[0])
        other = PostingFactory(official=OfficialFactory(name="接手人", rank="section")).official
        response = clerk.post(
            url("proposal-change", proposal.pk, city[0].pk),
            {"official": pair.official_id, "holder": other.pk},
            headers={"HX-Request": "true"},
        )
        answer = response.content.decode()
        assert "接手人" in answer
        assert 'id="proposal-figures" hx-swap-oob="true"' in answer
        assert "人工改派 1 对" in answer
        assert proposal.pairs.get(enrolment=city[0]).official == other
        emptied = clerk.post(
            url("proposal-change", proposal.pk, city[0].pk),
            {"official": other.pk, "empty": "yes"},
            headers={"HX-Request": "true"},
        )
        assert "人工留空" in emptied.content.decode()
        assert not proposal.pairs.filter(enrolment=city[0]).exists()
        filled = clerk.post(url("proposal-change", proposal.pk, city[0].pk), {"holder": other.pk})
        assert filled.url == url("proposal", proposal.pk)
        assert proposal.pairs.get(enrolment=city[0]).official == other

    def test_a_refusal_leaves_the_row_as_it_was(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        pair = proposal.pairs.get(enrolment=city[0])
        nobody = OfficialFactory(name="无职人")
        for holder, words in ((nobody.pk, "没有可以包联的任职"), ("x", "没有找到这个人选")):
            response = clerk.post(
                url("proposal-change", proposal.pk, city[0].pk),
                {"official": pair.official_id, "holder": holder},
                headers={"HX-Request": "true"},
            )
            assert words in response.content.decode()
            assert pair.official.name in response.content.decode()
        assert proposal.pairs.get(enrolment=city[0]).official == pair.official

    def test_fixes_what_is_ticked_or_all_that_is_shown(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        one = proposal.pairs.first()
        clerk.post(url("proposal-fix", proposal.pk), {"pair": [one.pk], "fixed": "yes"})
        assert proposal.pairs.filter(is_fixed=True).count() == 1
        clerk.post(url("proposal-fix", proposal.pk) + "?near=city", {"everything": "yes", "fixed": "yes"})
        assert proposal.pairs.filter(is_fixed=True).count() == 3
        clerk.post(url("proposal-fix", proposal.pk) + "?near=town", {"everything": "yes", "fixed": "no"})
        assert proposal.pairs.filter(is_fixed=True).count() == 3
        response = clerk.post(url("proposal-fix", proposal.pk), {"fixed": "no"}, follow=True)
        assert "还没有选择" in response.content.decode()

    def test_trades_are_kept_per_unit(self, clerk, cast):
        page = url("proposal-trades")
        response = clerk.post(url("proposal-trade", cast.land.pk), {"codes": "c，01；26"}, follow=True)
        assert list(cast.land.trades.order_by("code").values_list("code", flat=True)) == ["01", "26", "C"]
        assert "C 制造业" in response.content.decode()
        wrong = clerk.post(url("proposal-trade", cast.land.pk), {"codes": "ZZ"}, follow=True)
        assert "“ZZ”不是 GB/T 4754" in wrong.content.decode()
        assert cast.land.trades.count() == 3
        assert [one["unit"] for one in clerk.get(page, {"trades": "yes"}).context["units"]] == [cast.land]
        assert cast.land not in [one["unit"] for one in clerk.get(page, {"trades": "no"}).context["units"]]


class TestDeciding:
    def test_solves_again_and_compares(self, clerk, cast, city):
        first = solved(clerk, cast)
        near = DepartmentFactory(region=cast.county)
        PostingFactory(official=OfficialFactory(rank="section"), department=near)
        response = clerk.post(url("proposal-again", first.pk))
        second = Proposal.objects.latest("pk")
        assert response.url == url("proposal", second.pk)
        solve_proposal(proposal_id=second.pk, at=NOW)
        page = clerk.get(url("proposal-compare"), {"draft": [first.pk, second.pk]})
        figures = {label: (left, right) for label, left, right in page.context["figures"]}
        assert figures["已安排"] == (3, 3)
        assert figures["同县区"] == (0, 3)
        assert len(page.context["rows"]) == 3
        same = clerk.get(url("proposal-compare"), {"draft": [first.pk]}, follow=True)
        assert "请勾选两个" in same.content.decode()

    def test_adopts_with_a_summary_and_takes_back(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        summary = clerk.get(url("proposal-adopt", proposal.pk))
        assert (summary.context["doing"].given, summary.context["conflict_count"]) == (3, 0)
        response = clerk.post(url("proposal-adopt", proposal.pk), follow=True)
        assert "新安排 3 席" in response.content.decode()
        assert Assignment.objects.filter(enrolment__in=city, role__code="officer").count() == 3
        twice = clerk.post(url("proposal-adopt", proposal.pk), follow=True)
        assert "它已由何主任采用" in twice.content.decode()
        assert "整体撤回" in clerk.get(url("proposal", proposal.pk)).content.decode()
        assert clerk.get(url("proposal-take-back", proposal.pk)).context["doing"].undone == 3
        back = clerk.post(url("proposal-take-back", proposal.pk), follow=True)
        assert "撤下 3 席" in back.content.decode()
        assert not Assignment.objects.filter(enrolment__in=city, role__code="officer").exists()

    def test_lists_what_stands_against_adopting_and_offers_to_solve_again(self, clerk, cast, city):
        proposal = solved(clerk, cast)
        AssignmentFactory(enrolment=city[0])
        for response in (
            clerk.get(url("proposal-adopt", proposal.pk)),
            clerk.post(url("proposal-adopt", proposal.pk)),
        ):
            page = response.content.decode()
            assert "该席位已经有人" in page
            assert "再排一次，保留其余" in page
        again = clerk.post(url("proposal-again", proposal.pk), {"keep": "all"})
        new = Proposal.objects.latest("pk")
        assert again.url == url("proposal", new.pk)
        solve_proposal(proposal_id=new.pk, at=NOW)
        assert clerk.get(url("proposal-adopt", new.pk)).context["conflict_count"] == 0

    def test_drops_a_draft(self, clerk, cast):
        pair = ProposalPairFactory(proposal__region=cast.city)
        response = clerk.post(url("proposal-drop", pair.proposal_id), follow=True)
        assert "本草案已放弃" in response.content.decode()
        refused = clerk.post(url("proposal-drop", pair.proposal_id), follow=True)
        assert "现在是“已放弃”" in refused.content.decode()


class TestApi:
    def test_reads_drafts_and_adopts_one(self, api_as, clerk, cast, city):
        proposal = solved(clerk, cast)
        api = api_as("office")
        found = api.get(reverse("proposal-detail", args=[proposal.pk])).json()
        assert (found["state"], found["seats"], found["bound"]) == ("draft", 3, 3)
        pairs = api.get(reverse("proposal-pairs", args=[proposal.pk]), {"near": "city"}).json()
        assert pairs["count"] == 3
        assert {row["company"] for row in pairs["results"]} == {e.company.uscc for e in city}
        assert api.get(reverse("proposal-gaps", args=[proposal.pk])).json()["count"] == 0
        done = api.post(reverse("proposal-adopt", args=[proposal.pk]))
        assert done.json() == {"given": 3, "kept": 0, "ended": 0}
        again = api.post(reverse("proposal-adopt", args=[proposal.pk]))
        assert again.status_code == 409
        assert "已采用" in str(again.json())

    def test_says_what_stands_against_it(self, api_as, clerk, cast, city):
        proposal = solved(clerk, cast)
        AssignmentFactory(enrolment=city[0])
        refused = api_as("office").post(reverse("proposal-adopt", args=[proposal.pk]))
        assert refused.status_code == 409
        assert "该席位已经有人" in str(refused.json())
