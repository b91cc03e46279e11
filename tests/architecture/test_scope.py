"""Every look-up of a view or of the API starts with `visible_to`: who may not see it, does not find it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import modules

SCOPED = {"visible_to", "none", "served_by"}  # served_by: 我的企业, the official's own seats

# What needs no scope of its own, and why. "file: call" -> reason
RULES = "a published version's rows are public among officials, and the version comes from a row in scope"
VOCABULARY = "a list without owner: the same for everybody"
CHILDREN = "rows of a parent that was found in scope"
CALENDAR = "arithmetic over the public calendar, no rows of it are shown"
ALLOWED = {
    "assessment/views/scores.py: MonthEnd.objects.filter": "the months of the scores in scope",
    "assessment/views/scores.py: ScoreLine.objects.order_by": CHILDREN,
    "assessment/views/surveys.py: Contact.objects.filter": CHILDREN,
    "companies/api/assignments.py: TeamRole.objects.filter": RULES,
    "companies/views/companies.py: get_object_or_404(Contact, company=found, pk=pk)": CHILDREN,
    "companies/api/batches.py: Batch.objects.filter": "batches of a programme, which is public",
    "companies/api/duties.py: DutyRule.objects.filter": RULES,
    "companies/views/duties.py: DutyRule.objects.filter": RULES,
    "companies/api/groups.py: GroupMember.objects.in_force": "within a Prefetch of groups in scope",
    "companies/views/groups.py: GroupRule.objects.filter": RULES,
    "companies/views/enrolments.py: TeamRole.objects.filter": RULES,
    "companies/views/enrolments.py: get_object_or_404(TeamRole, version=found.version_id, code=code)": RULES,
    "issues/api/tickets.py: Category.objects.order_by": VOCABULARY,
    "issues/api/visits.py: Category.objects.order_by": VOCABULARY,
    "issues/views/bulk.py: GradeRule.objects.filter": RULES,
    "liaison/dashboards/board.py: Category.objects.in_bulk": VOCABULARY,
    "liaison/dashboards/board.py: Department.objects.in_bulk": "units are public",
    "liaison/dashboards/board.py: Enrolment.objects.in_force": "picks companies that are in scope themselves",
    "liaison/dashboards/duties.py: CalendarDay.objects.days_between": CALENDAR,
    "liaison/dashboards/duties.py: CalendarYear.objects.filter": VOCABULARY,
    "liaison/dashboards/duties.py: LimitRule.objects.filter": RULES,
    "liaison/dashboards/digest.py: TicketEvent.objects.filter": "narrowed to the problems in scope",
    "issues/views/calendar.py: TicketEvent.objects.filter": "narrowed to the problems in scope",
    "liaison/views/calendar.py: CalendarAlarm.objects.order_by": VOCABULARY,
    "liaison/views/calendar.py: CalendarDay.objects.filter": VOCABULARY,
    "liaison/views/calendar.py: CalendarYear.objects.filter": VOCABULARY,
    "liaison/views/calendar.py: CalendarYear.objects.order_by": VOCABULARY,
    "issues/views/calendar.py: CalendarDay.objects.as_calendar": CALENDAR,
    "issues/views/calendar.py: CalendarYear.objects.filter": VOCABULARY,
    "liaison/views/rulebook.py: ProgrammeVersion.objects.order_by": "drafts are shown to who edits them",
}


def leans_on_scoped_rows(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Inside a Prefetch, or correlated by OuterRef: rows beside rows that were themselves found in scope."""
    while (above := parents.get(node)) is not None and isinstance(above, ast.expr | ast.keyword):
        node = above
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Prefetch"):
            return True
        if isinstance(node, ast.Call) and "OuterRef(" in ast.unparse(node):
            return True
    return False


def unscoped(tree: ast.AST) -> Iterator[str]:
    """`Model.objects` not followed by a scope, and get_object_or_404(Model, …)."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            after = parents.get(node)
            scoped = isinstance(after, ast.Attribute) and after.attr in SCOPED
            if not scoped and not leans_on_scoped_rows(node, parents):
                yield ast.unparse(after if isinstance(after, ast.Attribute) else node)
        if not (isinstance(node, ast.Call) and node.args):
            continue
        finds = ast.unparse(node.func).endswith(("get_object_or_404", "get_list_or_404"))
        if finds and isinstance(node.args[0], ast.Name) and node.args[0].id[:1].isupper():
            yield ast.unparse(node)


def test_every_look_up_of_a_page_or_of_the_api_is_scoped():
    found = {
        f"{name}: {call}" for name, tree in modules("views", "api", "dashboards") for call in unscoped(tree)
    }
    assert not sorted(found - ALLOWED.keys())
    assert not sorted(ALLOWED.keys() - found), "no longer needed"


def test_the_look_out_sees():
    assert list(unscoped(ast.parse("Ticket.objects.filter(pk=1)"))) == ["Ticket.objects.filter"]
    assert list(unscoped(ast.parse("get_object_or_404(Ticket, pk=1)"))) == ["get_object_or_404(Ticket, pk=1)"]
    assert list(unscoped(ast.parse("get_object_or_404(Ticket.objects, pk=1)"))) == ["Ticket.objects"]
    assert not list(unscoped(ast.parse("Ticket.objects.visible_to(request.user).get(pk=1)")))
