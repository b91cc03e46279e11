"""Who may see what: a row per address and method. Whoever is not named is refused with 403.

`allowed` opens it; to `hidden` it does not exist (404); nobody without an account gets in, unless `public`.
Roles: the cast of tests/factories/cast.py. `stranger` is 包抓干部 of another company in another county,
`other_unit` the liaison officer of a unit that has nothing to do with anything here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from companies.services import sign_card
from issues.services import sign_link, sign_receipt
from tests.access.surfaces import SURFACES
from tests.access.world import World

OFFICIALS = frozenset({"official", "stranger"})
UNITS = frozenset({"unit", "other_unit"})
HALL = frozenset({"office", "leader", "assessor", "admin"})  # they answer for the whole city's problems
EVERYBODY = OFFICIALS | UNITS | HALL | {"roster"}


def _roles(*who: str | frozenset[str]) -> frozenset[str]:
    return frozenset().union(*({one} if isinstance(one, str) else one for one in who))


@dataclass(frozen=True)
class Row:
    """An address, a method, and to whom it opens."""

    name: str
    allowed: frozenset[str]
    hidden: frozenset[str] = frozenset()
    path: Callable[[World], tuple[Any, ...]] = lambda w: ()
    method: str = "GET"
    body: Callable[[World], dict[str, Any]] = lambda w: {}
    public: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _company(w: World) -> tuple[Any, ...]:
    return (w.cast.company.uscc,)


def _enrolment(w: World) -> tuple[Any, ...]:
    return (w.cast.enrolment.pk,)


def _month(w: World) -> tuple[Any, ...]:
    return (w.code, w.month)


def _notice(w: World) -> tuple[Any, ...]:
    return (w.notice.pk,)


def _proposed(w: World) -> tuple[Any, ...]:
    return (w.proposal_of_notice.pk,)


def _run(w: World) -> tuple[Any, ...]:
    return (w.run.pk,)


def _closure(w: World) -> tuple[Any, ...]:
    return (w.closure.pk,)


def _rule(w: World) -> tuple[Any, ...]:
    return (w.code, "team_roles", w.seat_rule.pk)


def _api_company(w: World, **more: Any) -> dict[str, Any]:
    return {"company": w.cast.company.uscc, "programme": w.code} | more


def _api_group(w: World) -> dict[str, Any]:
    where = {"region": w.cast.city.code, "department": w.cast.industry.name}
    return {
        "programme": w.code,
        "sort": "工作小分队",
        "name": "第 9 小分队",
        "starts_on": "2026-04-02",
    } | where


# Who finds the cast's company, its problem given to `unit`, and the papers of a month before they are issued.
COMPANY: dict[str, Any] = {"allowed": _roles(HALL, "roster", "official"), "hidden": _roles("stranger", UNITS)}
COMPANY_HIDDEN = COMPANY["hidden"]
DUTY: dict[str, Any] = {"allowed": _roles(HALL, "official"), "hidden": COMPANY_HIDDEN | {"roster"}}
TICKET: dict[str, Any] = {
    "allowed": _roles(HALL, "official", "unit"),
    "hidden": _roles("stranger", "other_unit", "roster"),
}
TICKET_HIDDEN = TICKET["hidden"]
MONTH: dict[str, Any] = {"allowed": HALL, "hidden": EVERYBODY - HALL}
SCORE: dict[str, Any] = {"allowed": _roles(HALL, "unit"), "hidden": EVERYBODY - HALL - {"unit"}}
REVIEW: dict[str, Any] = {
    "allowed": _roles("office", "assessor"),
    "hidden": EVERYBODY - {"office", "assessor"},
}
ROSTERS = _roles("roster", "office", "admin")
RUN: dict[str, Any] = {"allowed": ROSTERS, "hidden": EVERYBODY - ROSTERS, "path": _run}
MANAGERS = _roles("office", "admin")


def _batch(w: World) -> tuple[Any, ...]:
    return (w.code, w.batch.number)


def _given(w: World) -> tuple[Any, ...]:
    return (w.given.number,)


def _moving(w: World) -> tuple[Any, ...]:
    return (w.cast.official.pk,)


def _group(w: World) -> tuple[Any, ...]:
    return (w.group.pk,)


def _proposal(w: World) -> tuple[Any, ...]:
    return (w.proposal.pk,)


def _place(w: World) -> tuple[Any, ...]:
    return (w.proposal.pk, w.cast.enrolment.pk)


DRAFT: dict[str, Any] = {"allowed": MANAGERS, "hidden": EVERYBODY - MANAGERS, "path": _proposal}
PLACE: dict[str, Any] = DRAFT | {"path": _place}
CHANGE: dict[str, Any] = {
    "allowed": MANAGERS,
    "hidden": EVERYBODY - MANAGERS,
    "path": lambda w: (w.change.pk,),
}

RECUSAL: dict[str, Any] = {
    "allowed": _roles(MANAGERS, "official"),
    "hidden": EVERYBODY - MANAGERS - {"official"},
    "path": lambda w: (w.recusal.pk,),
}
RULES: dict[str, Any] = {"allowed": MANAGERS, "path": lambda w: (w.code,)}

PAGES = (
    # the front door
    Row("home", EVERYBODY),
    Row("dashboard", HALL),
    Row("search", EVERYBODY),
    Row("healthz", EVERYBODY, public=True),
    Row("components", EVERYBODY),
    # oneself
    Row("liaison:sign-in", EVERYBODY, public=True),
    Row("liaison:sign-in", EVERYBODY, public=True, method="POST"),
    Row("liaison:sign-out", EVERYBODY, method="POST"),
    Row("liaison:password-change", EVERYBODY),
    Row("liaison:password-change", EVERYBODY, method="POST"),
    # the ground floor
    Row("liaison:departments", ROSTERS),
    Row("liaison:departments-export", ROSTERS, method="POST"),
    Row("liaison:officials", ROSTERS),
    Row("liaison:official", ROSTERS, path=lambda w: (w.cast.unit.pk,)),
    Row("liaison:official-train", ROSTERS, path=lambda w: (w.cast.unit.pk,), method="POST"),
    Row("liaison:trainings", ROSTERS),
    Row("liaison:trainings-export", ROSTERS, method="POST"),
    Row("liaison:training-new", ROSTERS),
    Row("liaison:training-new", ROSTERS, method="POST"),
    Row("liaison:training-withdraw", ROSTERS, path=lambda w: (w.training.pk,), method="POST"),
    Row("liaison:password-issue", _roles("roster", "admin"), path=lambda w: (w.cast.unit.pk,), method="POST"),
    Row("liaison:programmes", EVERYBODY),
    Row("liaison:programme", EVERYBODY, path=lambda w: (w.code,)),
    Row("liaison:programme-compare", EVERYBODY, path=lambda w: (w.code,)),
    Row("liaison:programme-templates", MANAGERS),
    Row("liaison:programme-new", MANAGERS, path=lambda w: ("p4",)),
    Row("liaison:programme-new", MANAGERS, path=lambda w: ("p4",), method="POST"),
    Row("liaison:draft", **RULES),
    Row("liaison:draft-new", **RULES, method="POST"),
    Row("liaison:draft-describe", **RULES),
    Row("liaison:draft-describe", **RULES, method="POST"),
    Row("liaison:draft-discard", **RULES, method="POST"),
    Row("liaison:draft-publish", **RULES),
    Row("liaison:draft-publish", **RULES, method="POST"),
    Row("liaison:rule-new", MANAGERS, path=lambda w: (w.code, "quotas")),
    Row("liaison:rule-new", MANAGERS, path=lambda w: (w.code, "quotas"), method="POST"),
    Row("liaison:rule", MANAGERS, path=_rule),
    Row("liaison:rule", MANAGERS, path=_rule, method="POST"),
    Row("liaison:rule-remove", MANAGERS, path=_rule, method="POST"),
    Row("liaison:rule-move", MANAGERS, path=_rule, method="POST"),
    Row("liaison:calendar", EVERYBODY),
    Row("liaison:calendar-year", EVERYBODY, path=lambda w: (2026,)),
    Row("liaison:calendar-notice", MANAGERS, path=lambda w: (2027,)),
    Row("liaison:calendar-notice", MANAGERS, path=lambda w: (2027,), method="POST"),
    Row("liaison:calendar-exception", MANAGERS),
    Row("liaison:calendar-exception", MANAGERS, method="POST"),
    Row("liaison:calendar-exception-correct", MANAGERS, path=_closure),
    Row("liaison:calendar-exception-correct", MANAGERS, path=_closure, method="POST"),
    Row("liaison:calendar-exception-withdraw", MANAGERS, path=_closure),
    Row("liaison:calendar-exception-withdraw", MANAGERS, path=_closure, method="POST"),
    Row("liaison:calendar-changes", MANAGERS),
    Row("liaison:calendar-change", **CHANGE),
    Row("liaison:calendar-change-progress", **CHANGE),
    Row("liaison:calendar-change-export", **CHANGE, method="POST"),
    Row("liaison:calendar-change-confirm", **CHANGE, method="POST"),
    Row("liaison:calendar-change-renew", **CHANGE, method="POST"),
    Row("liaison:calendar-change-discard", **CHANGE, method="POST"),
    Row("liaison:audit", _roles("admin")),
    Row("liaison:imports", ROSTERS),
    Row("liaison:imports", ROSTERS, method="POST"),
    Row("liaison:import-template", ROSTERS, path=lambda w: ("companies",)),
    Row("liaison:import-current", ROSTERS, path=lambda w: ("companies",), method="POST"),
    Row("liaison:import", **RUN),
    Row("liaison:import-progress", **RUN),
    Row("liaison:import-mapping", **RUN),
    Row("liaison:import-mapping", **RUN, method="POST"),
    Row("liaison:import-confirm", **RUN, method="POST"),
    Row("liaison:import-recheck", **RUN, method="POST"),
    Row("liaison:import-cancel", **RUN, method="POST"),
    Row("liaison:import-result", **RUN),
    # companies
    Row("companies:companies", EVERYBODY),
    Row("companies:mine", EVERYBODY),
    Row("companies:companies-export", EVERYBODY, method="POST"),
    Row("companies:companies-enrol", MANAGERS, method="POST"),
    Row("companies:enlist", MANAGERS),
    Row("companies:enlist", MANAGERS, method="POST"),
    Row("companies:company", **COMPANY, path=_company),
    Row("companies:project-enrol", MANAGERS, COMPANY_HIDDEN, _company, "POST"),
    Row("companies:contact-add", ROSTERS | {"official"}, COMPANY_HIDDEN, _company),
    Row("companies:contact-add", ROSTERS | {"official"}, COMPANY_HIDDEN, _company, "POST"),
    Row(
        "companies:contact-remove",
        ROSTERS | {"official"},
        COMPANY_HIDDEN,
        lambda w: (w.cast.company.uscc, w.contact.pk),
        "POST",
    ),
    Row(
        "companies:contact-primary",
        ROSTERS | {"official"},
        COMPANY_HIDDEN,
        lambda w: (w.cast.company.uscc, w.contact.pk),
        "POST",
    ),
    Row("companies:enrolments", ROSTERS | {"leader"}),
    Row("companies:enrolments-export", ROSTERS | {"leader"}, method="POST"),
    Row("companies:enrolments-assign", MANAGERS, method="POST"),
    Row("companies:enrolment", **COMPANY, path=_enrolment),
    Row("companies:enrolment-end", MANAGERS, COMPANY_HIDDEN, _enrolment, "POST"),
    Row("companies:plan-write", MANAGERS | {"official"}, COMPANY_HIDDEN, _enrolment),
    Row("companies:plan-write", MANAGERS | {"official"}, COMPANY_HIDDEN, _enrolment, "POST"),
    Row("companies:plan-row", MANAGERS | {"official"}, COMPANY_HIDDEN, _enrolment),
    Row("companies:plan-files", MANAGERS | {"official"}, COMPANY_HIDDEN, _enrolment, "POST"),
    Row("companies:plan-file", **COMPANY, path=lambda w: (w.plan_file.pk,)),
    Row(
        "companies:plan-file-remove",
        MANAGERS | {"official"},
        COMPANY_HIDDEN,
        lambda w: (w.plan_file.pk,),
        "POST",
    ),
    Row("companies:measures", EVERYBODY),
    Row("companies:seat-assign", MANAGERS, COMPANY_HIDDEN, lambda w: (w.cast.enrolment.pk, "officer")),
    Row(
        "companies:seat-assign", MANAGERS, COMPANY_HIDDEN, lambda w: (w.cast.enrolment.pk, "officer"), "POST"
    ),
    Row(
        "companies:seat-vacate", MANAGERS, COMPANY_HIDDEN, lambda w: (w.cast.enrolment.pk, w.seat.pk), "POST"
    ),
    Row("companies:recusals", EVERYBODY),
    Row("companies:recusal-add", EVERYBODY),
    Row("companies:recusal-add", EVERYBODY, method="POST"),
    Row("companies:recusal-end", **RECUSAL, method="POST"),
    Row("companies:recusal-vacate", **RECUSAL | {"path": lambda w: (w.recusal.pk, w.seat.pk)}, method="POST"),
    Row("companies:visits", EVERYBODY),
    Row("companies:visits-export", EVERYBODY, method="POST"),
    Row("companies:visit", **COMPANY, path=lambda w: (w.visit.pk,)),
    *(
        Row(f"companies:{name}", ROSTERS | {"leader"}, method=method)
        for name, method in (
            *(("coverage", "GET"), ("coverage-rows", "GET"), ("coverage-export", "POST")),
            *(("loads", "GET"), ("load-rows", "GET"), ("loads-export", "POST")),
        )
    ),
    Row("companies:coverage-enrol", MANAGERS, method="POST"),
    Row("companies:door-card", MANAGERS | {"official"}, COMPANY_HIDDEN, _company),
    Row("companies:door-card", MANAGERS | {"official"}, COMPANY_HIDDEN, _company, "POST"),
    Row("companies:door-card-revoke", MANAGERS, COMPANY_HIDDEN, _company, "POST"),
    Row("companies:door-cards", MANAGERS, method="POST"),
    Row("companies:public-phone", EVERYBODY),
    Row("companies:public-phone", EVERYBODY, method="POST"),
    Row("companies:door-page", EVERYBODY, path=lambda w: (sign_card(w.door),), public=True),
    Row("companies:duty-new", _roles("official"), COMPANY_HIDDEN, _company),
    Row("companies:duty-new", _roles("official"), COMPANY_HIDDEN, _company, "POST"),
    Row("companies:duty", **DUTY, path=lambda w: (w.duty.pk,)),
    Row("companies:duty-files", _roles("official"), DUTY["hidden"], lambda w: (w.duty.pk,), "POST"),
    Row("companies:duty-file", **DUTY, path=lambda w: (w.duty_file.pk,)),
    Row(
        "companies:duty-file-remove",
        _roles("official"),
        DUTY["hidden"],
        lambda w: (w.duty_file.pk,),
        "POST",
    ),
    Row(
        "companies:duty-withdraw",
        _roles("official"),
        COMPANY_HIDDEN | {"roster"},
        lambda w: (w.duty.pk,),
        "POST",
    ),
    # problems
    Row("issues:visit-new", _roles("official"), COMPANY_HIDDEN, _company),
    Row("issues:visit-new", _roles("official"), COMPANY_HIDDEN, _company, "POST"),
    Row("issues:duties", EVERYBODY),
    Row("issues:duties-export", EVERYBODY, method="POST"),
    Row("issues:duties-paper", EVERYBODY, method="POST"),
    Row("issues:duty-counter", EVERYBODY, path=lambda w: (w.code, "policies")),
    Row(
        "issues:duty-rows",
        _roles(HALL, "official"),
        COMPANY_HIDDEN | {"roster"},
        lambda w: (w.code, w.cast.official.pk, "policy"),
    ),
    Row("issues:tickets", EVERYBODY),
    Row("issues:ticket-register", _roles("office")),
    Row("issues:ticket-register", _roles("office"), method="POST"),
    Row("issues:tickets-export", EVERYBODY, method="POST"),
    Row("issues:hard", EVERYBODY),
    Row("issues:commons", EVERYBODY),
    Row("issues:common-new", _roles("office")),
    Row("issues:common-new", _roles("office"), method="POST"),
    Row("issues:common", **TICKET, path=lambda w: (w.common.pk,)),
    Row("issues:common-add", _roles("office"), TICKET_HIDDEN, lambda w: (w.common.pk,), "POST"),
    Row(
        "issues:common-remove",
        _roles("office"),
        TICKET_HIDDEN,
        lambda w: (w.common.pk, w.given.number),
        "POST",
    ),
    Row("issues:common-measure", _roles("office"), TICKET_HIDDEN, lambda w: (w.common.pk,), "POST"),
    Row("issues:common-settle", _roles("office"), TICKET_HIDDEN, lambda w: (w.common.pk,), "POST"),
    Row("issues:policy-files", _roles("office"), TICKET_HIDDEN, lambda w: (w.policy_file.owner_id,), "POST"),
    Row("issues:policy-file", **TICKET, path=lambda w: (w.policy_file.pk,)),
    Row("issues:policy-file-remove", _roles("office"), TICKET_HIDDEN, lambda w: (w.policy_file.pk,), "POST"),
    *(Row(*row) for row in SURFACES),
    Row("issues:ticket", **TICKET, path=lambda w: (w.given.number,)),
    Row("issues:ticket-paper", **TICKET, path=lambda w: (w.given.number,), method="POST"),
    Row(
        "issues:dispatch-notice",
        **TICKET,
        path=lambda w: (w.given.number, w.given.units.get().pk),
        method="POST",
    ),
    Row("issues:ticket-deadlines", **TICKET, path=lambda w: (w.given.number,)),
    Row("issues:ticket-move", _roles("unit"), TICKET_HIDDEN, lambda w: (w.given.number, "sign"), "POST"),
    Row(
        "issues:ticket-move",
        _roles("official"),
        TICKET_HIDDEN | {"unit"},
        lambda w: (w.draft.number, "report"),
        "POST",
    ),
    # 沟通记录; whoever only looks on reads it and does not speak
    Row("issues:ticket-say", _roles("office", "official", "unit"), TICKET_HIDDEN, _given, "POST"),
    Row("issues:talk-file", **TICKET, path=lambda w: (w.given.number, w.said.pk)),
    Row("issues:ticket-link", _roles("office"), TICKET_HIDDEN, _given, "POST"),
    Row("issues:ticket-similar", **COMPANY, path=_company),
    # the company's own door, without an account
    *(
        Row(f"issues:{name}", EVERYBODY, path=path, method=method, public=True)
        for name, path, methods in (
            ("filing", lambda w: (sign_card(w.door),), ("GET", "POST")),
            ("filing-similar", lambda w: (sign_card(w.door),), ("GET",)),
            ("filing-receipt", lambda w: (sign_receipt(w.filing),), ("GET",)),
            ("follow", lambda w: (sign_link(w.link),), ("GET", "POST")),
            ("follow-file", lambda w: (sign_link(w.link), w.told.pk), ("GET",)),
        )
        for method in methods
    ),
    Row("issues:handover", MANAGERS, path=_moving),
    Row("issues:handover", MANAGERS, path=_moving, method="POST"),
    Row("issues:handover-list", MANAGERS, path=_moving),
    Row("issues:handover-export", MANAGERS, path=_moving, method="POST"),
    Row("issues:broken-chains", EVERYBODY),
    Row("issues:meetings", EVERYBODY),
    Row("issues:meeting", **MONTH, path=_month),
    Row("issues:meeting-hold", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:meeting-decide", _roles("office"), MONTH["hidden"], lambda w: (w.code, w.month, 1), "POST"),
    Row("issues:meeting-plan", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:meeting-call-off", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:meeting-add", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:meeting-remove", _roles("office"), MONTH["hidden"], lambda w: (w.code, w.month, 1), "POST"),
    Row("issues:meeting-pack", **MONTH, path=_month, method="POST"),
    Row("issues:meeting-minutes", **MONTH, path=lambda w: w.standing.place),
    Row("issues:meeting-minutes", _roles("office"), MONTH["hidden"], lambda w: w.standing.place, "POST"),
    Row("issues:meeting-minutes-paper", **MONTH, path=lambda w: w.standing.place, method="POST"),
    Row("issues:meeting-task", **TICKET, path=lambda w: (w.task.pk,)),
    Row("issues:meeting-task-done", _roles("office", "unit"), TICKET_HIDDEN, lambda w: (w.task.pk,), "POST"),
    Row("issues:meeting-task-undone", _roles("office"), TICKET_HIDDEN, lambda w: (w.task.pk,), "POST"),
    # supervision: what is only proposed is the hall's; a note is its leader's, its units', its region's
    Row("issues:notices", EVERYBODY),
    Row("issues:notice-new", _roles("office")),
    Row("issues:notice-new", _roles("office"), method="POST"),
    Row("issues:notice", **TICKET, path=_notice),
    Row("issues:notice-paper", **TICKET, path=_notice, method="POST"),
    Row("issues:notice-sign", _roles("unit"), TICKET_HIDDEN, _notice, "POST"),
    Row("issues:notice-reply", _roles("unit"), TICKET_HIDDEN, _notice, "POST"),
    Row("issues:notice-close", _roles("office"), TICKET_HIDDEN, _notice, "POST"),
    Row("issues:notice-issue", _roles("office"), EVERYBODY - HALL, _proposed, "POST"),
    Row("issues:notice-drop", _roles("office"), EVERYBODY - HALL, _proposed, "POST"),
    Row("issues:notes", EVERYBODY),
    Row("issues:note-new", _roles("office", "leader")),
    Row("issues:note-new", _roles("office", "leader"), method="POST"),
    Row("issues:note", **TICKET, path=lambda w: (w.note.pk,)),
    Row(
        "issues:note-answer",
        _roles("unit"),
        TICKET_HIDDEN,
        lambda w: (w.note.pk, w.addressee.pk),
        "POST",
    ),
    Row("issues:bulletins", EVERYBODY),
    Row("issues:bulletin", **MONTH, path=_month),
    Row("issues:bulletin-edit", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:bulletin-issue", _roles("office"), MONTH["hidden"], _month, "POST"),
    Row("issues:bulletin-workbook", **MONTH, path=lambda w: (w.code, w.month, "grades"), method="POST"),
    Row("issues:month-tickets", **MONTH, path=_month),
    Row("issues:month-enrolments", **MONTH, path=_month),
    # batches and phases
    Row("companies:programme-start", ROSTERS | {"leader"}, path=lambda w: (w.code,)),
    Row("companies:batches", EVERYBODY, path=lambda w: (w.code,)),
    Row("companies:batch-open", MANAGERS, path=lambda w: (w.code,), method="POST"),
    Row("companies:batch", EVERYBODY, path=_batch),
    Row("companies:batch-close", MANAGERS, path=_batch, method="POST"),
    Row("companies:batch-export", EVERYBODY, path=_batch, method="POST"),
    # who stands in for whom: one's own, and the office's; to others it is not there
    Row("companies:deputies", EVERYBODY),
    Row("companies:deputies", EVERYBODY, method="POST"),
    Row(
        "companies:deputy-end",
        MANAGERS | {"official"},
        EVERYBODY - MANAGERS - OFFICIALS,
        lambda w: (w.absence.pk,),
        "POST",
    ),
    # groups
    Row("companies:groups", EVERYBODY),
    Row("companies:group-new", MANAGERS),
    Row("companies:group-new", MANAGERS, method="POST"),
    Row("companies:group", EVERYBODY, path=_group),
    Row("companies:group-member-add", MANAGERS, path=_group, method="POST"),
    Row("companies:group-member-end", MANAGERS, path=lambda w: (w.group.pk, w.member.pk), method="POST"),
    Row("companies:group-dissolve", MANAGERS, path=_group, method="POST"),
    # drafts of who looks after whom
    Row("companies:proposals", MANAGERS),
    Row("companies:proposal-new", MANAGERS),
    Row("companies:proposal-new", MANAGERS, method="POST"),
    Row("companies:proposal-compare", MANAGERS),
    Row("companies:proposal-trades", MANAGERS),
    Row("companies:proposal-trade", MANAGERS, path=lambda w: (w.cast.land.pk,), method="POST"),
    Row("companies:proposal", **DRAFT),
    Row("companies:proposal-gaps", **DRAFT),
    Row("companies:proposal-quotas", **DRAFT),
    Row("companies:proposal-quotas-export", **DRAFT, method="POST"),
    Row("companies:proposal-floors", **DRAFT),
    Row("companies:proposal-floors-export", **DRAFT, method="POST"),
    Row("companies:proposal-progress", **DRAFT),
    Row("companies:proposal-again", **DRAFT, method="POST"),
    Row("companies:proposal-drop", **DRAFT, method="POST"),
    Row("companies:proposal-adopt", **DRAFT),
    Row("companies:proposal-adopt", **DRAFT, method="POST"),
    Row("companies:proposal-take-back", **DRAFT),
    Row("companies:proposal-take-back", **DRAFT, method="POST"),
    Row("companies:proposal-export", **DRAFT, method="POST"),
    Row("companies:proposal-fix", **DRAFT, method="POST"),
    Row("companies:proposal-change", **PLACE),
    Row("companies:proposal-change", **PLACE, method="POST"),
    Row("companies:proposal-row", **PLACE),
    # assessment
    Row("assessment:survey-answer", EVERYBODY, path=lambda w: (w.token,), public=True),
    Row("assessment:survey-of-follow", EVERYBODY, path=lambda w: (sign_link(w.link),), public=True),
    Row("assessment:survey-answer", EVERYBODY, path=lambda w: (w.token,), public=True, method="POST"),
    Row("assessment:surveys", _roles("office", "assessor")),
    Row("assessment:callback", **REVIEW, path=lambda w: (w.answered.number,)),
    Row("assessment:callback", **REVIEW, path=lambda w: (w.answered.number,), method="POST"),
    Row("assessment:survey-pass-on", **REVIEW, path=lambda w: (w.answered.number,), method="POST"),
    Row("assessment:scores", EVERYBODY),
    Row("assessment:score", **SCORE, path=lambda w: (w.score.pk,)),
    Row("assessment:score-rows", **SCORE, path=lambda w: (w.score.pk, "closed")),
    Row("assessment:scores-month", **SCORE, path=lambda w: (w.code, w.month, "handling")),
    Row("assessment:scores-workbook", **SCORE, path=lambda w: (w.code, w.month, "handling"), method="POST"),
)

API = (
    Row("api-root", EVERYBODY),
    Row("api-schema", EVERYBODY),
    Row("region-list", EVERYBODY),
    Row("region-detail", EVERYBODY, path=lambda w: (w.cast.county.code,)),
    Row("department-list", EVERYBODY),
    Row("department-detail", EVERYBODY, path=lambda w: (w.cast.land.pk,)),
    Row("official-list", EVERYBODY),
    Row("official-detail", EVERYBODY, path=lambda w: (w.cast.unit.pk,)),
    Row("calendar-year-list", EVERYBODY),
    Row("calendar-year-detail", EVERYBODY, path=lambda w: (2026,)),
    Row("calendar-day-list", EVERYBODY),
    Row("programme-list", EVERYBODY),
    Row("programme-detail", EVERYBODY, path=lambda w: (w.code,)),
    Row("programme-versions", EVERYBODY, path=lambda w: (w.code,)),
    Row("programme-version", EVERYBODY, path=lambda w: (w.code, 1)),
    Row("programme-roles", EVERYBODY, path=lambda w: (w.code,)),
    Row("import-list", ROSTERS),
    Row("import-list", ROSTERS, method="POST"),
    Row("import-detail", ROSTERS, path=_run),
    Row("import-rows", ROSTERS, path=_run),
    Row("import-cancel", ROSTERS, path=_run, method="POST"),
    Row("import-confirm", ROSTERS, path=_run, method="POST"),
    Row("import-mapping", ROSTERS, path=_run, method="POST"),
    Row("company-list", EVERYBODY),
    Row("company-detail", **COMPANY, path=_company),
    Row(
        "company-enrol",
        MANAGERS,
        COMPANY_HIDDEN,
        path=_company,
        method="POST",
        body=lambda w: {"programme": w.code, "starts_on": "2026-04-02"},
    ),
    Row("project-list", EVERYBODY),
    Row("project-detail", **COMPANY, path=lambda w: (w.cast.company.projects.get().code,)),
    Row("assignment-list", EVERYBODY),
    # a company out of sight is an unknown one: 400, with the same words as a mistyped code
    Row(
        "assignment-list",
        MANAGERS | COMPANY_HIDDEN,
        method="POST",
        body=lambda w: _api_company(w, role="officer", official=w.cast.official.pk, starts_on="2026-04-02"),
    ),
    Row("assignment-detail", **COMPANY, path=lambda w: (w.seat.pk,)),
    Row("batch-list", EVERYBODY),
    Row(
        "batch-list", MANAGERS, method="POST", body=lambda w: {"programme": w.code, "starts_on": "2027-01-01"}
    ),
    Row("batch-detail", EVERYBODY, path=lambda w: (w.batch.pk,)),
    Row("batch-rotation", EVERYBODY, path=lambda w: (w.batch.pk,)),
    Row(
        "batch-close",
        MANAGERS,
        path=lambda w: (w.batch.pk,),
        method="POST",
        body=lambda w: {"ends_on": "2026-06-30"},
    ),
    Row("phase-list", EVERYBODY),
    *(
        Row(name, ROSTERS | {"leader"})
        for name in ("cover-list", "cover-summary", "load-list", "load-summary")
    ),
    Row("duty-list", EVERYBODY),
    Row(
        "duty-list",
        _roles("official") | COMPANY_HIDDEN,
        method="POST",
        body=lambda w: _api_company(
            w, client_id=str(uuid.uuid4()), on="2026-04-02", source="policy", words="对接稳岗返还政策"
        ),
    ),
    Row(
        "duty-detail",
        _roles(HALL, "official"),
        COMPANY_HIDDEN | {"roster"},
        path=lambda w: (w.duty.pk,),
    ),
    Row(
        "duty-withdraw",
        _roles("official"),
        COMPANY_HIDDEN | {"roster"},
        path=lambda w: (w.duty.pk,),
        method="POST",
    ),
    Row("ledger-list", EVERYBODY),
    Row("ledger-counters", EVERYBODY),
    Row(
        "ledger-detail",
        _roles(HALL, "official"),
        COMPANY_HIDDEN | {"roster"},
        path=lambda w: (w.cast.official.pk,),
    ),
    Row("deputy-list", EVERYBODY),
    Row(
        "deputy-list",
        EVERYBODY,
        method="POST",
        body=lambda w: {
            "deputy": w.cast.office.pk,
            "starts_on": "2026-06-01",
            "ends_on": "2026-06-10",
            "reason": "外出学习",
        },
    ),
    Row(
        "deputy-end",
        MANAGERS | {"official"},
        EVERYBODY - MANAGERS - OFFICIALS,
        path=lambda w: (w.absence.pk,),
        method="POST",
    ),
    Row("deputy-detail", MANAGERS | OFFICIALS, EVERYBODY - MANAGERS - OFFICIALS, lambda w: (w.absence.pk,)),
    Row("group-list", EVERYBODY),
    Row("group-list", MANAGERS, method="POST", body=_api_group),
    Row("group-detail", EVERYBODY, path=_group),
    Row("group-members", EVERYBODY, path=_group),
    Row(
        "group-members",
        MANAGERS,
        path=_group,
        method="POST",
        body=lambda w: {"official": w.cast.official.pk, "starts_on": "2026-04-02"},
    ),
    Row(
        "group-member-end",
        MANAGERS,
        path=lambda w: (w.group.pk, w.member.pk),
        method="POST",
        body=lambda w: {"ends_on": "2026-04-02"},
    ),
    Row("group-dissolve", MANAGERS, path=_group, method="POST", body=lambda w: {"ends_on": "2026-04-02"}),
    Row("recusal-list", EVERYBODY),
    Row("recusal-list", EVERYBODY, method="POST"),
    Row("recusal-detail", **RECUSAL),
    Row("recusal-end", **RECUSAL, method="POST"),
    Row("proposal-list", EVERYBODY),
    Row("proposal-detail", **DRAFT),
    Row("proposal-pairs", **DRAFT),
    Row("proposal-gaps", **DRAFT),
    Row("proposal-quotas", **DRAFT),
    Row("proposal-floors", **DRAFT),
    Row("proposal-adopt", **DRAFT, method="POST"),
    Row("ticket-list", EVERYBODY),
    Row(
        "ticket-list",
        _roles("official"),
        COMPANY_HIDDEN,
        method="POST",
        body=lambda w: _api_company(w, title="厂区停水", source="visit"),
    ),
    Row("ticket-detail", **TICKET, path=lambda w: (w.given.number,)),
    Row("ticket-moves", _roles("unit"), TICKET_HIDDEN, lambda w: (w.given.number, "sign"), "POST"),
    Row("visit-list", EVERYBODY),
    Row(
        "visit-list",
        _roles("official") | COMPANY_HIDDEN,
        method="POST",
        body=lambda w: _api_company(
            w, client_id=str(uuid.uuid4()), on="2026-04-02", mode="visit", summary="正常"
        ),
    ),
    Row("visit-detail", **COMPANY, path=lambda w: (w.visit.pk,)),
    Row("bulletin-list", EVERYBODY),
    Row("bulletin-detail", **MONTH, path=lambda w: (f"{w.code}-{w.month}",)),
    Row("score-list", EVERYBODY),
    Row("score-detail", **SCORE, path=lambda w: (w.score.pk,)),
    Row("survey-detail", EVERYBODY, path=lambda w: (w.token,), public=True),
    Row("survey-detail", EVERYBODY, path=lambda w: (w.token,), public=True, method="POST"),
    Row("survey-callback", **REVIEW, path=lambda w: (w.answered.number,), method="POST"),
)
