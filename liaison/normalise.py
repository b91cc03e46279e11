"""Bringing what people type into one form: codes, phones, amounts, names, days, addresses.

Pure functions. Each returns the form that is stored, or raises ValueError worded for the user.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import phonenumbers
from pypinyin import Style, lazy_pinyin
from stdnum.cn import uscc

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
BLANK_WORDS = frozenset(
    {"", "-", "--", "—", "——", "/", "无", "暂无", "不详", "未知", "null", "none", "n/a", "#n/a"}
)


def half_width(text: str) -> str:
    """The text with full-width letters, digits and signs made half-width, invisible characters gone."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()


def row_key(text: str) -> int:
    """The number of a row as an address or a form names it; 0, which no row has, for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def is_blank_word(text: str) -> bool:
    """Whether the cell says that there is nothing to say ("N/A", "无", "-")."""
    return half_width(text).lower() in BLANK_WORDS


# --- 统一社会信用代码 (GB 32100-2015) -----------------------------------------------------------------------

_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(text: str) -> str:
    """The unified social credit code in capitals; says what is wrong: length, character or check digit."""
    code = re.sub(r"[\s\-]+", "", half_width(text)).upper()
    if not code:
        raise ValueError("统一社会信用代码未填写。")
    for place, character in enumerate(code, start=1):
        if character not in _CODE_CHARACTERS:
            raise ValueError(
                f"统一社会信用代码第 {place} 位字符“{character}”不合规定"
                + ("（不使用字母 I、O、S、V、Z）。" if character in "IOSVZ" else "（只能是数字和大写字母）。")
            )
        if len(code) == 18 and 3 <= place <= 8 and not character.isdigit():
            raise ValueError(f"统一社会信用代码第 {place} 位字符应为数字（行政区划码），现为“{character}”。")
    if len(code) != 18:
        hint = "，这像是旧的工商注册号" if len(code) == 15 and code.isdigit() else ""
        raise ValueError(f"统一社会信用代码长度应为 18 位，现为 {len(code)} 位{hint}。")
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise ValueError("统一社会信用代码校验位不对，请核对是否有错字、漏字或颠倒。")
    return code


# --- 电话 ---------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"1[3-9]\d{9}")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x)\s*(\d{1,6})$", re.IGNORECASE)
_SEVERAL = re.compile(r"[/、,;]|(?<=\d{7})\s+(?=1\d{10}|0\d{9})")


def mobile_phone(text: str) -> str:
    """A mobile number as eleven digits."""
    digits = _digits(text)
    if not digits:
        raise ValueError("手机号码未填写。")
    if not digits.isdigit():
        raise ValueError("手机号码只能由数字组成。")
    if len(digits) != 11:
        raise ValueError(f"手机号码应为 11 位，现为 {len(digits)} 位。")
    if not _MOBILE.fullmatch(digits):
        raise ValueError("手机号码应以 13 至 19 开头。")
    return digits


def any_phone(text: str, *, area_code: str = "") -> str:
    """A mobile as eleven digits, a landline as 0916-1234567; `area_code` is added where none is written."""
    text = half_width(text)
    if not text:
        raise ValueError("联系电话未填写。")
    if _SEVERAL.search(text):
        raise ValueError("一格只填一个电话号码，其余请填到备注。")
    extension = ""
    if found := _EXTENSION.search(text):
        text, extension = text[: found.start()], f"转{found[1]}"
    digits = _digits(text)
    if _MOBILE.fullmatch(digits):
        return digits
    if re.match(r"(?:\+|00)86", text) and not digits.startswith("0"):
        digits = f"0{digits}"  # written for callers from abroad
    if not re.fullmatch(r"\d{5,13}", digits):
        raise ValueError("电话号码只能由数字和“-”组成，如 0916-1234567 或 11 位手机号码。")
    if re.fullmatch(r"[48]00\d{7}", digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{extension}"
    if area_code and 7 <= len(digits) <= 8 and not digits.startswith("0"):
        digits = area_code + digits
    if not digits.startswith("0"):
        if digits.startswith("1") and len(digits) > 8:
            raise ValueError(f"手机号码应为 11 位，现为 {len(digits)} 位。")
        raise ValueError("固定电话缺少区号，请写成 0916-1234567 的样子。")
    number = phonenumbers.parse(digits, "CN")
    if not phonenumbers.is_valid_number(number):
        raise ValueError("电话号码不存在，请核对区号和位数。")
    area_length = phonenumbers.length_of_geographical_area_code(number) + 1  # the leading 0
    return f"{digits[:area_length]}-{digits[area_length:]}{extension}"


def _digits(text: str) -> str:
    digits = re.sub(r"[\s\-()—–.·]+", "", half_width(text))
    return re.sub(r"^(?:\+|00)86", "", digits)


# --- 注册资本 -----------------------------------------------------------------------------------------------


class Capital(NamedTuple):
    """A registered capital in units of ten thousand (万), with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


