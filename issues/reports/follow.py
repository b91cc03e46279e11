"""A problem as its company sees it: where it stands in plain words, its steps, its talk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from issues.choices import (
    Move,
    Part,
    RequestKind,
    RequestState,
    Source,
    Status,
)
from issues.models import (
    Filing,
    FollowLink,
    Message,
    MessageFile,
    Ticket,
    TicketEvent,
    TicketRequest,
    TicketUnit,
)

NOW: dict[str, tuple[str, str]] = {  # state → tone, words
    Status.DRAFT: ("blue", "已收到，服务干部正在核实"),
    Status.REPORTED: ("blue", "协调办公室正在安排办理单位"),
    Status.TRIAGED: ("blue", "协调办公室正在安排办理单位"),
    Status.RETURNED: ("blue", "协调办公室正在重新安排办理单位"),
    Status.DISPATCHED: ("blue", "已交办理单位，等它接收"),
    Status.IN_PROGRESS: ("blue", "正在办理"),
    Status.DEFERRED: ("yellow", "暂缓办理，定期再看"),
    Status.PLAN_REVIEW: ("blue", "办理方案正在审定"),
    Status.RESOLVED: ("blue", "已有办理结果，服务干部将答复您"),
    Status.ANSWERED: ("yellow", "已答复，请您评价"),
    Status.CLOSED: ("green", "已办结"),
    Status.MERGED: ("grey", "已与另一件一并办理"),
    Status.EXCLUDED: ("grey", "不再办理"),
    Status.WITHDRAWN: ("grey", "您已撤回"),
}
NEXT = {  # what `next_on` is the last day of
    Status.DRAFT: "最迟送到协调办公室",
    Status.REPORTED: "最迟确定办理单位",
    Status.TRIAGED: "最迟确定办理单位",
    Status.RETURNED: "最迟重新确定办理单位",
    Status.DEFERRED: "下次再看不晚于",
    Status.PLAN_REVIEW: "最迟审定办理方案",
    Status.RESOLVED: "最迟答复您",
    Status.ANSWERED: "请您评价，截止",
}


# Written below a result where units had not given their part: for the house, not for the company.
UNHEARD = "\n办结时{}尚未反馈协办意见。"
_UNHEARD = re.compile(UNHEARD.format(r"[^\n]+") + r"\Z")
RESULTS = {Move.RESOLVE, Move.SETTLE, Move.GIVE_UP}


@dataclass(frozen=True)
class Step:
    """A line of the course, as components/timeline.html shows it."""

    at: datetime
    title: str
    body: str = ""
    tone: str = ""
    icon: str = ""
    who: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Promise:
    """The day that counts for the company now, and what is to be done by it."""

    words: str
    on: date
    is_provisional: bool


def promise_of(ticket: Ticket) -> Promise | None:
    """While a unit handles it, the day by which it is to be settled; else the present step's day."""
    if ticket.status in (Status.DISPATCHED, Status.IN_PROGRESS) and ticket.due_on:
        return Promise("最迟办结", ticket.due_on, ticket.due_is_provisional)
    if ticket.next_on and ticket.status in NEXT:
        return Promise(NEXT[Status(ticket.status)], ticket.next_on, False)
    return None


def steps_of(ticket: Ticket) -> list[Step]:
    """The steps that concern the company, the newest first; three queries."""
    events = list(ticket.events.order_by("at", "pk"))
    leads = list(
        TicketUnit.objects.filter(ticket=ticket, part=Part.LEAD)
        .select_related("department")
        .order_by("given_at", "pk")
    )
    requests = list(ticket.requests.order_by("asked_at", "pk"))
    tells = ticket.version.extension_rule.tell_company
    told = _Told(ticket, leads, requests, tells)
    steps = [step for event in events if (step := told.step(event)) is not None]
    return steps[::-1]


