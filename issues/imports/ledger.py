"""台账导入: the problems of an old ledger, closed ones too, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from companies.imports.programmes import USCC, ProgrammeOptions, programme_of
from companies.models import Company, Enrolment
from companies.services.enrolments import lock_programme
from issues.choices import ExternalSystem, Outcome
from issues.models import Category, ExternalNumber, Ticket
from issues.services.intake import OldTicket, take_over
from liaison.choices import Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import Choice, Day, Shown, Text, Whole
from liaison.models import GradeRule, ImportRow, Official
from liaison.perms import Capability


class Ended(models.TextChoices):
    """What an old ledger says of a problem's end."""

    CLOSED = "closed", "已销号"
    OPEN = "open", "未销号"


CLOSED_WORDS = ("已办结", "办结", "已解决", "销号", "完成", "已完成", "已结案")
OPEN_WORDS = (
    "未办结",
    "办理中",
    "在办",
    "待办",
    "待分派",
    "待交办",
    "待签收",
    "未完成",
    "待上报",
    "挂账",
    "待答复",
)
STATES = dict.fromkeys(CLOSED_WORDS, Ended.CLOSED.value) | dict.fromkeys(
    (*OPEN_WORDS, "待答复", "待确认", "退回待裁定", "方案待审"), Ended.OPEN.value
)
OUTCOMES = {"解决": "solved", "已落实": "solved", "推进": "under_way", "计划": "planned", "解释": "explained"}


class LedgerResource(RosterResource):
    """The columns of the 问题台账, as our own export names them."""

    number = Column(
        "原编号", "number", Text(40), synonyms=("编号", "序号", "工单编号"), is_text=True, example="2025-001"
    )
    uscc = USCC
    title = Column(
        "问题",
        "title",
        Text(80),
        synonyms=("问题名称", "问题描述", "存在问题", "反映问题", "企业问题"),
        required=True,
        example="旺季缺熟练工 12 名",
        width=32,
    )
    wish = Column("企业诉求", "wish", Text(1000, lines=True), synonyms=("诉求",), width=28)
    category = Column("类别", "category__name", Shown(20), synonyms=("问题类别", "分类"), example="用工")
    grade = Column("等级", "grade__code", Shown(20), synonyms=("难易等级", "问题等级"), example="B")
    state = Column(
        "状态",
        None,
        Choice(Ended, STATES),
        synonyms=("办理状态", "是否办结", "办理进度"),
        required=True,
        example="已销号",
        note="已销号，或未销号",
    )
    unit = Column("主办单位", None, Shown(80), synonyms=("责任单位", "牵头单位", "承办单位"), width=24)
    collected_on = Column(
        "收集日期",
        "collected_at",
        Day(),
        synonyms=("登记日期", "受理日期", "提出时间", "收集时间"),
        required=True,
        example="2025-11-03",
    )
    dispatched_on = Column("交办日期", "dispatched_at", Day(), synonyms=("交办时间", "转办日期"))
    resolved_on = Column("办结日期", "resolved_at", Day(), synonyms=("办结时间", "完成日期"))
    closed_on = Column("销号日期", "closed_at", Day(), synonyms=("销号时间", "结案日期"))
    outcome = Column("办理结果", "outcome", Choice(Outcome, OUTCOMES), synonyms=("结果",), example="已解决")
    result = Column("办理情况", "result", Text(2000, lines=True), synonyms=("办理进展", "处理情况"), width=32)
    rating = Column("企业评分", "rating", Whole(1, 5), synonyms=("满意度", "评分"))

    class Meta:
        model = Ticket
        fields = (
            "number",
            "uscc",
            "title",
            "wish",
            "category",
            "grade",
            "state",
            "unit",
            "collected_on",
            "dispatched_on",
            "resolved_on",
            "closed_on",
            "outcome",
            "result",
            "rating",
        )
        import_id_fields = ("number", "uscc", "title", "collected_on")


