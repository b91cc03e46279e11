"""包抓方案: its measures, who overwrites whom, and what others see of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse as URL

from companies.models import Enrolment, PlanMeasure, ServicePlan
from companies.reports import plans_of
from companies.services import MeasureLine, PlanOutrun, PlanRefused, write_plan
from liaison.models import AuditEvent
from tests.factories import OfficialFactory, PlanMeasureFactory, ServicePlanFactory, at
from tests.files.samples import PDF, upload

NOW = at(2026, 4, 2, 10)
WALK = MeasureLine("走访", due_on=date(2026, 6, 30))


def plan(cast, *lines, goals="增产", seen=None, by=None, due_on=None, moment=NOW):
    return write_plan(
        enrolment=cast.enrolment, goals=goals, measures=lines, due_on=due_on, seen=seen,
        by=by or cast.official, at=moment,
    )  # fmt: skip


class TestWriting:
    def test_is_written_and_rewritten_and_the_trail_keeps_both(self, cast):
        first = plan(cast, WALK, seen=0)
        kept = PlanMeasure.objects.get()
        again = plan(
            cast,
            MeasureLine(
                "走访", due_on=date(2026, 7, 31), done_on=date(2026, 4, 1), result="已到厂", pk=kept.pk
            ),
            MeasureLine("融资", department=cast.land),
            goals="增产一成",
            due_on=date(2026, 12, 31),
            seen=1,
            by=cast.office,
            moment=at(2026, 4, 2, 11),
        )
        assert (first.pk, again.revision, ServicePlan.objects.count()) == (again.pk, 2, 1)
        assert (again.written_by, again.revised_by) == (cast.official, cast.office)
        rows = PlanMeasure.objects.order_by("position")
        assert [(row.words, row.due_on) for row in rows] == [
            ("走访", date(2026, 7, 31)),
            ("融资", date(2026, 12, 31)),  # the plan's own day
        ]
        assert rows[0].pk == kept.pk
        event = AuditEvent.objects.get(action="修改包抓方案")
        assert event.detail["before"]["measures"] == ["走访；限 2026-06-30"]
        assert event.detail["measures"][0] == "走访；限 2026-07-31；2026-04-01 完成：已到厂"

    def test_a_measure_that_is_left_out_goes(self, cast):
        plan(cast, WALK, MeasureLine("融资", due_on=date(2026, 5, 1)))
        plan(cast, MeasureLine("融资", due_on=date(2026, 5, 1), pk=PlanMeasure.objects.last().pk))
        assert [row.words for row in PlanMeasure.objects.all()] == ["融资"]

    def test_a_row_that_is_none_of_this_plan_needs_a_day_like_any_new_one(self, cast):
        with pytest.raises(PlanRefused, match="措施 1 请填写完成期限"):
            plan(cast, MeasureLine("走访", pk=987_654))

    def test_a_company_that_came_in_eleven_years_ago_is_still_planned_for(self, cast):
        Enrolment.objects.filter(pk=cast.enrolment.pk).update(starts_on=date(2015, 3, 2))
        plan(cast, WALK)
        assert PlanMeasure.objects.get().due_on == date(2026, 6, 30)

    def test_a_row_of_another_plan_is_never_touched(self, cast):
        other = PlanMeasureFactory(words="别家的")
        plan(cast, MeasureLine("走访", due_on=date(2026, 6, 30), pk=other.pk))
        other.refresh_from_db()
        assert (other.words, PlanMeasure.objects.count()) == ("别家的", 2)

    @pytest.mark.parametrize(
        ("goals", "lines", "due_on", "why"),
        [
            (" ", [WALK], None, "须写明目标"),
            ("增产", [], None, "至少一条措施"),
            ("增产", [MeasureLine(" ")], None, "至少一条措施"),
            ("增产", [MeasureLine("走访")], None, "措施 1 请填写完成期限"),
            ("增产", [WALK], date(2020, 1, 1), "完成日期不能早于企业纳入日"),
            ("增产", [MeasureLine("走访", due_on=date(2020, 1, 1))], None, "措施 1 的完成期限不能早于"),
            ("增产", [WALK, MeasureLine("融资", due_on=date(9999, 1, 1))], None, "措施 2 .*太远"),
            ("增产", [MeasureLine("走访", WALK.due_on, done_on=date(2026, 4, 3))], None, "到今天之间"),
            ("增产", [MeasureLine("走访", WALK.due_on, done_on=date(2020, 1, 1))], None, "到今天之间"),
            ("增产", [MeasureLine("走访", WALK.due_on, result="好了")], None, "请一并填写完成日"),
            ("增产", [WALK] * 51, None, "最多 50 条"),
        ],
    )
    def test_refuses_in_words(self, cast, goals, lines, due_on, why):
        with pytest.raises(PlanRefused, match=why):
            plan(cast, *lines, goals=goals, due_on=due_on)
        assert not ServicePlan.objects.exists()

    def test_nobody_overwrites_what_they_did_not_see(self, cast):
        plan(cast, WALK, seen=0)
        with pytest.raises(PlanOutrun, match=f"{cast.official.name}于 2026-04-02 10:00 修改了方案") as told:
            plan(cast, MeasureLine("盖过去", due_on=date(2026, 5, 1)), seen=0, by=cast.office)
        assert PlanMeasure.objects.get().words == "走访"
        plan(cast, MeasureLine("知道了再改", due_on=date(2026, 5, 1)), seen=told.value.revision)
        assert PlanMeasure.objects.get().words == "知道了再改"


class TestLights:
    def test_each_measure_says_how_far_its_day_is(self, cast):
        made = ServicePlanFactory(enrolment=cast.enrolment)
        days = {
            "过了": date(2026, 4, 1), "今天": date(2026, 4, 2), "快了": date(2026, 4, 3),
            "还早": date(2026, 6, 30), "没定": None,
        }  # fmt: skip
        for position, (words, due_on) in enumerate(days.items()):
            PlanMeasureFactory(plan=made, words=words, due_on=due_on, position=position)
        PlanMeasureFactory(
            plan=made, words="迟到", due_on=date(2026, 3, 2), done_on=date(2026, 3, 9), position=9
        )
        state = plans_of([cast.enrolment], date(2026, 4, 2))[cast.enrolment.pk]
        assert [(one.measure.words, one.tone, one.word) for one in state.measures] == [
            ("过了", "red", "逾期 1 个工作日"),
            ("今天", "yellow", "今日到期"),
            ("快了", "yellow", "还剩 1 个工作日"),
            ("还早", "blue", "还剩 59 个工作日"),
            ("没定", "grey", "未定期限"),
            ("迟到", "done", "3月9日 完成（逾期）"),
        ]
        assert (state.done, state.late) == (1, 1)


def body(*rows: dict[str, str], seen: int = 0, **more: str) -> dict[str, str]:
    """The page's form as a browser sends it."""
    given = {"goals": "增产一成", "due_on": "", "seen": str(seen), **more}
    given |= {"m-TOTAL_FORMS": str(len(rows)), "m-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        given |= {f"m-{number}-{name}": value for name, value in row.items()}
    return given


class TestPage:
    def url(self, cast):
        return URL("companies:plan-write", args=[cast.enrolment.pk])

    def test_writes_the_plan_and_the_company_page_shows_it(self, client_as, cast):
        client = client_as("official")
        assert client.get(self.url(cast)).status_code == 200
        row = {"words": "每月走访", "in_charge": f"o-{cast.official.pk}"}
        answer = client.post(self.url(cast), body(row | {"due_on": "2099-01-01"}, {"words": ""}))
        assert answer.status_code == 422
        assert "太远" in answer.content.decode()
        assert "每月走访" in answer.content.decode(), "what was typed stays"
        answer = client.post(self.url(cast), body(row | {"due_on": "2027-01-29"}, {"words": ""}))
        assert answer.status_code == 302
        kept = PlanMeasure.objects.get()
        assert (kept.official, kept.due_on) == (cast.official, date(2027, 1, 29))
        page = client.get(cast.company.get_absolute_url()).content.decode()
        assert "每月走访" in page
        assert "限 2027-01-29" in page

    def test_files_come_with_the_first_saving_and_a_lie_stops_neither_plan_nor_files(self, client_as, cast):
        client = client_as("official")
        files = [upload(PDF, "方案.pdf"), upload(b"MZ" + b"\0" * 99, "照片.jpg")]
        sent = body({"words": "走访", "due_on": "2026-12-31"})
        answer = client.post(self.url(cast), sent | {"attached": files}, follow=True)
        assert answer.redirect_chain == [(self.url(cast), 302)], "where the other file can be added"
        page = answer.content.decode()
        assert "已上传 1 个附件" in page
        assert "“照片.jpg”没有上传：内容是可执行程序" in page
        assert [file.name for file in ServicePlan.objects.get().files.all()] == ["方案.pdf"]

    def test_with_a_refused_plan_its_files_are_asked_for_again(self, client_as, cast):
        sent = body({"words": "", "due_on": "2026-12-31"}) | {"attached": [upload(PDF, "方案.pdf")]}
        answer = client_as("official").post(self.url(cast), sent)
        assert answer.status_code == 422
        assert "请重新选择文件" in answer.content.decode()
        assert not ServicePlan.objects.exists()

    def test_somebody_who_is_not_in_the_team_cannot_be_put_in_charge(self, client_as, cast):
        outsider = OfficialFactory()
        row = {"words": "走访", "due_on": "2026-12-31", "in_charge": f"o-{outsider.pk}"}
        answer = client_as("official").post(self.url(cast), body(row))
        assert answer.status_code == 422
        assert not PlanMeasure.objects.exists()

    def test_a_row_without_words_is_told_beside_it(self, client_as, cast):
        answer = client_as("official").post(self.url(cast), body({"words": "", "due_on": "2026-12-31"}))
        assert answer.status_code == 422
        assert "请写明措施" in answer.content.decode()

    def test_the_second_writer_is_told_and_may_then_insist(self, client_as, cast):
        plan(cast, WALK, by=cast.office)
        client = client_as("official")
        row = {"words": "我写的", "due_on": "2026-12-31"}
        answer = client.post(self.url(cast), body(row, seen=0))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "修改了方案，您填写的还没有保存" in page
        assert "我写的" in page
        assert "走访" in page
        assert 'name="seen" value="1"' in page
        assert client.post(self.url(cast), body(row, seen=1)).status_code == 302
        assert PlanMeasure.objects.get().words == "我写的"

    def test_a_ticked_row_goes(self, client_as, cast):
        plan(cast, WALK, MeasureLine("融资", due_on=date(2026, 5, 1)))
        first, second = PlanMeasure.objects.order_by("position")
        rows = (
            {"row": str(first.pk), "words": "走访", "due_on": "2026-06-30", "drop": "on"},
            {"row": str(second.pk), "words": "融资", "due_on": "2026-05-01"},
        )
        client_as("official").post(self.url(cast), body(*rows, seen=1))
        assert [row.pk for row in PlanMeasure.objects.all()] == [second.pk]

    def test_one_more_row_comes_without_a_reload(self, client_as, cast):
        url = URL("companies:plan-row", args=[cast.enrolment.pk])
        page = client_as("official").get(url, {"n": "4"}).content.decode()
        assert 'name="m-4-words"' in page
        assert 'name="m-TOTAL_FORMS" id="id_m-TOTAL_FORMS" value="5" hx-swap-oob="true"' in page

    def test_without_script_the_same_button_saves_and_comes_back(self, client_as, cast):
        row = {"words": "走访", "due_on": "2026-12-31"}
        answer = client_as("official").post(self.url(cast), body(row, more="yes"))
        assert answer.url == self.url(cast)
        assert PlanMeasure.objects.count() == 1


class TestLate:
    def late(self, cast):
        made = ServicePlanFactory(enrolment=cast.enrolment)
        PlanMeasureFactory(plan=made, words="过期的", due_on=date(2026, 3, 2))
        PlanMeasureFactory(plan=made, words="还早的", due_on=date(2027, 3, 2))
        PlanMeasureFactory(plan=made, words="办成的", due_on=date(2026, 3, 2), done_on=date(2026, 3, 2))

    @pytest.mark.parametrize(("who", "told"), [("official", True), ("office", True), ("stranger", False)])
    def test_the_team_and_the_office_find_it_on_their_list_of_today(self, client_as, cast, clock, who, told):
        clock(NOW)
        self.late(cast)
        page = client_as(who).get(URL("home")).content.decode()
        assert ("1 条方案措施逾期" in page) is told

    def test_the_list_shows_what_is_late_to_those_who_see_the_company(self, client_as, cast, clock):
        clock(NOW)
        self.late(cast)
        url = URL("companies:measures")

        def shown(who: str, **asked: str) -> list[str]:
            return [one.measure.words for one in client_as(who).get(url, asked).context["rows"]]

        assert shown("official", state="late") == ["过期的"]
        assert shown("leader") == ["过期的", "还早的"]
        assert shown("leader", state="done") == ["办成的"]
        assert shown("leader", q=cast.company.name, state="late") == ["过期的"]
        assert shown("stranger") == []
