"""A pasted list before the gate of a programme: who is meant by each line, and whether they may come in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q, QuerySet

from companies.choices import Admission
from companies.formula.pasted import Pasted
from companies.models import Company, Project
from companies.services.admission import Entrant, Gate


@dataclass(frozen=True)
class Listed:
    """A line of the list: whom it means, what the gate says and why.

    `choices` are those who bear the name where several do; `note` is worth knowing and stops nothing.
    """

    pasted: Pasted
    verdict: Admission
    reason: str = ""
    entrant: Entrant | None = None
    choices: list[Company] = field(default_factory=list)
    note: str = ""


class Register:
    """Companies and projects by code and name, of those that the reader may see: two queries for a list."""

    def __init__(self, companies: QuerySet[Company], projects: QuerySet[Project]) -> None:
        self._companies = companies.select_related("region")
        self._projects = projects.select_related("company__region")
        self.by_code: dict[str, Company] = {}
        self.by_name: dict[str, list[Company]] = {}
        self.projects: dict[str, Project] = {}

    def look_up(self, *, codes: Iterable[str], names: Iterable[str], projects: Iterable[str]) -> None:
        """Read all that these words can mean."""
        wanted = Q(uscc__in={*codes}) | Q(name__in={*names})
        for company in self._companies.filter(wanted).order_by("uscc"):
            if company.uscc not in self.by_code:
                self.by_code[company.uscc] = company
                self.by_name.setdefault(company.name, []).append(company)
        words = {*projects}
        found = self._projects.filter(code__in=words).order_by("pk") if words else ()
        self.projects |= {project.code: project for project in found}


def judge_list(
    pasted: Sequence[Pasted],
    *,
    gate: Gate,
    register: Register,
    is_ours: Callable[[Company], bool],
    picks: Collection[str] = (),
    exception: str = "",
) -> list[Listed]:
    """Each line's verdict, in the order of the list. Three queries, however long it is.

    `is_ours`: whether the reader's office enrols the company; `picks`: credit codes chosen among namesakes.
    """
    register.look_up(
        codes=[one.code for one in pasted if one.code],
        names=[one.name for one in pasted if one.name],
        projects=[one.word for one in pasted if not one.code],
    )
    found = [_meant(one, register, set(picks), is_ours) for one in pasted]
    gate.load(listed.entrant for listed in found if listed.entrant)
    first: dict[tuple[int, int | None], int] = {}
    judged = []
    for listed in found:
        entrant = listed.entrant
        if entrant is None:
            judged.append(listed)
        elif entrant.key in first:
            reason = f"与第 {first[entrant.key]} 行是同一{'项目' if entrant.project else '家企业'}"
            if listed.pasted.name and not listed.pasted.code:
                reason += "；若指另一家同名企业，请写信用代码"
            judged.append(replace(listed, verdict=Admission.REPEATED, reason=reason))
        else:
            first[entrant.key] = listed.pasted.line
            judged.append(_admitted(listed, entrant, gate, is_ours, exception))
    return judged


def _meant(one: Pasted, register: Register, picks: set[str], is_ours: Callable[[Company], bool]) -> Listed:
    """Whom a line means: by code before name; a name that several bear by what was picked."""
    if one.code:
        if company := register.by_code.get(one.code):
            differs = one.name and one.name != company.name
            note = f"名录里这个代码是“{company.name}”" if differs else ""
            return Listed(one, Admission.OPEN, entrant=Entrant(company), note=note)
        return Listed(one, Admission.UNKNOWN, f"名录里没有这个代码{_namesake(one, register)}")
    if project := register.projects.get(one.word):
        return Listed(one, Admission.OPEN, entrant=Entrant(project.company, project))
    if one.trouble:
        return Listed(one, Admission.UNKNOWN, one.trouble + _namesake(one, register))
    bearers = register.by_name.get(one.name, [])
    fit = [company for company in bearers if company.is_active and is_ours(company)] or bearers
    chosen = [company for company in fit if company.uscc in picks] or fit
    if not chosen:
        return Listed(one, Admission.UNKNOWN, "名录里没有这个名称，请核对全称或改写信用代码")
    if len(chosen) == 1:
        others = len(bearers) - len(fit)
        note = f"另有 {others} 家同名企业已注销或不归您纳入" if others and len(fit) == 1 else ""
        return Listed(one, Admission.OPEN, entrant=Entrant(chosen[0]), choices=fit[1:] and fit, note=note)
    return Listed(one, Admission.SEVERAL, f"有 {len(fit)} 家同名企业，请选择是哪一家", choices=fit)


def _namesake(one: Pasted, register: Register) -> str:
    """Where the code is wrong but the name is known: which code the name has."""
    bearers = register.by_name.get(one.name, []) if one.name else []
    return f"；“{one.name}”的代码是 {'、'.join(company.uscc for company in bearers)}" if bearers else ""


def _admitted(
    listed: Listed, entrant: Entrant, gate: Gate, is_ours: Callable[[Company], bool], exception: str
) -> Listed:
    judged = gate.judge(entrant, exception)
    if judged.verdict not in (Admission.OUTSIDE, Admission.INSIDE) and not is_ours(entrant.company):
        where = f"在{entrant.company.region}，由当地协调办公室纳入"
        return replace(listed, verdict=Admission.OUTSIDE, reason=where)
    note = listed.note
    if judged.verdict == Admission.OPEN and not gate.is_open_to(entrant.company):
        note = "；".join(word for word in (note, "行业还没有开放，按例外纳入") if word)
    return replace(listed, verdict=judged.verdict, reason=judged.reason, note=note)
