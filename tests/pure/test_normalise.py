"""Codes, phones, amounts, names, days and addresses as people type them."""

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from liaison import normalise

PRESETS = Path(normalise.__file__).parent / "presets"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check_digit(body: str) -> str:
    return body + uscc.calc_check_digit(body)


VALID = with_check_digit("91610702MA0000001")
codes = st.builds(
    lambda kind, region, rest: with_check_digit(kind + region + rest),
    st.sampled_from(["91", "92", "93", "52", "N2"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(ALPHABET, min_size=9, max_size=9),
)


class TestCreditCode:
    @given(codes)
    def test_a_valid_code_is_kept_however_it_is_typed(self, code: str):
        spaced = f" {code[:6].lower()} {code[6:12]}-{code[12:]}\u200b "
        full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
        assert normalise.credit_code(code) == code
        assert normalise.credit_code(spaced) == code
        assert normalise.credit_code(full_width) == code

    @given(code=codes, place=st.integers(8, 17), other=st.sampled_from(ALPHABET))
    def test_one_wrong_character_is_always_noticed(self, code: str, place: int, other: str):
        wrong = code[:place] + other + code[place + 1 :]
        if wrong != code:
            with pytest.raises(ValueError, match="校验位不对"):
                normalise.credit_code(wrong)

    @given(code=codes, place=st.integers(8, 16))
    def test_two_neighbours_swapped_are_always_noticed(self, code: str, place: int):
        wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if wrong != code:
            with pytest.raises(ValueError, match="校验位不对"):
                normalise.credit_code(wrong)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "未填写"),
            (VALID[:-1], "长度应为 18 位，现为 17 位"),
            ("610702000000001", "现为 15 位，这像是旧的工商注册号"),
            ("91610702MAO000001" + "0", "第 11 位字符“O”不合规定（不使用字母 I、O、S、V、Z）"),
            ("9161070#MA00000010", "第 8 位字符“#”不合规定（只能是数字和大写字母）"),
            ("916107A2MA00000010", "第 7 位字符应为数字（行政区划码），现为“A”"),
        ],
    )
    def test_says_what_is_wrong(self, text: str, words: str):
        with pytest.raises(ValueError, match=words):
            normalise.credit_code(text)


class TestPhones:
    @pytest.mark.parametrize(
        "text", ["13800000002", " 138 0000 0002", "138-0000-0002", "+86 13800000002", "１３８００００００02"]
    )
    def test_mobile(self, text: str):
        assert normalise.mobile_phone(text) == "13800000002"
        assert normalise.any_phone(text) == "13800000002"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "未填写"),
            ("1380000000", "应为 11 位，现为 10 位"),
            ("12800000002", "13 至 19"),
            ("1380000000x", "只能由数字"),
        ],
    )
    def test_no_mobile(self, text: str, words: str):
        with pytest.raises(ValueError, match=words):
            normalise.mobile_phone(text)

    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("0916-2000001", "0916-2000001"),
            ("(0916) 2000001", "0916-2000001"),
            ("09162000001", "0916-2000001"),
            ("0916－2000001转801", "0916-2000001转801"),
            ("029-80000001", "029-80000001"),
            ("+86 916 2000001", "0916-2000001"),
            ("2000001", "0916-2000001"),
            ("4000000001", "400-000-0001"),
        ],
    )
    def test_landline(self, text: str, stored: str):
        assert normalise.any_phone(text, area_code="0916") == stored
        assert normalise.any_phone(stored) == stored

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "未填写"),
            ("2000001", "缺少区号"),
            ("0916-20", "不存在"),
            ("1380000000", "应为 11 位"),
            ("13800000002、0916-2000001", "一格只填一个"),
            ("13800000002/13800000003", "一格只填一个"),
            ("办公室", "只能由数字"),
        ],
    )
    def test_no_phone(self, text: str, words: str):
        with pytest.raises(ValueError, match=words):
            normalise.any_phone(text)


