"""The room's pages: who sees what, what they show, and how many queries they take."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from companies.choices import VisitMode
from companies.models import Assignment, Company, Enrolment
from liaison.models import AuditEvent
from tests.companies import now, today
from tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    PostingFactory,
    ProjectFactory,
    VisitFactory,
)
from tests.factories.rulebook import preset_version

URL = reverse


def sheet_of(response) -> list[list[object]]:
    content = io.BytesIO(b"".join(response.streaming_content))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


class TestRegister:
    def test_shows_the_whole_region_to_the_office(self, client_as, cast):
        page = client_as("office").get(URL("companies:companies"))
        assert cast.company.name in page.content.decode()
        assert cast.other_company.name in page.content.decode()

    def test_shows_an_official_only_their_own(self, client_as, cast):
        page = client_as("official").get(URL("companies:companies")).content.decode()
        assert cast.company.name in page
        assert cast.other_company.name not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("region=519902", {"云川云桥精密机械有限公司"}),
            ("region=519921", {"云溪禾丰食品有限公司"}),
            ("scale=large", set()),
            ("enrolled=no", set()),
            ("team=yes&q=禾丰", {"云溪禾丰食品有限公司"}),
            ("region=&sort=last&page=99", {"云川云桥精密机械有限公司", "云溪禾丰食品有限公司"}),
        ],
    )
    def test_narrows(self, client_as, cast, query, found):
        page = client_as("office").get(f"{URL('companies:companies')}?{query}")
        assert {row.name for row in page.context["page"].object_list} == found
        assert page.context["count"] == len(found)

    def test_counts_on_chips_agree_with_what_they_open(self, client_as, cast):
        CompanyFactory(region=cast.county, scale="large")
        client = client_as("office")
        chips = client.get(URL("companies:companies")).context["chips"]
        for name, choices in chips.items():
            for value, _, count in choices:
                page = client.get(URL("companies:companies"), {name: value} if value else {})
                assert page.context["count"] == count == len(page.context["page"].object_list)

    def test_takes_few_queries_however_many_rows(self, client_as, cast, django_assert_max_num_queries):
        for _ in range(60):
            CompanyFactory(region=cast.county)
        client = client_as("office")
        with django_assert_max_num_queries(8):
            client.get(URL("companies:companies"))

    def test_enrols_the_ticked(self, client_as, cast):
        company = CompanyFactory(region=cast.county)
        answer = client_as("office").post(
            URL("companies:companies-enrol") + "?scale=small",
            {"company": [company.uscc], "programme": cast.version.programme.code, "starts_on": "2026-03-02"},
        )
        assert answer.url == URL("companies:companies") + "?scale=small"
        assert company.enrolments.get().starts_on == date(2026, 3, 2)

    def test_enrols_all_that_the_filters_show(self, client_as, cast):
        companies = [CompanyFactory(region=cast.county) for _ in range(3)]
        CompanyFactory(region=cast.other_county)
        client_as("office").post(
            URL("companies:companies-enrol") + "?region=519902",
            {
                "everything": "yes",
                "company": [companies[0].uscc],
                "programme": cast.version.programme.code,
                "starts_on": "2026-03-02",
            },
        )
        assert Enrolment.objects.filter(company__in=companies).count() == 3
        assert Enrolment.objects.count() == 5

    def test_a_refused_enrolment_keeps_what_was_ticked_and_typed(self, client_as, cast):
        company, other = CompanyFactory(region=cast.county), CompanyFactory(region=cast.other_county)
        url, client = URL("companies:companies-enrol") + "?region=519902", client_as("office")
        typed = {"company": [company.uscc], "programme": cast.version.programme.code, "starts_on": "3月2日"}
        for given in (typed, typed | {"everything": "yes"}, typed | {"starts_on": "1990-03-02"}):
            answer = client.post(url, given)
            text = answer.content.decode()
            assert answer.status_code == 422
            assert f'value="{given["starts_on"]}"' in text
            assert company.name in text
            assert other.name not in text
            assert f'action="{url}"' in text
            assert f'href="{URL("companies:companies")}?region=519902"' in text
            ticked = "everything" if "everything" in given else "company"
            assert f'<input type="hidden" name="{ticked}"' in text
        assert not company.enrolments.exists()

    def test_a_refused_enrolment_leads_back_to_the_company_it_came_from(self, client_as, cast):
        company = CompanyFactory(region=cast.county)
        typed = {"back": "company", "company": company.uscc, "starts_on": "明天"}
        answer = client_as("office").post(URL("companies:companies-enrol"), typed)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert 'value="明天"' in text
        assert '<input type="hidden" name="back" value="company">' in text
        assert f'href="{company.get_absolute_url()}"' in text

    @pytest.mark.parametrize("who", ["official", "unit", "leader", "roster", "assessor"])
    def test_only_the_office_enrols(self, client_as, cast, who):
        answer = client_as(who).post(URL("companies:companies-enrol"), {"company": [cast.company.uscc]})
        assert answer.status_code == 403

    def test_exports_exactly_what_is_filtered_and_keeps_a_trace(self, client_as, cast):
        answer = client_as("office").post(URL("companies:companies-export") + "?region=519902")
        rows = sheet_of(answer)
        assert [row[0] for row in rows[1:]] == [cast.company.name]
        assert rows[1][1] == cast.company.uscc
        event = AuditEvent.objects.get(action="导出")
        assert event.detail == {"rows": 1, "query": "region=519902"}


class TestCompanyPage:
    def test_is_not_found_by_strangers(self, client_as, cast):
        assert client_as("stranger").get(cast.company.get_absolute_url()).status_code == 404

    def test_shows_team_contacts_and_visits(self, client_as, cast):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, summary="谈了用工")
        page = client_as("official").get(cast.company.get_absolute_url()).content.decode()
        for words in (
            "林小舟",
            "牵头单位",
            "谈了用工",
            "秦明月",
            "登记走访",
            f"?company={cast.company.uscc}",
        ):
            assert words in page
        assert "撤下" not in page

    @pytest.mark.parametrize("mode", VisitMode)
    def test_shows_every_way_of_contact(self, client_as, cast, mode):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, mode=mode)
        page = client_as("office").get(cast.company.get_absolute_url())
        assert str(mode.label) in page.content.decode()

    def test_counts_its_queries(self, client_as, cast, django_assert_max_num_queries):
        ProjectFactory(company=cast.company)
        client = client_as("office")
        with django_assert_max_num_queries(18):
            client.get(cast.company.get_absolute_url())

    def test_offers_enrolment_where_there_is_none(self, client_as, cast):
        company = CompanyFactory(region=cast.county)
        page = client_as("office").get(company.get_absolute_url()).content.decode()
        assert "还没有纳入包联" in page
        answer = client_as("office").post(
            URL("companies:companies-enrol"),
            {
                "back": "company",
                "company": company.uscc,
                "programme": cast.version.programme.code,
                "starts_on": "2026-03-02",
            },
        )
        assert answer.url == company.get_absolute_url()

    def test_adds_a_contact(self, client_as, cast):
        url = URL("companies:contact-add", args=[cast.company.uscc])
        client = client_as("official")
        assert client.get(url).status_code == 200
        refused = client.post(url, {"name": "周经理", "phone": "12"})
        assert refused.status_code == 422
        assert "周经理" in refused.content.decode()
        client.post(url, {"name": "周经理", "phone": "13900001111"})
        added = cast.company.contacts.get(name="周经理")
        client.post(URL("companies:contact-primary", args=[cast.company.uscc, added.pk]))
        added.refresh_from_db()
        assert added.is_primary

    def test_somebody_outside_adds_none(self, client_as, cast):
        url = URL("companies:contact-add", args=[cast.company.uscc])
        assert client_as("stranger").post(url).status_code == 404
        assert client_as("leader").post(url).status_code == 403


class TestTeam:
    def empty(self, cast):
        return EnrolmentFactory(company=CompanyFactory(region=cast.county))

    def url(self, enrolment, code):
        return URL("companies:seat-assign", args=[enrolment.pk, code])

    def test_gives_a_seat_in_place(self, client_as, cast):
        enrolment = self.empty(cast)
        client = client_as("office")
        picker = client.get(self.url(enrolment, "officer"), {"q": "林"}, headers={"HX-Request": "true"})
        assert "林小舟" in picker.content.decode()
        assert "已包抓 1 / 5 户" in picker.content.decode()
        answer = client.post(
            self.url(enrolment, "officer"),
            {"holder": cast.official.pk, "starts_on": today()},
            headers={"HX-Request": "true"},
        )
        assert answer["HX-Retarget"] == f"#team-{enrolment.pk}"
        assert "林小舟已担任包抓干部" in answer.content.decode()
        assert enrolment.assignments.get().official == cast.official

    def test_works_without_script(self, client_as, cast):
        enrolment = self.empty(cast)
        client = client_as("office")
        page = client.get(self.url(enrolment, "lead_department"), {"q": "供电"}).content.decode()
        assert page.startswith("<!doctype html>")
        answer = client.post(
            self.url(enrolment, "lead_department"),
            {"holder": cast.power.name, "starts_on": today()},
        )
        assert answer.url == enrolment.company.get_absolute_url()

    def test_refusals_keep_the_picker_open(self, client_as, cast):
        client = client_as("office")
        answer = client.post(
            self.url(cast.enrolment, "officer"),
            {"holder": cast.stranger.pk, "starts_on": today()},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 422
        assert "已由林小舟担任" in answer.content.decode()
        nobody = client.post(self.url(cast.enrolment, "officer"), {"starts_on": today()})
        assert "请选择人选" in nobody.content.decode()

    def test_replaces_and_vacates(self, client_as, cast):
        client = client_as("office")
        seat = cast.enrolment.assignments.get(role__code="officer")
        other = PostingFactory().official
        client.post(
            self.url(cast.enrolment, "officer"),
            {"holder": other.pk, "starts_on": today(), "replaces": seat.pk},
        )
        now = Assignment.objects.in_force(today()).get(enrolment=cast.enrolment, role__code="officer")
        assert now.official == other
        answer = client.post(
            URL("companies:seat-vacate", args=[cast.enrolment.pk, now.pk]), headers={"HX-Request": "true"}
        )
        assert "空缺" in answer.content.decode()

    @pytest.mark.parametrize("who", ["official", "unit", "leader", "roster", "assessor"])
    def test_only_the_office_puts_teams_together(self, client_as, cast, who):
        status = client_as(who).get(self.url(cast.enrolment, "officer")).status_code
        assert status == (404 if who == "unit" else 403)

    def test_takes_a_company_out(self, client_as, cast):
        client_as("office").post(URL("companies:enrolment-end", args=[cast.enrolment.pk]))
        cast.enrolment.refresh_from_db()
        assert cast.enrolment.ends_on < today()


class TestEnrolments:
    def test_lists_seats_and_gaps(self, client_as, cast, django_assert_max_num_queries):
        enrolment = EnrolmentFactory(company=CompanyFactory(region=cast.county))
        client = client_as("office")
        with django_assert_max_num_queries(14):
            page = client.get(URL("companies:enrolments"))
        assert page.context["count"] == 3
        short = client.get(URL("companies:enrolments"), {"missing": "officer"})
        assert [team.enrolment for team in short.context["page"].object_list] == [enrolment]
        assert client.get(URL("companies:enrolments"), {"missing": "any"}).context["count"] == 1

    def test_tells_programmes_apart(self, client_as, cast):
        """Each row says its programme where there are several, and a chip counts and shows one alone."""
        alone = client_as("office").get(URL("companies:enrolments"))
        assert alone.context["programmes"] == []
        version = preset_version("p1")
        EnrolmentFactory(company=cast.company, version=version)
        page = client_as("office").get(URL("companies:enrolments"))
        counted = {code: n for code, _, n in page.context["programmes"]}
        assert counted == {"p1": 1, "p2": 2}
        assert page.content.decode().count(f'<small class="muted">{version.programme}</small>') == 1
        for code, n in counted.items():
            one = client_as("office").get(URL("companies:enrolments"), {"programme": code})
            assert (one.context["count"], len(one.context["page"].object_list)) == (n, n)
            assert {c: m for c, _, m in one.context["programmes"]} == counted

    def test_says_whose_seats_it_lists_when_it_lists_one_officials(self, client_as, cast):
        address = f"{URL('companies:enrolments')}?official={cast.official.pk}"
        assert (
            address
            in client_as("office").get(URL("liaison:official", args=[cast.official.pk])).content.decode()
        )
        page = client_as("office").get(address).content.decode()
        assert f"只列 {cast.official.name} 担任席位的 1 项" in page
        assert "担任席位的" not in client_as("office").get(URL("companies:enrolments")).content.decode()

    def test_gives_many_a_lead_unit(self, client_as, cast):
        empty = [EnrolmentFactory(company=CompanyFactory(region=cast.county)) for _ in range(2)]
        give = {"role": "lead_department", "department": cast.power.name, "starts_on": today()}
        client = client_as("office")
        client.post(URL("companies:enrolments-assign"), {**give, "enrolment": [e.pk for e in empty]})
        assert Assignment.objects.filter(department=cast.power, enrolment__in=empty).count() == 2

    def test_a_refused_assignment_keeps_what_was_ticked_and_typed(self, client_as, cast):
        empty = EnrolmentFactory(company=CompanyFactory(region=cast.county))
        give = {"role": "lead_department", "department": "无此单位", "starts_on": today()}
        url, client = URL("companies:enrolments-assign") + "?q=", client_as("office")
        for typed, words in (
            (give, "没有找到单位“无此单位”"),
            (give | {"everything": "yes"}, "没有找到单位“无此单位”"),
            (give | {"department": cast.power.name, "starts_on": "后天"}, "后天"),
            (give | {"department": cast.power.name, "starts_on": "1990-01-01"}, "1990-01-01"),
        ):
            answer = client.post(url, typed | {"enrolment": [empty.pk]})
            text = answer.content.decode()
            assert answer.status_code == 422
            assert words in text
            assert f'value="{typed["department"]}"' in text
            assert empty.company.name in text
        assert not Assignment.objects.filter(enrolment=empty).exists()

    def test_exports_one_column_per_seat(self, client_as, cast):
        rows = sheet_of(client_as("office").post(URL("companies:enrolments-export") + "?q=云桥"))
        assert len(rows) == 2
        row = dict(zip(rows[0], rows[1], strict=True))
        assert row["牵头单位"] == cast.industry.name
        assert "林小舟" in row["包抓干部"]

    @pytest.mark.parametrize("who", ["official", "unit", "assessor"])
    def test_is_not_for_everybody(self, client_as, cast, who):
        assert client_as(who).get(URL("companies:enrolments")).status_code == 403

    def test_units_with_the_same_short_name_must_be_named_in_full(self, client_as, cast):
        for name in ("甲县发改局", "乙县发改局"):
            DepartmentFactory(name=name, short_name="发改局")
        give = {
            "role": "lead_department",
            "department": "发改局",
            "starts_on": "2026-03-02",
            "everything": "yes",
        }
        page = client_as("office").post(URL("companies:enrolments-assign"), give)
        assert page.status_code == 422
        assert "有多个单位叫" in page.content.decode()


class TestVisits:
    def test_lists_filters_and_exports(self, client_as, cast):
        mine = VisitFactory(
            enrolment=cast.enrolment,
            official=cast.official,
            on=today(),
            has_problem=True,
            logged_at=now(),
        )
        VisitFactory(enrolment=cast.other_enrolment, official=cast.stranger, phone=True)
        office, official = client_as("office"), client_as("official")
        assert office.get(URL("companies:visits")).context["page"].paginator.count == 2
        for query in ("mode=visit", "problem=yes", "span=month", "q=云桥"):
            page = office.get(f"{URL('companies:visits')}?{query}")
            assert list(page.context["page"].object_list) == [mine]
        assert official.get(URL("companies:visits")).context["page"].paginator.count == 1
        assert official.get(URL("companies:visit", args=[mine.pk])).status_code == 200
        assert client_as("stranger").get(URL("companies:visit", args=[mine.pk])).status_code == 404
        rows = sheet_of(office.post(URL("companies:visits-export") + "?mode=phone"))
        assert [row[2] for row in rows[1:]] == [cast.other_company.name]

    def test_says_why_it_is_empty(self, client_as, cast):
        client = client_as("office")
        assert "还没有走访联系" in client.get(URL("companies:visits")).content.decode()
        assert "没有符合条件" in client.get(URL("companies:visits"), {"mode": "im"}).content.decode()


class TestMine:
    def test_shows_who_waits_first(self, client_as, cast, django_assert_max_num_queries):
        second = EnrolmentFactory(
            company=CompanyFactory(region=cast.county, name="云川阿尔法公司", pinyin="a"),
            team={"officer": cast.official},
        )
        VisitFactory(enrolment=second, official=cast.official, on=today(), logged_at=now())
        client = client_as("official")
        with django_assert_max_num_queries(10):
            page = client.get(URL("companies:mine"))
        assert [row.enrolment for row in page.context["served"]] == [cast.enrolment, second]
        text = page.content.decode()
        assert "本月还需联系 1 次" in text
        assert "本月已联系 1 次" in text
        assert "tel:138" in text

    def test_says_why_it_is_empty(self, client_as, cast):
        assert "您目前没有包抓企业" in client_as("assessor").get(URL("companies:mine")).content.decode()

    def test_a_company_left_is_gone(self, client_as, cast):
        cast.enrolment.assignments.filter(role__code="officer").update(ends_on=date(2026, 1, 1))
        assert client_as("official").get(URL("companies:mine")).context["served"] == []
        assert not Company.objects.served_by(cast.official).exists()
