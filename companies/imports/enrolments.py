"""纳入包联: companies and projects that enter a programme, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from companies.choices import Admission
from companies.imports.programmes import USCC, Gates, ProgrammeOptions, programme_of
from companies.models import Company, Enrolment, Project
from companies.services.admission import Entrant, Gate
from companies.services.enrolments import lock_programme, record_entry
from companies.services.listing import Register
from liaison import normalise
from liaison.choices import Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, Wrong, register
from liaison.imports.widgets import By, Day, Text
from liaison.models import ImportRow, Official
from liaison.perms import Capability


class EnrolmentResource(RosterResource):
    """The columns of a list of those who enter a programme."""

    uscc = USCC.but(required=False, note="企业须已在名录中；没有代码的填企业名称")
    company = Column(
        "企业名称",
        "company__name",
        By(normalise.company_name),
        synonyms=("企业全称", "公司名称", "单位名称", "市场主体名称", "企业", "包联企业"),
        example="云川禾丰食品有限公司",
        note="没有代码时按全称识别；同名的须填代码",
        width=32,
    )
    project = Column(
        "项目代码",
        "project__code",
        Text(40),
        synonyms=("项目编号", "重点项目编号", "项目编码"),
        is_text=True,
        note="纳入的是重点项目时填写",
    )
    starts_on = Column(
        "纳入日",
        "starts_on",
        Day(),
        synonyms=("纳入日期", "纳入时间", "包联起", "开始日期"),
        example="2026-03-02",
        note="空白即上传当天",
    )
    exception = Column(
        "例外理由",
        None,
        Text(200),
        synonyms=("提前纳入理由", "例外原因"),
        note="行业还没有开放而确需提前纳入时填写",
        width=24,
    )

    class Meta:
        model = Enrolment
        fields = ("uscc", "company", "project", "starts_on", "exception")
        import_id_fields = ("uscc", "project")


class EnrolmentExaminer(Examiner):
    """Asks the programme's gate of each line's day, as the page does."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.programme = programme_of(scope)
        self.gates = Gates(self.programme, scope)
        self.first: dict[tuple[int, int | None], int] = {}
        self.is_locked = False

    def identify(self, draft: Draft) -> None:
        """One line per company or project, as far as the line itself can tell."""
        given = draft.given
        given.setdefault("starts_on", self.scope.on)
        draft.label = given.get("company") or given.get("uscc") or given.get("project", "")
        draft.key = "|".join((given.get("project", ""), given.get("uscc") or given.get("company", "")))
        if draft.key == "|" and not draft.errors:
            draft.blame("company", "请填统一社会信用代码或企业名称")

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Who is meant by two queries, who is in already by one for each day."""
        if lock and not self.is_locked:
            self.programme, self.is_locked = lock_programme(self.programme), True
        known = Register(Company.objects.all(), Project.objects.all())
        known.look_up(
            codes=[draft.given["uscc"] for draft in drafts if "uscc" in draft.given],
            names=[draft.given["company"] for draft in drafts if "company" in draft.given],
            projects=[draft.given["project"] for draft in drafts if "project" in draft.given],
        )
        found: list[tuple[Draft, Entrant, Gate]] = []
        for draft in drafts:
            try:
                entrant = self._entrant(draft, known)
                found.append((draft, entrant, self.gates.on(draft.given["starts_on"])))
            except Wrong as wrong:
                draft.blame(wrong.name, wrong.reason)
        for gate in {id(gate): gate for _, _, gate in found}.values():
            gate.load(entrant for _, entrant, theirs in found if theirs is gate)
        for draft, entrant, gate in found:
            self._judge(draft, entrant, gate)

    def _entrant(self, draft: Draft, known: Register) -> Entrant:
        given = draft.given
        if "project" not in given:
            return Entrant(self._company(draft, known))
        project = known.projects.get(given["project"])
        if project is None:
            raise Wrong("project", "没有这个编号的重点项目")
        self._reach(project.company, "project")
        if ("uscc" in given or "company" in given) and self._company(draft, known) != project.company:
            raise Wrong("project", f"这个项目是“{project.company}”的")
        return Entrant(project.company, project)

    def _company(self, draft: Draft, known: Register) -> Company:
        given = draft.given
        if "uscc" in given:
            company = known.by_code.get(given["uscc"])
            if company is None:
                raise Wrong("uscc", "企业名录里没有这个代码，请先导入企业")
            self._reach(company, "uscc")
            if given.get("company", company.name) != company.name:
                draft.remark("company", f"名录里这个代码是“{company.name}”")
            return company
        bearers = [
            company
            for company in known.by_name.get(given["company"], [])
            if company.region.path.startswith(self.scope.region.path)
        ]
        bearers = [company for company in bearers if company.is_active] or bearers
        if not bearers:
            raise Wrong("company", f"{self.scope.region}没有这个名称的企业，请核对全称或填信用代码")
        if len(bearers) > 1:
            codes = "、".join(company.uscc for company in bearers)
            raise Wrong("company", f"有 {len(bearers)} 家同名企业（{codes}），请填信用代码")
        return bearers[0]

    def _reach(self, company: Company, name: str) -> None:
        if not company.region.path.startswith(self.scope.region.path):
            raise Wrong(name, f"该企业在{company.region}，不在{self.scope.region}范围内")

    def _judge(self, draft: Draft, entrant: Entrant, gate: Gate) -> None:
        first = self.first.setdefault(entrant.key, draft.number)
        if first != draft.number:  # by name here, by code there
            draft.verdict = Verdict.DUPLICATE
            draft.notes[""] = f"与第 {first} 行重复，只取第 {first} 行"
            return
        exception = draft.given.get("exception", "")
        judged = gate.judge(entrant, exception)
        name = "project" if entrant.project else "uscc" if "uscc" in draft.given else "company"
        if judged.verdict == Admission.EARLY:
            draft.blame("exception", judged.reason)
        elif judged.verdict in (Admission.OUTSIDE, Admission.CLOSED):
            draft.blame(name, judged.reason)
        if draft.errors:
            del self.first[entrant.key]
            return
        is_early = not gate.is_open_to(entrant.company)
        draft.verdict = Verdict.SAME if judged.verdict == Admission.INSIDE else Verdict.NEW
        if judged.reason:
            draft.remark(name, judged.reason)
        elif is_early:
            draft.remark("exception", "行业还没有开放，按例外纳入")
        draft.values = {
            "company": entrant.company.pk,
            "project": entrant.project.pk if entrant.project else None,
            "starts_on": gate.starts_on.isoformat(),
            "version": gate.version.pk,
            "batch": gate.batch.pk if gate.batch else None,
            "exception": exception if is_early else "",
        }
        words = (entrant.company.name, entrant.project, entrant.company.region, f"{gate.starts_on} 起")
        self.tell(draft, *words)

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """The places in one statement; one trace for each day and reason."""
        companies = Company.objects.select_related("region").in_bulk([row.values["company"] for row in rows])
        projects = Project.objects.in_bulk([pk for row in rows if (pk := row.values["project"])])
        ordered = sorted(rows, key=lambda row: (row.values["starts_on"], row.values["exception"], row.number))
        places = []
        for (day, exception), group in groupby(
            ordered, key=lambda row: (row.values["starts_on"], row.values["exception"])
        ):
            gate = self.gates.on(date.fromisoformat(day))
            entered = [
                Entrant(companies[row.values["company"]], projects.get(row.values["project"]))
                for row in group
            ]
            places += [gate.place_for(entrant) for entrant in entered]
            record_entry(gate, entered, exception, by=by, at=at)
        Enrolment.objects.bulk_create(places)


def _names_somebody(mapping: dict[str, str]) -> str:
    return (
        ""
        if {"uscc", "company", "project"} & mapping.keys()
        else "统一社会信用代码、企业名称或项目代码（至少一列）"
    )


ENROLMENTS = register(
    Roster(
        code="enrolments",
        name="纳入包联",
        unit="项",
        about="哪些企业、重点项目从哪天起纳入方案，一行一个。企业须已在名录里；阶段、批次和范围按方案规则逐行核对。",
        resource=EnrolmentResource,
        examiner=EnrolmentExaminer,
        capability=Capability.IMPORT_COMPANIES,
        check_mapping=_names_somebody,
        options_form=ProgrammeOptions,
        order=6,
    )
)