class TestCapital:
    @pytest.mark.parametrize(
        ("text", "amount", "currency"),
        [
            ("36(万)", "36", "CNY"),
            ("2,180(万)", "2180", "CNY"),
            ("２，１８０（万元）", "2180", "CNY"),
            ("233.6000(万元人民币)", "233.6", "CNY"),
            ("416(万元人民币)", "416", "CNY"),
            ("44万人民币", "44", "CNY"),
            ("18.5(万人民币元)", "18.5", "CNY"),
            ("人民币 50 万元", "50", "CNY"),
            ("500万美元", "500", "USD"),
            ("USD 500万", "500", "USD"),
            ("100(万港元)", "100", "HKD"),
            ("1.2亿元", "12000", "CNY"),
            ("3千万", "3000", "CNY"),
            ("5000000元", "500", "CNY"),
            ("12345.67元", "1.2346", "CNY"),
            ("500", "500", "CNY"),
            ("0", "0", "CNY"),
        ],
    )
    def test_amounts_in_ten_thousands(self, text: str, amount: str, currency: str):
        assert normalise.capital_wan(text) == (Decimal(amount), currency)

    @pytest.mark.parametrize("text", ["", " ", "N/A", "n/a", "-", "——", "无", "不详"])
    def test_nothing_stated(self, text: str):
        assert normalise.capital_wan(text) is None

    @pytest.mark.parametrize("text", ["伍佰万", "-5万", "5万6", "500万马克", "XYZ 500", "99999999亿"])
    def test_refuses_to_guess(self, text: str):
        with pytest.raises(ValueError, match=r"看不懂注册资本|不认识的币种|数额过大"):
            normalise.capital_wan(text)

    @given(st.decimals(0, 10**9, places=4))
    def test_reads_what_we_write(self, amount: Decimal):
        assert normalise.capital_wan(f"{amount:,}万元") == (amount, "CNY")


class TestCompanyName:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("示例集团(汉中)有限公司", "示例集团（汉中）有限公司"),
            (" 示例 市 甲 有限公司\n", "示例市甲有限公司"),
            ("ＡＢＣ（中国）有限公司", "ABC（中国）有限公司"),
            ("Sample  Tea Co.  示例茶业", "Sample Tea Co.示例茶业"),
        ],
    )
    def test_one_form(self, text: str, name: str):
        assert normalise.company_name(text) == name

    @given(st.text(max_size=60))
    def test_a_stored_name_is_stable(self, text: str):
        try:
            name = normalise.company_name(text)
        except ValueError:
            return
        assert normalise.company_name(name) == name

    @pytest.mark.parametrize(
        ("text", "words"), [("", "未填写"), ("甲", "过短"), ("甲" * 101, "过长"), ("123", "全是数字")]
    )
    def test_refusals(self, text: str, words: str):
        with pytest.raises(ValueError, match=words):
            normalise.company_name(text)


class TestDay:
    @pytest.mark.parametrize(
        "value",
        [
            "2020-1-5",
            "2020/01/05",
            "2020.1.5",
            "2020年1月5日",
            "2020 年 1 月 5 日",
            "２０２０－１－５",
            "20200105",
            "2020-01-05 00:00:00",
            "2020-01-05T08:00",
            20200105.0,
            43835,
            43835.0,
            date(2020, 1, 5),
            datetime(2020, 1, 5, 9, 30),  # noqa: DTZ001
        ],
    )
    def test_usual_ways(self, value: str | float | date):
        assert normalise.day(value) == date(2020, 1, 5)

    @given(st.dates(date(1927, 6, 1), date(2099, 1, 1)))
    def test_any_day_in_any_form(self, on: date):
        serial = (on - date(1899, 12, 30)) / timedelta(days=1)
        for form in (on.isoformat(), f"{on.year}年{on.month}月{on.day}日", f"{on:%Y%m%d}", on, serial):
            assert normalise.day(form) == on

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("", "未填写"),
            ("2020-02-30", "没有“2020-02-30”这一天"),
            ("2020年1月", "缺少月或日"),
            ("2020", "缺少月或日"),
            ("20-1-5", "看不懂"),
            ("0020-01-05", "年份不合理"),
            ("去年", "看不懂"),
            (1.5, "看不懂"),
        ],
    )
    def test_refusals(self, value: str | float, words: str):
        with pytest.raises(ValueError, match=words):
            normalise.day(value)