class _Told:
    """Reads a course in order, and says of each event what the company is told."""

    def __init__(
        self, ticket: Ticket, leads: list[TicketUnit], requests: list[TicketRequest], tells: bool
    ) -> None:
        self.ticket, self.leads, self.requests, self.tells = ticket, leads, requests, tells
        self.result = ""

    def step(self, event: TicketEvent) -> Step | None:
        if event.move in RESULTS:
            self.result = _UNHEARD.sub("", event.note)
        words = self._words(event)
        if words is None:
            return None
        title, body, tone, icon = words
        return Step(at=event.at, title=title, body=body, tone=tone, icon=icon)

    def _words(self, event: TicketEvent) -> tuple[str, str, str, str] | None:
        match event.move:
            case Move.COLLECT:
                own = self.ticket.source == Source.COMPANY
                return ("收到您提交的问题" if own else "服务干部记下了您的问题"), "", "", "inbox"
            case Move.REPORT | Move.FORWARD:
                return "已送到协调办公室", "", "", ""
            case Move.DISPATCH:
                return f"已交{self._lead(event.at)}办理", "", "", "building"
            case Move.TRANSFER:
                return f"改由{self._lead(event.at)}办理", "", "", "building"
            case Move.OBJECT:
                return "办理单位正在重新确定", "", "", ""
            case Move.SIGN:
                return f"{self._lead(event.at)}开始办理", "", "", ""
            case Move.RESOLVE | Move.SETTLE | Move.GIVE_UP:
                return "已有办理结果，服务干部将答复您", "", "", ""
            case Move.ANSWER:
                return "已答复您", self.result or event.note, "green", "message"
            case Move.CONFIRM:
                return "您已确认办结", "", "green", "check"
            case Move.REWORK:
                return "您不满意，已重新办理", "", "red", "refresh"
            case Move.REOPEN:
                return "您再次提出，已重新办理", event.note, "red", "refresh"
            case Move.GRANT_EXTENSION | Move.CORRECT_EXTENSION:
                return self._extended(event)
            case Move.GRANT_DEFERRAL:
                return "暂缓办理", self._why(RequestKind.DEFERRAL, event.at), "yellow", ""
            case Move.RESUME:
                return "恢复办理", "", "", ""
            case Move.ESCALATE:
                return "已提请上级协调", "", "yellow", ""
            case Move.MERGE:
                into = self.ticket.merged_into
                return f"与 {into.number} 一并办理" if into else "与另一件一并办理", "", "", ""
            case Move.GRANT_EXCLUSION:
                return "不再办理", self._why(RequestKind.EXCLUSION, event.at), "", ""
            case Move.ASK_WITHDRAWAL:
                return "请您确认是否撤回", event.note, "yellow", ""
            case Move.WITHDRAW:
                return "您已撤回", event.note, "", ""
            case Move.REFUSE_WITHDRAWAL:
                return "您选择继续办理", event.note, "", ""
        return None

    def _extended(self, event: TicketEvent) -> tuple[str, str, str, str] | None:
        if not self.tells or event.due_on is None:
            return None
        day = event.due_on
        again = "更正为" if event.move == Move.CORRECT_EXTENSION else "延长到"
        why = self._why(RequestKind.EXTENSION, event.at)
        return f"办理期限{again} {day:%Y年%-m月%-d日}", why, "yellow", "calendar"

    def _why(self, kind: str, at: datetime) -> str:
        """The reason granted last at the moment, by the catalogue; never the words of the request."""
        granted = [
            one
            for one in self.requests
            if one.kind == kind
            and one.state == RequestState.GRANTED
            and one.decided_at is not None
            and one.decided_at <= at
        ]
        return f"原因：{granted[-1].why}" if granted else ""

    def _lead(self, at: datetime) -> str:
        given = [unit for unit in self.leads if unit.given_at <= at]
        return given[-1].department.name if given else "办理单位"


def lead_now(ticket: Ticket) -> str:
    """The unit that handles the problem, by name."""
    unit = ticket.units.leading().select_related("department").first()
    return unit.department.name if unit else ""


def withdrawal_asked(ticket: Ticket) -> TicketRequest | None:
    """The request to withdraw that waits for the company's answer."""
    return ticket.requests.filter(kind=RequestKind.WITHDRAWAL, state=RequestState.PENDING).first()


def talk_of(ticket: Ticket, *, for_company: bool = False) -> QuerySet[Message]:
    """What was said on the problem with its files, in order; two queries."""
    said = Message.objects.filter(ticket=ticket)
    return (said.for_company() if for_company else said).prefetch_related("files").order_by("at", "pk")


class TalkParts(NamedTuple):
    """What the case page's cards of talk and of the company's link show: querysets, to be read with others.

    `filings`: who of the company filed it or added to it, with name and phone. `links`: the one in use.
    """

    talk: QuerySet[Message]
    filings: QuerySet[Filing]
    links: QuerySet[FollowLink]


def talk_parts(ticket: Ticket) -> TalkParts:
    """The parts of the talk on a problem as the house reads it."""
    links = FollowLink.objects.standing().filter(ticket=ticket)
    return TalkParts(talk_of(ticket), ticket.filings.order_by("filed_at", "pk"), links)


def file_of(ticket: Ticket, pk: int) -> MessageFile | None:
    """An attachment of what the company reads on its problem."""
    return MessageFile.objects.for_company().filter(owner__ticket=ticket, pk=pk).first()


def link_in_use(ticket: Ticket) -> FollowLink | None:
    """The link that the company follows the problem by."""
    return FollowLink.objects.standing().filter(ticket=ticket).first()