_CURRENCIES = {
    "美元": "USD",
    "美金": "USD",
    "港元": "HKD",
    "港币": "HKD",
    "欧元": "EUR",
    "日元": "JPY",
    "英镑": "GBP",
    "新台币": "TWD",
    "台币": "TWD",
    "加元": "CAD",
    "加拿大元": "CAD",
    "澳元": "AUD",
    "澳大利亚元": "AUD",
    "新加坡元": "SGD",
    "瑞士法郎": "CHF",
    "韩元": "KRW",
    "人民币": "CNY",
}
_CURRENCY_CODES = {*_CURRENCIES.values(), "RMB"}
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<unit>亿|千万|百万|万|千)?(?P<yuan>元)?")
_UNITS = {
    "亿": Decimal(10_000),
    "千万": Decimal(1000),
    "百万": Decimal(100),
    "万": Decimal(1),
    "千": Decimal("0.1"),
    "元": Decimal("0.0001"),
}
_MOST = Decimal(10) ** 10
_TO_THE_YUAN = Decimal("0.0001")


def capital_wan(text: str) -> Capital | None:
    """A registered capital in 万, exact to the yuan; None where nothing is stated.

    A bare number counts as 万, which is what the column means; "5000000元" is converted.
    """
    if is_blank_word(text):
        return None
    rest = re.sub(r"[\s,()\[\]¥￥:]", "", half_width(text))
    currency = "CNY"
    for name, code in _CURRENCIES.items():
        if name in rest:
            currency, rest = code, rest.replace(name, "")
            break
    else:
        if found := re.search(r"[A-Za-z]{3}", rest):
            if found[0].upper() not in _CURRENCY_CODES:
                raise ValueError(f"不认识的币种“{found[0]}”。")
            currency = "CNY" if found[0].upper() == "RMB" else found[0].upper()
            rest = rest.replace(found[0], "")
    parts = _AMOUNT.fullmatch(rest)
    if not parts:
        raise ValueError(f"看不懂注册资本“{text.strip()}”，请写成“500万元”或“50万美元”的样子。")
    unit = parts["unit"] or parts["yuan"] or "万"
    amount = Decimal(parts["number"]) * _UNITS[unit]
    if amount >= _MOST:
        raise ValueError("注册资本数额过大，请核对单位（元还是万元）。")
    return Capital(amount.quantize(_TO_THE_YUAN, ROUND_HALF_UP), currency)


# --- 名称 ---------------------------------------------------------------------------------------------------

_BRACKETS = str.maketrans(
    {"(": "（", ")": "）", "[": "（", "]": "）", "【": "（", "】": "）", "〔": "（", "〕": "）"}
)
_LONGEST_NAME = 100


def company_name(text: str) -> str:
    """A company's name with full-width brackets, half-width letters and no stray spaces."""
    name, before = text, None
    while name != before:  # taking a space away may bring together two signs that are one
        before = name
        name = re.sub(r"\s+", " ", half_width(name)).translate(_BRACKETS)
        name = re.sub(r"(?<![A-Za-z0-9.&]) | (?![A-Za-z0-9.&])", "", name)  # a space only parts Latin words
    if not name:
        raise ValueError("企业名称未填写。")
    if len(name) < 2:
        raise ValueError("企业名称过短，请填写营业执照上的全称。")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"企业名称过长（{len(name)} 字），最多 {_LONGEST_NAME} 字。")
    if name.isdigit():
        raise ValueError("企业名称不能全是数字，请检查是否填错了列。")
    return name


# --- 日期 ---------------------------------------------------------------------------------------------------

