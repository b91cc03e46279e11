"""The State Council's notices as they were published, and what a hurried hand may make of them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from liaison.holidays import (
    Holiday,
    NoticeRefused,
    judge_year,
    read_days,
    read_notice,
    say_days,
)

HEAD = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
FOOT = """
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置。
国务院办公厅
2025年11月4日
"""
BODIES = {
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2012: """一、元旦：2012年1月1日至3日放假调休，共3天。2011年12月31日（星期六）上班。
二、春节：1月22日至28日放假调休，共7天。1月21日（星期六）、1月29日（星期日）上班。
三、清明节：4月2日至4日放假调休，共3天。3月31日（星期六）、4月1日（星期日）上班。
四、劳动节：4月29日至5月1日放假调休，共3天。4月28日（星期六）上班。
五、端午节：6月22日至24日放假公休，共3天。
六、中秋节、国庆节：9月30日至10月7日放假调休，共8天。9月29日（星期六）上班。""",
}
FULL_WIDTH = str.maketrans("0123456789():,", "０１２３４５６７８９（）：，")


def as_typed(text: str, way: str) -> str:
    """The ways in which the same text reaches the clerk's clipboard."""
    ways = {
        "as printed": text,
        "full width": text.translate(FULL_WIDTH),
        "half width": text.replace("（", "(").replace("）", ")").replace("：", ":").replace("，", ","),
        "spaced": text.replace("月", " 月 ").replace("日", " 日 ").replace("\n", "\r\n\u3000\u3000"),
        "in one line": text.replace("\n", ""),
        "星期": text.replace("（周", "（星期").replace("、周", "、星期"),
        "dashes": text.replace("至", "—"),
    }
    return ways[way]


@pytest.mark.parametrize(
    "way", ["as printed", "full width", "half width", "spaced", "in one line", "星期", "dashes"]
)
@pytest.mark.parametrize("year", BODIES)
def test_a_notice_gives_the_very_days_of_the_year(year: int, way: str):
    notice = read_notice(as_typed(BODIES[year], way), year=year)
    off = {on for holiday in notice.holidays for on in holiday.off()}
    work = {on for holiday in notice.holidays for on in holiday.work}
    on = date(year, 1, 1)
    while on.year == year:
        works = (on.weekday() < 5 and on not in off) or on in work
        assert works == chinese_calendar.is_workday(on), on
        on += timedelta(days=1)
    assert notice.problems == ()
    verdict = judge_year(year, notice.holidays)
    assert (verdict.errors, verdict.doubts) == ((), ())


def test_the_letter_head_and_the_date_below_are_read_too():
    notice = read_notice(HEAD + BODIES[2026] + FOOT, year=2026)
    assert notice.title == "国务院办公厅关于2026年部分节假日安排的通知"
    assert notice.document == "国办发明电〔2025〕7号"
    assert notice.published_on == date(2025, 11, 4)
    assert notice.problems == ()
    assert [holiday.name for holiday in notice.holidays] == [
        "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
    ]  # fmt: skip


def test_a_date_in_chinese_numerals_is_a_date():
    notice = read_notice(BODIES[2012] + "\n二○一一年十二月六日", year=2012)
    assert notice.published_on == date(2011, 12, 6)


def test_days_of_the_december_before_belong_to_the_new_year():
    (first, *_) = read_notice(BODIES[2023], year=2023).holidays
    assert (first.first, first.last) == (date(2022, 12, 31), date(2023, 1, 2))
    (first, *_) = read_notice(BODIES[2012], year=2012).holidays
    assert first.work == (date(2011, 12, 31),)
    (unsaid,) = read_notice("元旦：12月31日至1月2日放假，共3天。", year=2023).holidays
    assert (unsaid.first, unsaid.last) == (date(2022, 12, 31), date(2023, 1, 2))


def test_last_years_paper_is_refused():
    with pytest.raises(NoticeRefused, match="这是 2026 年的放假通知，您正在录入的是 2027 年"):
        read_notice(HEAD + BODIES[2026], year=2027)


def test_last_years_body_alone_gives_itself_away_by_its_weekdays():
    problems = read_notice(BODIES[2026], year=2027).problems
    assert "元旦：通知写1月1日是周四，2027 年这一天是周五。" in problems


