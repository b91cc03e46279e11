"""The tags and filters that every page is written with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from liaison import gallery
from liaison.templatetags import ui


def render(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return Template(source).render(Context({"request": request, **context})).strip()


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


class TestFigures:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (21036, "21,036"),
            (0, "0"),
            (-9, "\N{MINUS SIGN}9"),
            (None, "—"),
            ("", "—"),
            ("1234", "1,234"),
            ("约三成", "约三成"),
        ],
    )
    def test_number_groups_thousands_and_never_shows_none(self, value: Any, shown: str) -> None:
        assert ui.number(value) == shown

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (9_999, "9,999"),
            (10_000, "1 万"),
            (123_456, "12.3 万"),
            (140_000_000, "1.4 亿"),
            (-20_000, "\N{MINUS SIGN}2 万"),
            (None, "—"),
        ],
    )
    def test_wan_reads_as_in_chinese(self, value: Any, shown: str) -> None:
        assert ui.wan(value) == shown

    @pytest.mark.parametrize(
        ("value", "shown"), [(128, "+128"), (1.2, "+1.2"), (0, "0"), (-9, "\N{MINUS SIGN}9"), (None, "—")]
    )
    def test_signed_shows_the_direction(self, value: Any, shown: str) -> None:
        assert ui.signed(value) == shown

    def test_a_rate_is_shown_with_its_n(self) -> None:
        assert render("{% percent 45 49 %}") == '<span class="rate">91.8%<small>（45/49）</small></span>'

    def test_a_rate_of_nothing_is_no_rate(self) -> None:
        assert "%" not in render("{% percent 0 0 %}")

    def test_a_rate_of_too_few_is_not_computed(self) -> None:
        assert (
            render("{% percent 2 3 minimum=5 %}")
            == '<span class="rate">—<small>（2/3，样本不足）</small></span>'
        )


class TestDates:
    def test_days_are_written_out_with_their_weekday(self) -> None:
        day = date(2026, 10, 12)
        assert (ui.day(day), ui.full_day(day), ui.iso_day(day)) == (
            "10月12日 周一",
            "2026年10月12日 周一",
            "2026-10-12",
        )

    def test_moments_are_shown_in_the_citys_time(self) -> None:
        late = datetime(2026, 10, 11, 17, 30, tzinfo=UTC)
        assert render("{{ at|moment }}", at=late) == "10月12日 01:30"
        assert render("{{ at|full_moment }} {{ at|day }}", at=late) == "2026年10月12日 01:30 10月12日 周一"

    def test_no_date_is_a_dash(self) -> None:
        assert render("{{ at|day }}{{ at|moment }}{{ at|weekday }}{{ at|iso_day }}", at=None) == "————"

    @pytest.mark.parametrize(
        ("left", "tone", "words"),
        [
            (7, "green", "还剩 7 个工作日"),
            (2, "yellow", "还剩 2 个工作日"),
            (0, "yellow", "今日到期"),
            (-3, "red", "逾期 3 个工作日"),
        ],
    )
    def test_a_deadline_says_how_much_is_left(self, left: int, tone: str, words: str) -> None:
        shown = render("{% deadline due_on left %}", due_on=date(2026, 10, 12), left=left)
        assert words in shown
        assert f"light-{tone}" in shown
        assert 'datetime="2026-10-12"' in shown

    def test_a_deadline_explains_itself_and_admits_to_be_provisional(self) -> None:
        shown = render(
            "{% deadline due_on 3 why=why provisional=True %}",
            due_on=date(2027, 1, 5),
            why="第1日 12/31 周四\n第2日 1/4 周一",
        )
        assert shown.count("<li>") == 2
        assert "暂定" in shown
        assert "公布后会重新计算" in shown


class TestMarks:
    @pytest.mark.parametrize("tone", ["green", "yellow", "red", "red+", "blue", "grey", "done"])
    def test_a_state_has_colour_shape_and_word(self, tone: str) -> None:
        shown = render("{% light tone %}", tone=tone)
        assert ui.TONES[tone].word in shown
        assert "<svg" in shown
        assert f"light-{ui.TONES[tone].css}" in shown

    def test_each_state_has_a_shape_of_its_own(self) -> None:
        tones = {
            key: ui.TONES[key].shape for key in ("green", "yellow", "red", "red+", "blue", "grey", "done")
        }
        assert len(set(tones.values())) == len(tones)

    def test_words_of_users_are_escaped(self) -> None:
        evil = "<img src=x>"
        for tag in ('{% light "red" evil %}', "{% person evil evil evil evil %}", '{% grade "A" evil %}'):
            assert "<img" not in render(tag, evil=evil)

    def test_nobody_and_nothing_are_said_in_words(self) -> None:
        assert "未指定" in render('{% person "" %}')
        assert "未定级" in render('{% grade "" %}')

    def test_icons_are_decorative(self) -> None:
        assert 'aria-hidden="true"' in render('{% icon "building" 20 %}')


class TestLinks:
    def test_query_keeps_the_other_filters(self) -> None:
        assert render("{% query page=2 %}", "/?status=open&page=1") == "?status=open&amp;page=2"

    def test_query_takes_a_filter_away(self) -> None:
        assert render('{% query "status" None "page" None %}', "/?status=open&page=3&q=a") == "?q=a"

    def test_chips_mark_the_present_filter_and_go_back_to_page_one(self) -> None:
        shown = render(
            '{% chips "status" choices "状态" %}',
            "/?status=open&page=4&sort=due",
            choices=[("", "全部", 1608), ("open", "办理中", 310), ("late", "逾期", 0, "red")],
        )
        links = [attrs for tag, attrs in Tags(shown).seen if tag == "a"]
        assert [link["href"] for link in links] == [
            "?sort=due",
            "?status=open&sort=due",
            "?status=late&sort=due",
        ]
        assert ["aria-current" in link for link in links] == [False, True, False]
        assert "1,608" in shown
        assert "<b>0</b>" in shown

    def test_chips_leave_behind_what_means_nothing_under_another_choice(self) -> None:
        choices = [("p1", "驻企", None), ("p2", "护航", None)]
        shown = render(
            '{% chips "programme" choices without="batch role" %}',
            "/?programme=p1&batch=2&role=chief&until=2026-11-22",
            choices=choices,
        )
        links = [attrs["href"] for tag, attrs in Tags(shown).seen if tag == "a"]
        assert links == [f"?programme={code}&until=2026-11-22" for code in ("p1", "p2")]

    def test_the_first_chip_is_in_force_until_one_is_chosen(self) -> None:
        choices = [("todo", "待办", 3), ("all", "全部", 9)]
        assert render('{% chips "view" choices %}', choices=choices).index("aria-current") < 120
        shown = render('{% chips "view" choices current="all" %}', "/?view=todo", choices=choices)
        assert 'id="chip-view-all" class="chip" href="?view=all" aria-current' in shown

    def test_a_count_of_nothing_alarms_nobody(self) -> None:
        assert "chip-red" not in render('{% chips "s" choices %}', choices=[("late", "逾期", 0, "red")])

    def test_sort_turns_round_at_the_second_click(self) -> None:
        assert 'href="?sort=due"' in render('{% sort "due" "期限" %}')
        assert 'href="?sort=-due"' in render('{% sort "due" "期限" %}', "/?sort=due&page=9")
        assert "降序" in render('{% sort "due" "期限" %}', "/?sort=-due")

    def test_pages_name_the_total_even_when_there_is_one(self) -> None:
        shown = render('{% pages page "家" %}', page=Paginator(range(4), 50).page(1))
        assert "共 <b>4</b> 家" in shown
        assert "下一页" not in shown

    def test_pages_of_ten_thousand_rows_stay_short(self) -> None:
        shown = render('{% pages page "件" %}', "/?status=open", page=Paginator(range(10_000), 50).page(100))
        links = [attrs["href"] for tag, attrs in Tags(shown).seen if tag == "a"]
        assert "?status=open&page=101" in links
        assert len(links) < 10
        assert "10,000" in shown

    @pytest.mark.parametrize(("count", "tabs", "rest"), [(3, 3, 0), (5, 5, 0), (6, 4, 2), (12, 4, 8)])
    def test_the_phone_bar_never_has_more_than_five(self, count: int, tabs: int, rest: int) -> None:
        nav = [SimpleNamespace(label=str(place), phone=True) for place in range(count)]
        bar = ui.phone_tabs(nav)
        assert (len(bar["tabs"]), len(bar["rest"])) == (tabs, rest)


class TestForms:
    def test_every_control_has_a_label_that_leads_to_it(self) -> None:
        seen = Tags(render("{% fields form %}", form=gallery.SampleForm())).seen
        targets = {attrs["for"] for tag, attrs in seen if tag == "label" and "for" in attrs}
        idents = {attrs.get("id") for tag, attrs in seen if tag in ("input", "select", "textarea")}
        assert targets <= idents

    def test_errors_stand_beside_the_field_and_in_the_summary(self) -> None:
        form = gallery.SampleForm({"company": "", "mode": "visit"})
        shown = render("{% fields form %}", form=form)
        controls = {attrs.get("name"): attrs for tag, attrs in Tags(shown).seen if tag in ("input", "select")}
        assert controls["company"]["aria-invalid"] == "true"
        assert "id_company_error" in (controls["company"]["aria-describedby"] or "")
        assert 'id="id_company_error"' in shown
        assert 'href="#id_company"' in shown

    def test_a_refused_form_gives_back_what_was_typed(self) -> None:
        form = gallery.SampleForm({"company": "锦程机械", "credit_code": "", "problem": "缺工 40 人"})
        shown = render("{% fields form %}", form=form)
        assert "锦程机械" in shown
        assert "缺工 40 人" in shown

    def test_dates_and_numbers_bring_the_right_keyboard(self) -> None:
        seen = Tags(render("{% fields form %}", form=gallery.SampleForm({"visited_on": "2026-10-12"}))).seen
        controls = {attrs.get("name"): attrs for tag, attrs in seen if tag == "input"}
        assert (controls["visited_on"]["type"], controls["visited_on"]["value"]) == ("date", "2026-10-12")
        assert controls["staff"]["inputmode"] == "numeric"
        assert controls["amount"]["inputmode"] == "decimal"
        assert controls["phone"]["type"] == "tel"

    def test_a_field_rendered_twice_is_dressed_once(self) -> None:
        form = gallery.SampleForm()
        assert render("{% field form.company %}", form=form) == render("{% field form.company %}", form=form)

    def test_a_list_that_wants_ctrl_held_down_becomes_ticks(self) -> None:
        class Several(forms.Form):
            units = forms.MultipleChoiceField(
                label="配合单位", choices=[("1", "市公安局"), ("2", "市税务局")]
            )

        form = Several({"units": ["2"]})
        ticks = [
            attrs for tag, attrs in Tags(render("{% field form.units %}", form=form)).seen if tag == "input"
        ]
        assert [(tick["value"], "checked" in tick) for tick in ticks] == [("1", False), ("2", True)]
        assert form.is_valid()
        assert form.cleaned_data == {"units": ["2"]}

    def test_the_empty_line_of_a_list_says_what_it_means(self) -> None:
        class Pick(forms.Form):
            must = forms.ChoiceField(choices=[("", "---------"), ("a", "甲")])
            may = forms.ChoiceField(choices=[("", "---------"), ("a", "甲")], required=False)

        shown = render("{% fields form %}", form=Pick())
        assert "请选择" in shown
        assert "不选" in shown
        assert "---" not in shown

    def test_hidden_fields_come_bare(self) -> None:
        class Hidden(forms.Form):
            token = forms.CharField(widget=forms.HiddenInput)

        assert "label" not in render("{% field form.token %}", form=Hidden())


class TestCharts:
    CHART = {
        "kind": "line",
        "unit": "件",
        "categories": ["9月", "10月"],
        "series": [
            {"name": "受理", "data": [1200, {"value": 3, "url": "/issues/?month=10"}]},
            {"name": "销号", "data": [None]},
        ],
    }

    def test_every_chart_has_its_figures_as_a_table(self) -> None:
        shown = render(
            '{% include "components/chart.html" with id="t" title="趋势" chart=chart only %}',
            chart=self.CHART,
        )
        assert "1,200" in shown
        assert '<a href="/issues/?month=10">3</a>' in shown
        assert shown.count("—") == 2

    def test_figures_cannot_break_out_of_the_page(self) -> None:
        chart = {"kind": "bar", "categories": ["</script><b>"], "series": [{"name": "x", "data": [1]}]}
        shown = render(
            '{% include "components/chart.html" with id="t" title="x" chart=chart only %}', chart=chart
        )
        assert "</script><b>" not in shown

    def test_no_data_is_said_in_words(self) -> None:
        shown = render(
            '{% include "components/chart.html" with id="t" title="x" chart=chart only %}',
            chart={"kind": "bar", "categories": [], "series": []},
        )
        assert "data-chart" not in shown
        assert "还没有" in shown


class TestHelpers:
    def test_capture_shows_a_block_twice(self) -> None:
        assert (
            render("{% capture name %} 甲{{ x }} {% endcapture %}[{{ name }}][{{ name }}]", x="<")
            == "[甲&lt;][甲&lt;]"
        )

    def test_list_spells_out_a_parameter(self) -> None:
        assert render('{% list "上传" two as labels %}{{ labels|join:"/" }}', two="检查") == "上传/检查"


def test_the_gallery_obeys_the_content_security_policy() -> None:
    request = RequestFactory().get("/components/")
    page = render_to_string(
        "liaison/components.html", {"request": request, **gallery.sample_context(), **_frame()}
    )
    for tag, attrs in Tags(page).seen:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
        if tag == "script":
            assert "src" in attrs or attrs.get("type") == "application/json"


def _frame() -> dict[str, Any]:
    return {
        "nav": [],
        "posting": None,
        "messages": [],
        "user": SimpleNamespace(is_authenticated=False),
        "csrf_token": "x",
        "csp_nonce": "n",
    }


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_of_last_resort_need_nothing_to_render(name: str) -> None:
    assert "回到首页" in render_to_string(name)


class TestFormErrors:
    class Row(forms.Form):
        words = forms.CharField(label="措施", error_messages={"required": "请写明措施"})

    def test_the_summary_takes_the_focus_and_counts_the_rows_of_a_formset(self):
        rows = forms.formset_factory(self.Row, extra=0)(
            {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-words": "走访"}
        )
        form = self.Row({"words": ""})
        page = render('{% form_errors form rows=rows row_name="措施" %}', form=form, rows=rows)
        assert "data-focus" in page
        assert "有 2 处需要改一下" in page
        assert '<a href="#id_form-1-words">措施 2 · 措施</a>：请写明措施' in page
        assert "data-focus" not in render("{% form_errors form focus=False %}", form=form)

    def test_several_reasons_stand_on_lines_of_their_own(self):
        form = self.Row({"words": "走访"})
        form.add_error("words", ["太短", "太笼统"])
        assert "太短<br>太笼统" in render("{% field form.words %}", form=form)