_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY_FORMS = (
    re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}"),
    re.compile(rf"(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})[日号]?{_CLOCK}"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_FIRST, _SERIAL_LAST = 10_000, 73_050  # 1927 to 2099, as Excel numbers its days
_FIRST_YEAR, _LAST_YEAR = 1800, 2199


def day(value: str | float | date) -> date:
    """A day written in any of the usual ways, or left by Excel as the number of a day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        if value == int(value) and _SERIAL_FIRST <= value <= _SERIAL_LAST:
            return _EXCEL_EPOCH + timedelta(days=int(value))
        value = str(int(value)) if value == int(value) else str(value)
    text = re.sub(r"\s+", " ", half_width(value))
    text = re.sub(r"(?<=[年月]) | (?=[年月日号])", "", text)
    if not text:
        raise ValueError("日期未填写。")
    for form in _DAY_FORMS:
        if found := form.fullmatch(text):
            year, month, on = map(int, found.groups())
            if not _FIRST_YEAR <= year <= _LAST_YEAR:
                raise ValueError(f"日期“{text}”的年份不合理。")
            try:
                return date(year, month, on)
            except ValueError:
                raise ValueError(f"没有“{text}”这一天，请核对月和日。") from None
    if re.fullmatch(r"\d{4}(?:[-/.年]\d{1,2}月?|年)?", text):
        raise ValueError(f"日期“{text}”缺少月或日，请写成 2020-01-05 的样子。")
    raise ValueError(f"看不懂日期“{text}”，请写成 2020-01-05 的样子。")


def planning_horizon(today: date) -> date:
    """The last day for which anything may be planned: the end of the year after next."""
    return date(today.year + 2, 12, 31)


def too_far(day: date, today: date, what: str = "日期") -> str:
    """Why nothing is planned for the day: a year that was mistyped. Empty where it may be."""
    last = planning_horizon(today)
    return f"{what} {day} 太远，最晚到 {last}，请核对年份。" if day > last else ""


# --- 行政区划 -----------------------------------------------------------------------------------------------

# Codes that older registrations carry and that GB/T 2260 has replaced since.
FORMER_CODES = {"610721": "610703"}  # 南郑县, a district since 2017
_NATIONS = (
    "满族|回族|蒙古族?|维吾尔族?|壮族|苗族|彝族|藏族|土家族|侗族|"
    "瑶族|布依族|朝鲜族|白族|哈尼族|黎族|傣族|畲族|羌族|各族"
)
_COUNTY_SUFFIX = re.compile(rf"(?:(?:{_NATIONS})+自治)?[县区市旗]$")
_PROVINCE = re.compile(r"^(?:中国)?[一-鿿]{2,3}?(?:省|自治区)")
_PROVINCE_LETTERS = 3
_ROAD_SIGNS = tuple("路街道巷桥大")  # 略阳路 is no address in 略阳


def region_code_of(code: str, address: str, regions: Mapping[str, str]) -> str | None:
    """The region of a company: the county that its address names, else digits 3–8 of its credit code.

    `regions` maps codes to names: counties (six digits), and if given their city and province (ending in 00)
    and towns (nine digits), which betray their county when their name occurs once. Where no county can be
    told, the city is the answer if address or code name it; else None.
    """
    text = re.sub(r"\s+", "", half_width(address))
    registered = FORMER_CODES.get(code[2:8], code[2:8])
    if found := _county_named(text, regions) or _county_of_town(text, regions):
        return found
    if registered in regions and not registered.endswith("00"):
        return registered
    return _city_named(text, regions) or (registered if registered in regions else None)


def _county_named(text: str, regions: Mapping[str, str]) -> str | None:
    """Full names count anywhere (first, then longest, wins); bare ones only where the address begins."""
    counties = {key: name for key, name in regions.items() if len(key) == 6 and not key.endswith("00")}
    above = _above(regions)
    found = [
        (at, -len(form), key)
        for key, name in counties.items()
        for form in _forms(name, set(above))
        if (at := text.find(form)) >= 0
    ]
    if found:
        return min(found)[2]
    rest = _PROVINCE.sub("", text)
    for name in above:
        if (
            0 <= (at := rest.find(name)) <= _PROVINCE_LETTERS
        ):  # 陕西汉中城固: the province may lack its suffix
            rest = rest[at + len(name) :]
    bare = [
        (len(short), key)
        for key, name in counties.items()
        if len(short := _short(name)) > 1 and short not in above and _begins(rest, short)
    ]
    return max(bare)[1] if bare else None


def _city_named(text: str, regions: Mapping[str, str]) -> str | None:
    rest = _PROVINCE.sub("", text)
    cities = (
        key for name, key in _above(regions).items() if not key.endswith("0000") and _begins(rest, name)
    )
    return next(cities, None)


def _above(regions: Mapping[str, str]) -> dict[str, str]:
    """Names of city and province, with and without their suffix, the longest first."""
    names: dict[str, str] = {}
    for key, name in regions.items():
        if len(key) == 6 and key.endswith("00"):
            names[name] = key
            names[re.sub(r"(?:省|市|地区|自治州|盟)$", "", name)] = key
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text.removeprefix(name).startswith(_ROAD_SIGNS)


def _forms(name: str, bare_above: set[str]) -> Iterator[str]:
    """The name, and the name it had or will have when a county becomes a district or a city."""
    yield name
    short = _short(name)
    if len(short) > 1:
        for suffix in (
            "县" if short in bare_above else "县区市"
        ):  # 本溪县 is the county, 本溪市 the city above
            if short + suffix != name:
                yield short + suffix


def _short(name: str) -> str:
    return _COUNTY_SUFFIX.sub("", name) or name


def _county_of_town(text: str, regions: Mapping[str, str]) -> str | None:
    """A town counts where its name can begin: first, or behind a province, city, district or county."""
    found = {
        key[:6]
        for key, name in regions.items()
        if len(key) == 9 and re.search(rf"(?:^|[省市区县]){re.escape(name)}", text)
    }
    return found.pop() if len(found) == 1 else None


# --- 拼音 ---------------------------------------------------------------------------------------------------


def pinyin_key(text: str) -> str:
    """Sort and search key of a Chinese text: lower case, no tones ("汉中" gives "hanzhong")."""
    return _key(text, Style.NORMAL)


def pinyin_initials(text: str) -> str:
    """First letters of a Chinese text ("汉中" gives "hz"), for quick search."""
    return _key(text, Style.FIRST_LETTER)


def _key(text: str, style: Style) -> str:
    letters = "".join(lazy_pinyin(half_width(text), style=style)).lower()
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "", letters)
