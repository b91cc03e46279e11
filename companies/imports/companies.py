"""企业名册: companies by their unified social credit code."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from companies.choices import Scale
from companies.models import Company, Contact
from companies.reports.liaisons import LiaisonRule, liaison_rules_of
from liaison import normalise
from liaison.choices import Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import RegionIndex
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import CREDIT_CODE, By, Choice, Day, Shown, Text, Whole, YesNo
from liaison.models import ImportRow, Official, Region
from liaison.perms import Capability

PRESETS = settings.BASE_DIR / "liaison" / "presets"
CURRENCIES = {
    "CNY": "人民币", "USD": "美元", "HKD": "港元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑",
    "TWD": "新台币", "CAD": "加元", "AUD": "澳元", "SGD": "新加坡元", "CHF": "瑞士法郎", "KRW": "韩元",
}  # fmt: skip
SCALE_WORDS = {f"{label}企业": value for value, label in Scale.choices if value}
SOLE_TRADER = "92"  # a credit code's first two characters: 工商, 个体工商户


@cache
def _industries() -> dict[str, str]:
    """Codes and names of GB/T 4754's sections and divisions → code."""
    with (PRESETS / "industries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["name"]: row["code"] for row in rows} | {row["code"]: row["code"] for row in rows}


def industry_code(text: str) -> str:
    """The section's letter or the division's two digits, from a code of any length or a name."""
    word = normalise.half_width(text).replace(",", "、")
    code = re.sub(r"^[A-Ta-t](?=\d)", "", word)[:2] if word[-1:].isdigit() else word.upper()
    known = _industries()
    if found := known.get(code) or known.get(word) or known.get(f"{word}业"):
        return found
    raise ValueError(f"“{text}”不是 GB/T 4754 的门类或大类")


def _capital(text: str) -> tuple[Decimal, str] | None:
    capital = normalise.capital_wan(text)
    return capital and (capital.amount, CURRENCIES.get(capital.currency, capital.currency))


def _show_capital(value: tuple[Decimal | str, str]) -> str:
    amount, currency = value
    return f"{Decimal(amount).normalize():f} 万{'元' if currency == '人民币' else currency}"


class CapitalColumn(Column):
    """The amount with its currency: two fields of ours, one column of theirs."""

    def get_value(self, instance: Any) -> tuple[Decimal, str] | None:
        """None where nothing is stated."""
        return None if instance.capital_wan is None else (instance.capital_wan, instance.capital_currency)


class ContactColumn(Column):
    """Of the company's primary contact, where it has one; `current_companies` brings it along."""

    def get_value(self, instance: Any) -> str | None:
        """Name or phone."""
        primary: list[Contact] = getattr(instance, "primary_contacts", [])
        return getattr(primary[0], str(self.attribute)) if primary else None


class CompanyResource(RosterResource):
    """The columns of a roster of companies."""

    name = Column(
        "企业名称",
        "name",
        By(normalise.company_name),
        synonyms=(
            "企业全称",
            "公司名称",
            "单位名称",
            "单位全称",
            "市场主体名称",
            "主体名称",
            "商户名称",
            "名称",
            "企业",
        ),
        required=True,
        example="云川禾丰食品有限公司",
        note="营业执照上的全称",
        width=32,
    )
    uscc = Column(
        "统一社会信用代码",
        "uscc",
        CREDIT_CODE,
        synonyms=("社会信用代码", "信用代码", "统一信用代码", "统一代码", "纳税人识别号", "企业代码"),
        required=True,
        is_text=True,
        example="91519902100000000K",
        note="18 位，须设为文本格式；识别企业的依据",
        width=24,
    )
    region = Column(
        "行政区划",
        "region__name",
        Shown(60),
        synonyms=(
            "所属区划",
            "所属县区",
            "所属区县",
            "县区",
            "区县",
            "县（市、区）",
            "所在县区",
            "区划代码",
            "行政区划代码",
        ),
        example="临江区",
        note="名称或代码；空白则按地址和信用代码判断",
    )
    kind = Column(
        "企业类型",
        "kind",
        Text(80),
        synonyms=("类型", "主体类型", "市场主体类型", "公司类型", "经济类型"),
        width=20,
    )
    established_on = Column(
        "成立日期",
        "established_on",
        Day(),
        synonyms=("成立时间", "注册日期", "注册时间", "登记日期", "开业日期"),
        example="2012-05-18",
    )
    capital = CapitalColumn(
        "注册资本",
        "capital_wan",
        By(_capital, _show_capital),
        synonyms=("注册资本（万元）", "注册资金", "注册资金（万元）", "注册资本(金)", "出资额"),
        example="500万元",
        note="只写数字即万元",
    )
    scale = Column(
        "企业规模", "scale", Choice(Scale, SCALE_WORDS), synonyms=("规模", "规模类型"), example="小型"
    )
    staff_count = Column(
        "职工人数",
        "staff_count",
        Whole(0, 5_000_000),
        synonyms=("从业人数", "员工人数", "职工数", "参保人数", "用工人数"),
        example="86",
    )
    industry = Column(
        "行业",
        "industry",
        By(industry_code),
        synonyms=("行业代码", "所属行业", "行业门类", "国民经济行业", "行业大类"),
        example="食品制造业",
        note="GB/T 4754 门类或大类的名称或代码",
    )
    address = Column(
        "注册地址",
        "address",
        Text(300),
        synonyms=("地址", "住所", "企业地址", "经营地址", "注册地", "住所地", "经营场所", "详细地址"),
        example="云川市临江区滨河路 1 号",
        width=36,
    )
    business_scope = Column(
        "经营范围", "business_scope", Text(5000, lines=True), synonyms=("主营业务", "经营项目"), width=40
    )
    is_active = Column(
        "存续", "is_active", YesNo(), synonyms=("经营状态", "登记状态", "企业状态", "是否存续"), note="是或否"
    )
    contact = ContactColumn(
        "联络员",
        "name",
        Text(40),
        synonyms=("企业联络员", "联系人", "企业联系人", "联络人"),
        example="秦明月",
        note="与联络员电话一起填",
    )
    contact_phone = ContactColumn(
        "联络员电话",
        "phone",
        By(normalise.any_phone),
        synonyms=("联系电话", "联系人电话", "联系方式", "企业电话", "电话", "手机号", "手机"),
        is_text=True,
        example="13800000001",
        note="手机，或带区号的座机",
        width=16,
    )
    province = Column("省份", None, Text(40), synonyms=("省", "所属省份"), note="只用来判断区划")
    city = Column("城市", None, Text(40), synonyms=("市", "地市", "所属城市"), note="只用来判断区划")

    class Meta:
        model = Company
        fields = (
            "name", "uscc", "region", "kind", "established_on", "capital", "scale", "staff_count", "industry",
            "address", "business_scope", "is_active", "contact", "contact_phone", "province", "city",
        )  # fmt: skip
        import_id_fields = ("uscc",)


PLAIN = (
    "name",
    "kind",
    "established_on",
    "scale",
    "staff_count",
    "industry",
    "address",
    "business_scope",
    "is_active",
)
COMPARED = (*PLAIN, "region", "capital")
WRITTEN = (*PLAIN, "region", "capital_wan", "capital_currency", "is_sole_trader", "pinyin", "initials")


class CompanyExaminer(Examiner):
    """Companies within the run's region; where the sheet names none, by address and code."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.regions = RegionIndex(scope.region)
        # what addresses are searched for: the run's city with all its counties and towns
        root = scope.region.path.split("/", 1)[0]
        self.liaison_rules: dict[int, list[LiaisonRule]] = {}
        self.names = {r.code: r.name for r in self.regions.by_code.values() if r.path.startswith(root)}

    def identify(self, draft: Draft) -> None:
        """One line per credit code."""
        draft.key = draft.given.get("uscc", "")
        draft.label = draft.given.get("name", "")

    def hold(self, drafts: Iterable[Draft]) -> None:
        """Every company of the sheet, in the order of their keys."""
        codes = {draft.given["uscc"] for draft in drafts if "uscc" in draft.given}
        kept = Company.objects.filter(uscc__in=codes).order_by("pk")
        list(kept.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Compare with the companies kept under the same codes."""
        companies = Company.objects.select_related("region").order_by("pk")
        companies = companies.prefetch_related(Prefetch("contacts", Contact.objects.order_by("pk")))
        if lock:
            companies = companies.select_for_update(of=("self",), no_key=True)
        kept = {company.uscc: company for company in companies.filter(uscc__in=[d.key for d in drafts])}
        self.liaison_rules = liaison_rules_of([company.pk for company in kept.values()], self.scope.on)
        for draft in drafts:
            self._place(draft, kept.get(draft.key))
            if not draft.errors:
                self._compare(draft, kept.get(draft.key))

    def _place(self, draft: Draft, kept: Company | None) -> None:
        if kept and not self.regions.covers(kept.region):
            draft.blame("uscc", f"该企业登记在{kept.region}，不在{self.scope.region}范围内")
        if "region" in draft.given:
            try:
                draft.given["region"] = self.regions.find(draft.given["region"])
            except ValueError as problem:
                draft.blame("region", str(problem))
        elif kept is None:
            self._derive(draft)

    def _derive(self, draft: Draft) -> None:
        """The county by the address, else by the code. A place off our map is told, not refused."""
        given, home = draft.given, self.scope.region
        address = given.get("address", "")
        if (city := given.get("city", "")) and not address.startswith((city, given.get("province", city))):
            address = f"{city.removesuffix('市')}市{address}"
        code = normalise.region_code_of(draft.key, address, self.names)
        region: Region | None = self.regions.by_code.get(code) if code else None
        if region is None:
            draft.remark("address", f"地址和信用代码都不在{home}，按名册归入{home}")
            region = home
        elif not self.regions.covers(region):
            if home.path.startswith(region.path):
                draft.remark("address", f"看不出在哪个县区，按名册归入{home}")
                region = home
            else:
                draft.blame("address", f"按地址和信用代码属{region}，不在{home}范围内")
        given["region"] = region

    def _compare(self, draft: Draft, kept: Company | None) -> None:
        given = draft.given
        old: dict[str, Any] = {}
        if kept:
            capital = None if kept.capital_wan is None else (kept.capital_wan, kept.capital_currency)
            old = {name: getattr(kept, name) for name in (*PLAIN, "region")} | {"capital": capital}
        new = {name: given[name] for name in COMPARED if name in given and given[name] != old.get(name)}
        contact = self._contact(draft, kept)
        changed = bool(new or contact)
        draft.verdict = Verdict.NEW if kept is None else Verdict.CHANGED if changed else Verdict.SAME
        if kept:
            self.show_changes(draft, old, new)
            if contact:
                draft.changes["联络员"] = [contact["was"], f"{contact['name']} {contact['phone']}"]
        draft.values = {
            "id": kept.pk if kept else None,
            "contact": contact,
            "uscc": draft.key,
            "set": {name: _as_json(value) for name, value in new.items()},
            "was": {name: _as_json(old[name]) for name in new} if kept else {},
        }
        money = self.columns["capital"].show(given.get("capital"))
        region = given.get("region") or (kept and kept.region)
        self.tell(draft, region, given.get("kind"), money, given.get("established_on"))

    def _full(self, company: Company, count: int) -> LiaisonRule | None:
        """The rule by which a company with so many 联络员 has room for no other."""
        rules = self.liaison_rules.get(company.pk, ())
        return next((rule for rule in rules if rule.most is not None and count >= rule.most), None)

    def _contact(self, draft: Draft, kept: Company | None) -> dict[str, Any] | None:
        """Whom the line names, unless the company has this person with this number already."""
        name, phone = draft.given.get("contact"), draft.given.get("contact_phone")
        if not (name and phone):
            if name or phone:
                draft.remark("contact", "联络员的姓名和电话要一起填，这一项没有导入")
            return None
        known = {contact.phone: contact for contact in kept.contacts.all()} if kept else {}
        same = known.get(phone)
        if same and same.name == name:
            return None
        if same is None and kept and (full := self._full(kept, len(known))):
            draft.remark("contact", f"“{full.programme}”{full.words}，已有 {len(known)} 名，这一项没有导入")
            return None
        is_first = not any(contact.is_primary for contact in known.values())
        was = f"{same.name} {phone}" if same else ""
        return {"id": same and same.pk, "name": name, "phone": phone, "is_primary": is_first, "was": was}

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """New companies in one statement, changed ones in another."""
        kept = Company.objects.in_bulk([row.values["id"] for row in rows if row.values["id"]])
        new, named = [], []
        for row in rows:
            company = kept.get(row.values["id"])
            if company is None:
                company = Company(
                    uscc=row.values["uscc"], is_sole_trader=row.values["uscc"].startswith(SOLE_TRADER)
                )
                new.append(company)
            fill(company, row.values["set"])
            if row.values["contact"]:
                named.append((company, row.values["contact"]))
        Company.objects.bulk_create(new)
        if kept:
            Company.objects.bulk_create(
                kept.values(), update_conflicts=True, unique_fields=["id"], update_fields=list(WRITTEN)
            )
        _write_contacts(named)


def _write_contacts(named: list[tuple[Company, dict[str, Any]]]) -> None:
    Contact.objects.bulk_create(
        Contact(company=company, name=each["name"], phone=each["phone"], is_primary=each["is_primary"])
        for company, each in named
        if each["id"] is None
    )
    renamed = [Contact(pk=each["id"], name=each["name"]) for _, each in named if each["id"]]
    Contact.objects.bulk_update(renamed, ["name"])


def fill(company: Company, fields: dict[str, Any]) -> None:
    """Give a company the values that an import row keeps as JSON."""
    for name, value in fields.items():
        if name == "region":
            company.region_id = value
        elif name == "capital":
            company.capital_wan = None if value is None else Decimal(value[0])
            company.capital_currency = "人民币" if value is None else value[1]
        elif name == "established_on":
            company.established_on = value and date.fromisoformat(value)
        else:
            setattr(company, name, value)
    if "个体" in company.kind:
        company.is_sole_trader = True
    if "name" in fields:
        company.pinyin = normalise.pinyin_key(company.name)[:400]
        company.initials = normalise.pinyin_initials(company.name)[:120]


def _as_json(value: Any) -> Any:
    if isinstance(value, Region):
        return value.pk
    if isinstance(value, tuple):
        return [str(value[0]), value[1]]
    return value.isoformat() if isinstance(value, date) else value


def current_companies(region: Region, on: date) -> QuerySet[Company]:
    """The region's companies as they stand, to be edited and sent back."""
    companies = Company.objects.filter(region__path__startswith=region.path)
    primary = Contact.objects.filter(is_primary=True).order_by("pk")
    return (
        companies.select_related("region")
        .prefetch_related(Prefetch("contacts", primary, to_attr="primary_contacts"))
        .order_by("region__path", "pinyin", "pk")
    )


COMPANIES = register(
    Roster(
        code="companies",
        name="企业名册",
        unit="户企业",
        about="企业、个体工商户的登记信息，以统一社会信用代码识别。表里没有的企业不会被删除，空白单元格不改动已有内容。",
        resource=CompanyResource,
        examiner=CompanyExaminer,
        current=current_companies,
        capability=Capability.IMPORT_COMPANIES,
        order=0,
    )
)