def preset(name: str) -> list[dict[str, str]]:
    with (PRESETS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGIONS = {row["code"]: row["name"] for row in preset("regions")}
AUTONOMOUS = {
    "990100": "示例市",
    "990101": "东湖区",
    "990121": "示例满族自治县",
    "990122": "云山苗族侗族自治县",
}


class TestRegion:
    @pytest.mark.parametrize(
        ("code", "address", "region"),
        [
            ("91610700", "陕西省汉中市勉县某镇某村", "610725"),
            ("", "汉中市汉台区某路31号", "610702"),
            ("", "洋县洋州街道", "610723"),
            ("", "陕西汉中城固某街", "610722"),
            ("", "城固县城略阳路1号", "610722"),
            ("", "陕西省南郑县某镇", "610703"),  # a district now
            ("91610721", "某村", "610703"),  # and its former code
            ("", "大河坎镇某路", "610703"),  # a town that occurs once
            ("", "凤县双石铺镇某路", None),  # the tail of another town is no town
            ("", "巴山镇某路", None),  # two counties have one of that name
            ("91610726", "巴山镇某路", "610726"),
            ("91610725", "某路", "610725"),
            ("91610700", "某路", "610700"),  # no county known, but the city
            ("91990000", "汉中市经济开发区", "610700"),
            ("91990000", "别省别市略阳路", None),
            ("", "略阳路1号", None),
            ("", "汉中路1号", None),
            ("", "", None),
        ],
    )
    def test_county_by_address_then_by_code(self, code: str, address: str, region: str | None):
        assert normalise.region_code_of(code, address, REGIONS) == region

    @pytest.mark.parametrize(
        ("address", "region"),
        [
            ("示例市东湖区某路", "990101"),
            ("示例满族自治县某镇", "990121"),
            ("示例市示例满族自治县某镇", "990121"),
            ("示例县某镇", "990121"),
            ("示例市某路", "990100"),
            ("云山自治县某镇", "990122"),
            ("云山县某镇", "990122"),
            ("云山某镇", "990122"),
        ],
    )
    def test_a_county_that_shares_the_name_of_its_city(self, address: str, region: str | None):
        assert normalise.region_code_of("", address, AUTONOMOUS) == region


class TestPinyin:
    def test_keys(self):
        assert normalise.pinyin_key("汉中") == "hanzhong"
        assert normalise.pinyin_key("示例（重庆）ABC 1号") == "shilichongqingabc1hao"
        assert normalise.pinyin_initials("汉中市略阳县") == "hzslyx"

    @given(st.text(max_size=30))
    def test_keys_never_fail(self, text: str):
        for key in (normalise.pinyin_key(text), normalise.pinyin_initials(text)):
            assert key == key.lower()
            assert " " not in key


class TestPresets:
    def test_regions_hang_together(self):
        rows = preset("regions")
        by_code = {row["code"]: row for row in rows}
        assert len(by_code) == len(rows)
        assert [sum(row["level"] == level for row in rows) for level in ("city", "county", "town")] == [
            1,
            11,
            177,
        ]
        above = {"city": None, "county": "city", "town": "county"}
        for row in rows:
            parent = by_code.get(row["parent_code"])
            assert (parent["level"] if parent else None) == above[row["level"]]
            if row["level"] == "town":
                assert row["code"].startswith(row["parent_code"])
                assert len(row["code"]) == 9
                assert row["name"].endswith(("镇", "街道"))

    def test_industries_are_twenty_sections_and_97_divisions(self):
        rows = preset("industries")
        sections = [row["code"] for row in rows if row["code"].isalpha()]
        divisions = [row for row in rows if row["code"].isdigit()]
        assert sections == list("ABCDEFGHIJKLMNOPQRST")
        assert [row["code"] for row in divisions] == [f"{i:02d}" for i in range(1, 98)]
        assert {row["section"] for row in divisions} == set(sections)
