"""Before a move is made on many: which go, which do not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from issues.choices import Move, Part
from issues.models import Ticket
from issues.perms import may_move
from issues.transitions import RULES
from liaison.models import Department, Official


@dataclass(frozen=True)
class Verdict:
    """A problem, and why the move is not open to it; no reason: it goes."""

    ticket: Any
    reason: str

    @property
    def stamp(self) -> str:
        """How the problem stood when it was looked at: nobody writes over what a colleague did since."""
        ticket = self.ticket
        return f"{ticket.number}:{ticket.status}:{ticket.grade_id or 0}:{ticket.category_id or 0}"


def judge_bulk(
    tickets: Iterable[Ticket], *, move: Move, grade: str, lead: Department | None, by: Official
) -> list[Verdict]:
    """The verdict on each problem, which comes read `as_case` with the grades of its version.

    A foretaste: the service that makes the move asks again under the lock.
    """
    return [Verdict(ticket, _reason(ticket, move, grade, lead, by)) for ticket in tickets]


def _reason(ticket: Any, move: Move, grade: str, lead: Department | None, by: Official) -> str:
    if not may_move(by, ticket, move):
        return "不在您的办公室范围"
    if ticket.status not in RULES[move].sources:
        return f"当前为“{ticket.get_status_display()}”，不能{move.label}"
    if grade not in {one.code for one in ticket.version.grades.all()}:
        return f"“{ticket.programme.name}”没有“{grade}”这一等级"
    returned = [unit for unit in ticket.units.all() if unit.part == Part.LEAD and unit.returned_at]
    if lead and returned and max(returned, key=lambda unit: unit.returned_at).department_id == lead.pk:
        return f"{lead}刚刚退回，请在问题页维持交办或改派"
    return ""