@pytest.mark.parametrize("text", ["", "   ", "请各单位做好值班工作。", "一、元旦：放假。", "x" * 20_001])
def test_a_text_without_days_is_refused(text: str):
    with pytest.raises(NoticeRefused):
        read_notice(text, year=2027)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("元旦：1月1日至3日放假，共4天。", "元旦：通知写“共4天”，读到的是 3 天，请核对。"),
        ("元旦：1月3日至1日放假。1月5日放假。", "元旦：1月3日至1月1日的起止顺序颠倒。"),
        ("元旦：1月1日放假。2月30日上班。", "元旦：没有“2027年2月30日”这一天。"),
        ("元旦：1月1日放假。1月9日照常。", "元旦：1月9日没有写明放假还是上班，请核对。"),
        ("元旦：1月1日放假。\n春节：2月6日上班。", "春节：只读到上班日，没有读到放假日期。"),
    ],
)
def test_what_does_not_fit_is_pointed_out(text: str, problem: str):
    assert problem in read_notice(text, year=2027).problems


NEW_YEAR = Holiday("元旦", date(2027, 1, 1), date(2027, 1, 3))


@pytest.mark.parametrize(
    ("holidays", "error"),
    [
        ([], "至少要有一个假期。"),
        ([Holiday("元旦", date(2027, 1, 3), date(2027, 1, 1))], "元旦：结束日1月1日早于开始日1月3日。"),
        (
            [Holiday("元旦", date(2027, 1, 1), date(2027, 1, 3), (date(2027, 1, 2),))],
            "1月2日既列为放假（元旦）又列为上班（元旦），请只保留一种。",
        ),
        (
            [Holiday("元旦", date(2027, 1, 1), date(2027, 1, 3), (date(2027, 1, 5),))],
            "元旦：1月5日是周二，本来就上班，不能作补班日。",
        ),
        ([Holiday("元旦", date(2026, 1, 1), date(2026, 1, 3))], "元旦：2026年1月1日不属于 2027 年的安排。"),
        (
            [Holiday("国庆", date(2028, 10, 1), date(2028, 10, 1))],
            "国庆：2028年10月1日不属于 2027 年的安排。",
        ),
        (
            [NEW_YEAR, Holiday("春节", date(2027, 1, 3), date(2027, 1, 4))],
            "1月3日同时列入元旦和春节。",
        ),
        ([Holiday("国庆", date(2027, 10, 1), date(2027, 10, 31))], "国庆：10月1日至10月31日太长，请核对。"),
    ],
)
def test_a_contradiction_is_refused_with_its_reason(holidays: list[Holiday], error: str):
    verdict = judge_year(2027, holidays)
    assert error in verdict.errors
    assert verdict.doubts == ()


def test_a_forgotten_make_up_day_is_doubted():
    text = BODIES[2026].replace("2月14日（周六）、2月28日（周六）上班", "2月28日（周六）上班")
    (doubt,) = judge_year(2026, read_notice(text, year=2026).holidays).doubts
    assert doubt == "春节：放假占用 6 个周一至周五，法定 4 天，应有 2 个补班日，现有 1 个，可能漏写了“上班”。"


def test_a_forgotten_holiday_is_doubted():
    text = "\n".join(line for line in BODIES[2026].splitlines() if "端午" not in line)
    assert judge_year(2026, read_notice(text, year=2026).holidays).doubts == ("没有端午节的安排。",)


def test_days_are_typed_in_many_ways_and_said_in_one():
    days = (date(2026, 12, 31), date(2027, 1, 4), date(2027, 2, 20))
    for typed in (
        "2026-12-31、1月4日、2/20",
        "2026年12月31日 １月４日，2027.2.20",
        "2026/12/31;1-4;2月20日（周六）",
    ):
        assert read_days(typed, year=2027) == days
    assert read_days(say_days(days, year=2027), year=2027) == days
    assert read_days("", year=2027) == ()
    with pytest.raises(NoticeRefused, match="“下周六”不像日期"):
        read_days("下周六", year=2027)
    with pytest.raises(NoticeRefused, match="没有“2月30日”这一天"):
        read_days("2月30日", year=2027)