class LedgerExaminer(Examiner):
    """Finds the company's place in the programme; what it has under the number already is the same."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.programme = programme_of(scope)
        self.version = self.programme.version_on(scope.on)
        self.units = DepartmentIndex()
        self.categories = {squeezed(c.name): c.pk for c in Category.objects.order_by("pk")}
        self.grades: dict[str, int] = {}
        for grade in GradeRule.objects.filter(version=self.version).order_by("position"):
            for word in (
                grade.code,
                grade.name,
                f"{grade.code}{grade.name}",
                f"{grade.code}级",
                f"{grade.code}类",
            ):
                self.grades.setdefault(squeezed(word), grade.pk)

    def identify(self, draft: Draft) -> None:
        """One line per company and old number; without one, per company, problem and day."""
        given = draft.given
        draft.label = given.get("title", "")
        if draft.errors:
            return
        bare = f"{squeezed(given['title'])}|{given['collected_on']}"
        draft.key = f"{given['uscc']}|{given.get('number') or bare}"

    def hold(self, drafts: Iterable[Draft]) -> None:
        """The programme: of two who take over the same ledger, the second finds it there."""
        self.programme = lock_programme(self.programme)

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Four queries for a batch: companies, their places, known numbers, known problems."""
        codes = {draft.given["uscc"] for draft in drafts}
        companies = {c.uscc: c for c in Company.objects.filter(uscc__in=codes).select_related("region")}
        places = Enrolment.objects.in_force(self.scope.on).filter(
            programme=self.programme, company__uscc__in=codes, project__isnull=True
        )
        inside = dict(places.values_list("company__uscc", "pk"))
        numbers = {draft.given["number"] for draft in drafts if "number" in draft.given}
        known = set(
            ExternalNumber.objects.filter(system=ExternalSystem.LEDGER, number__in=numbers)
            .filter(ticket__company__uscc__in=codes)
            .order_by()
            .values_list("ticket__company__uscc", "number")
        )
        old = Ticket.objects.filter(programme=self.programme, company__uscc__in=codes, source="import")
        there = {
            (uscc, squeezed(title), on)
            for uscc, title, on in old.order_by().values_list("company__uscc", "title", "report_due_on")
        }
        for draft in drafts:
            self._judge(draft, companies, inside, known, there)

    def _judge(
        self,
        draft: Draft,
        companies: dict[str, Company],
        inside: dict[str, int],
        known: set[tuple[str, str]],
        there: set[tuple[str, str, date]],
    ) -> None:
        given = draft.given
        company = companies.get(given["uscc"])
        if company is None:
            draft.blame("uscc", "企业名录里没有这个代码，请先导入企业")
            return
        if not company.region.path.startswith(self.scope.region.path):
            draft.blame("uscc", f"该企业在{company.region}，不在{self.scope.region}范围内")
            return
        if given["uscc"] not in inside:
            draft.blame("uscc", f"该企业没有纳入“{self.programme}”，请先纳入")
            return
        self._check_days(draft)
        values = self._words(draft)
        if draft.errors:
            return
        number = given.get("number", "")
        bare = (given["uscc"], squeezed(given["title"]), given["collected_on"])
        is_known = (given["uscc"], number) in known if number else bare in there
        draft.verdict = Verdict.SAME if is_known else Verdict.NEW
        days = ("collected_on", "dispatched_on", "resolved_on", "closed_on")
        draft.values = {
            "enrolment": inside[given["uscc"]],
            "number": number,
            "title": given["title"],
            "wish": given.get("wish", ""),
            "result": given.get("result", ""),
            "rating": given.get("rating"),
            **{name: given[name].isoformat() if name in given else None for name in days},
            **values,
        }
        if given["state"] == Ended.OPEN:
            draft.remark("state", "导入后由办公室定级交办，期限从导入之日起重新计算")
            draft.values |= {"closed_on": None, "resolved_on": None}
        self.tell(draft, company.name, given["collected_on"], Ended(given["state"]).label)

    def _check_days(self, draft: Draft) -> None:
        given, last = draft.given, self.scope.on
        if given["state"] == Ended.CLOSED:
            if "closed_on" not in given and "resolved_on" not in given:
                draft.blame("closed_on", "已销号的须写明销号日期或办结日期")
                return
            given.setdefault("closed_on", given.get("resolved_on"))
            if "outcome" not in given:
                draft.blame("outcome", "已销号的须写明办理结果")
            if given.get("outcome") == Outcome.CANNOT_NOW and "result" not in given:
                draft.blame("result", "暂无法解决的须说明原因")
        before, named = given["collected_on"], "收集日期"
        if before > last:
            draft.blame("collected_on", "收集日期不能晚于上传当天")
        for name in ("dispatched_on", "resolved_on", "closed_on"):
            if name not in given:
                continue
            if given[name] < before:
                draft.blame(name, f"{self.columns[name].heading}早于{named} {before}")
            elif given[name] > last:
                draft.blame(name, f"{self.columns[name].heading}不能晚于上传当天")
            before, named = given[name], self.columns[name].heading

    def _words(self, draft: Draft) -> dict[str, Any]:
        """Category, grade and unit as ours; a closed problem must have the first two."""
        given = draft.given
        found: dict[str, int | None] = {"category": None, "grade": None, "unit": None}
        is_closed = given["state"] == Ended.CLOSED
        for name, known in (("category", self.categories), ("grade", self.grades)):
            heading = self.columns[name].heading
            if name in given:
                found[name] = known.get(squeezed(given[name]))
                if found[name] is None:
                    draft.blame(name, f"没有“{given[name]}”这个{heading}")
            elif is_closed:
                draft.blame(name, f"已销号的须写明{heading}")
        if "unit" in given:
            try:
                found["unit"] = self.units.find(given["unit"], self.scope.region).pk
            except ValueError as problem:
                draft.remark("unit", f"{problem}；不影响导入，主办单位留空")
        return {**found, "outcome": given.get("outcome", "") if is_closed else ""}

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """The batch in a few statements."""
        keys = [row.values["enrolment"] for row in rows]
        places = Enrolment.objects.select_related("company__region", "programme").in_bulk(keys)
        take_over(old=list(self._old(rows, places)), by=by, at=at)

    def _old(self, rows: Iterable[ImportRow], places: dict[int, Enrolment]) -> Iterable[OldTicket]:
        for row in rows:
            values = row.values
            days = {
                name: date.fromisoformat(values[name]) if values[name] else None
                for name in ("dispatched_on", "resolved_on", "closed_on")
            }
            yield OldTicket(
                enrolment=places[values["enrolment"]],
                version_id=self.version.pk,
                number=values["number"],
                title=values["title"],
                wish=values["wish"],
                category_id=values["category"],
                grade_id=values["grade"],
                unit_id=values["unit"],
                outcome=values["outcome"],
                result=values["result"],
                rating=values["rating"],
                collected_on=date.fromisoformat(values["collected_on"]),
                **days,
            )


LEDGER = register(
    Roster(
        code="ledger",
        name="问题台账",
        unit="件",
        about="原来台账上的企业问题，一行一件，已销号的也可以导入：已销号的不重新计时，未销号的由办公室定级交办。企业须已纳入方案。",
        resource=LedgerResource,
        examiner=LedgerExaminer,
        capability=Capability.IMPORT_COMPANIES,
        options_form=ProgrammeOptions,
        order=9,
    )
)
