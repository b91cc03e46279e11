"""How long the work surfaces take with 200,000 problems, beside the bare SQL of the same page.

`make bench-tickets` starts throw-away servers, copies problems written by the services 200,000 times over
an invented city, and times table, board, triage queue, case page and search, each with its number of
queries and those same queries sent bare. Then the morning's digest, and the clock's round: 300 problems
due among few open ones, and among 200,000. `--small` is a tenth of the size; `--plans` prints how PostgreSQL
answers the slowest query.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

from tools.bench_assign import memory, raise_city, timed

DAY = datetime.fromisoformat("2026-11-18T09:00+08:00")
COMPANIES, UNITS, DUE, TIMES = 21_000, 30, 300, 5
TITLES = Path(__file__).resolve().parent.parent / "liaison" / "demo" / "problems.csv"
# Of a hundred problems: 25 open in their several states, the rest settled.
SHARES = {
    "draft": 3,
    "reported": 4,
    "dispatched": 3,
    "in_progress": 10,
    "resolved": 2,
    "answered": 3,
    "closed": 75,
}


def write_patterns(version: Any, clerk: Any, units: list[Any]) -> dict[int, str]:
    """One problem per title of the demo and state, by the services; by key, its state."""
    from companies.models import Enrolment
    from issues import services
    from issues.choices import AnswerMode, Outcome, Source
    from issues.models import Category

    with TITLES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    enrolments = list(Enrolment.objects.order_by("pk")[: len(rows) * len(SHARES)])
    categories = {one.code: one for one in Category.objects.all()}
    grades = {one.code: one for one in version.grades.all()}
    made: dict[int, str] = {}
    for place, row in enumerate(rows):
        for n, state in enumerate(SHARES):
            by: Any = {"by": clerk, "at": DAY - timedelta(days=1)}
            ticket = services.collect_ticket(
                enrolment=enrolments[place * len(SHARES) + n],
                title=row["title"].format(n=place % 9 + 2),
                description=row["description"].format(n=place % 9 + 2),
                source=Source.COMPANY,
                **by,
            )
            steps: list[Callable[[], Any]] = [
                partial(services.report_ticket, ticket=ticket, **by),
                partial(
                    services.dispatch_ticket,
                    ticket=ticket,
                    grade=grades[row["grade"]],
                    category=categories[row["category"]],
                    lead=units[place % len(units)],
                    **by,
                ),
                partial(services.sign_ticket, ticket=ticket, **by),
                partial(
                    services.resolve_ticket, ticket=ticket, outcome=Outcome.SOLVED, result="已解决", **by
                ),
                partial(services.answer_ticket, ticket=ticket, mode=AnswerMode.PHONE, note="", **by),
                partial(
                    services.confirm_ticket,
                    ticket=ticket,
                    rating=5,
                    is_satisfied=True,
                    actor="企业",
                    at=by["at"],
                ),
            ]
            for step in steps[:n]:
                step()
            made[ticket.pk] = state
    return made


def copy(patterns: dict[int, str], count: int) -> None:
    """As many problems as asked for, copies of the patterns in their shares, with units, course and clock."""
    from django.db import connection, transaction

    from issues.models import ClockSpan, Ticket, TicketEvent, TicketUnit

    by_state: dict[str, list[int]] = {}
    for key, state in patterns.items():
        by_state.setdefault(state, []).append(key)
    turn = [state for state, share in SHARES.items() for _ in range(share)]
    changed = {
        "id": "m.id",
        "number": "'9' || lpad(m.id::text, 9, '0')",
        "enrolment_id": "e.id",
        "company_id": "e.company_id",
        "next_on": "t.next_on + (m.id % 40 - 8)::int",
        "warn_on": "t.warn_on + (m.id % 40 - 8)::int",
        "alarm_on": "t.alarm_on + (m.id % 40 - 8)::int",
        "act_on": "t.act_on + 400",
        "collected_at": "t.collected_at - (m.id % 700) * interval '1 day'",
    }

    def columns(model: Any) -> list[str]:
        return [f.column for f in model._meta.concrete_fields if not f.generated]

    with transaction.atomic(), connection.cursor() as cursor:  # a problem and its units at once
        cursor.execute("SET LOCAL session_replication_role = replica")  # what is copied was checked once
        cursor.execute("CREATE TEMP TABLE copied (id bigint PRIMARY KEY, of_id bigint, place bigint)")
        first = max(patterns) + 1
        cursor.executemany(
            "INSERT INTO copied VALUES (%s, %s, %s)",
            [
                (first + n, by_state[turn[n % 100]][n // 100 % len(by_state[turn[n % 100]])], n)
                for n in range(count - len(patterns))
            ],
        )
        cursor.execute(
            "CREATE TEMP TABLE firms AS SELECT id, company_id, row_number() OVER (ORDER BY id) - 1 AS place,"
            " count(*) OVER () AS many FROM companies_enrolment"
        )
        cursor.execute("UPDATE copied SET place = place * 7919 % (SELECT max(many) FROM firms)")
        cursor.execute("ANALYZE copied")
        cursor.execute("ANALYZE firms")
        names = columns(Ticket)
        values = ", ".join(changed.get(name, f't."{name}"') for name in names)
        cursor.execute(
            f"INSERT INTO issues_ticket ({', '.join(names)}) SELECT {values} FROM copied m"  # noqa: S608
            " JOIN issues_ticket t ON t.id = m.of_id JOIN firms e ON e.place = m.place"
        )
        for model in (TicketEvent, TicketUnit, ClockSpan):
            names = [name for name in columns(model) if name != "id"]
            values = ", ".join("m.id" if name == "ticket_id" else f't."{name}"' for name in names)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {values} FROM copied m"  # noqa: S608
                f" JOIN {model._meta.db_table} t ON t.ticket_id = m.of_id ORDER BY m.id, t.id"
            )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('issues_ticket', 'id'), max(id)) FROM issues_ticket"
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Stopwatch:
    """Pages as a signed-in official gets them, each beside its own queries sent bare."""

    def __init__(self, plans: bool) -> None:
        self.plans = plans
        print("\n| Page | Rows found | Queries | Page | Its SQL alone |\n| --- | ---: | ---: | ---: | ---: |")

    def page(
        self, what: str, client: Any, address: str, found: Callable[[Any], Any] = lambda page: ""
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

        setup_test_environment(debug=False)  # keeps what a page was drawn with, for the number of rows
        answer: Any = client.get(address)
        teardown_test_environment()
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        client.get(address)  # templates are read once per process
        took, bare, asked = [], [], []
        for _ in range(TIMES):
            began = time.perf_counter()
            client.get(address)
            took.append(time.perf_counter() - began)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        asked = [query["sql"] for query in captured.captured_queries]
        slowest: tuple[float, str] = (0.0, "")
        for _ in range(TIMES):
            began = time.perf_counter()
            with connection.cursor() as cursor:
                for sql in asked:
                    one = time.perf_counter()
                    cursor.execute(sql)
                    if cursor.description:
                        cursor.fetchall()
                    slowest = max(slowest, (time.perf_counter() - one, sql))
            bare.append(time.perf_counter() - began)
        row = (what, str(found(answer)), str(len(asked)), _ms(took), _ms(bare))
        print("| " + " | ".join(row) + " |", flush=True)
        if self.plans:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + slowest[1])
                print(slowest[1][:1500], *(line for (line,) in cursor.fetchall()), sep="\n    ")


def digests(people: list[Any]) -> None:
    """今天要办 of so many officials, as the morning's round reads it for each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from liaison.dashboards.digest import morning_of
    from liaison.models import CalendarDay, Region

    on = DAY.date()
    calendar = CalendarDay.objects.as_calendar(Region.objects.get(parent=None))
    with CaptureQueriesContext(connection) as captured:
        told = timed(
            f"每日提要 of {len(people)} officials",
            lambda: sum(morning_of(one.on_duty(on), calendar, DAY) is not None for one in people),
        )
    print(f"    {told} of them are told something; {len(captured) / len(people):.1f} queries each")


def _ms(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.0f} ms"


def sweep(of_open: int, whole: int) -> None:
    """The clock's round over 300 due problems among so many open ones."""
    from django.db import connection

    from issues import services
    from liaison.workdays import day_of

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE issues_ticket SET act_on = NULL WHERE act_on IS NOT NULL;"
            " UPDATE issues_ticket SET status = 'draft', reported_at = NULL, closed_at = NULL,"
            " next_on = report_due_on, act_on = %s WHERE id IN"
            " (SELECT id FROM issues_ticket ORDER BY id DESC LIMIT %s);"
            " UPDATE issues_ticket SET act_on = %s WHERE id IN"
            " (SELECT id FROM issues_ticket ORDER BY id DESC LIMIT %s)",
            [day_of(DAY) + timedelta(days=90), of_open, day_of(DAY), DUE],
        )
        cursor.execute("VACUUM ANALYZE issues_ticket")
    done = timed(
        f"sweep, {DUE} due of {of_open:,} open, {whole:,} in all", lambda: services.sweep_tickets(at=DAY)
    )
    timed("– again, nothing due", lambda: services.sweep_tickets(at=DAY))
    if done != DUE:
        raise SystemExit(f"{done} acted on, not {DUE}")


def raise_people(version: Any) -> dict[str, Any]:
    """The city's office, a county's, and the contacts of thirty units; an official for every company."""
    from companies.models import Assignment, Enrolment
    from liaison.models import Department, Official, Posting, Region

    since = date(2025, 1, 1)
    city = version.programme.region
    offices = {"office": city, "county": Region.objects.filter(level="county").earliest("pk")}
    posts = {
        name: (Department.objects.filter(region=place).latest("pk"), "office", "region")
        for name, place in offices.items()
    }
    units = Department.objects.filter(region=city).order_by("pk")[:UNITS]
    posts |= {f"unit{n}": (unit, "unit", "department") for n, unit in enumerate(units)}
    people = {name: Official.objects.create(username=name, name=name) for name in posts}
    for name, (unit, role, reach) in posts.items():
        Posting.objects.create(
            official=people[name], department=unit, role=role, reach=reach, starts_on=since
        )
    held = list(Posting.objects.filter(role="official").select_related("department").order_by("pk"))
    role = version.team_roles.get(code="specialist")
    Assignment.objects.bulk_create(
        (
            Assignment(
                enrolment=enrolment,
                role=role,
                official=held[n % len(held)].official,
                department=held[n % len(held)].department,
                starts_on=since,
                assigned_by=people["office"],
                assigned_at=DAY,
            )
            for n, enrolment in enumerate(Enrolment.objects.order_by("pk"))
        ),
        batch_size=2000,
    )
    people["official"] = held[0].official
    return people


def fill(count: int, companies: int) -> dict[str, Any]:
    """An invented city with so many problems and companies; who looks at it, by what they are."""
    from liaison import services
    from liaison.models import Department

    services.seed_calendar(years=(2024, 2025, 2026))
    version = raise_city(companies // 2, companies, 0)
    people = raise_people(version)
    people["office"].on_duty(DAY.date())
    units = list(Department.objects.filter(region=version.programme.region).order_by("pk")[:UNITS])
    patterns = write_patterns(version, people["office"], units)
    timed(f"write {count:,} problems", lambda: copy(patterns, count))
    return people


def main() -> None:
    """Fill the tables, then time what people wait for."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="a tenth of the size")
    options.add_argument(
        "--plans", action="store_true", help="how the slowest query of each page is answered"
    )
    chosen = options.parse_args()
    part = 10 if chosen.small else 1
    count, companies = 200_000 // part, COMPANIES // part
    django.setup()
    call_command("migrate", verbosity=0)
    from django.test import Client

    from companies.models import Company
    from issues.models import Ticket
    from liaison.models import Official

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    patch("django.utils.timezone.now", lambda: DAY).start()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    people = fill(count, companies)

    def client_of(name: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(people[name])
        return client

    office, county = client_of("office"), client_of("county")
    one_unit, one_official = client_of("unit0"), client_of("official")
    ticket = Ticket.objects.filter(status="in_progress", number__endswith="7").latest("pk")
    firm = Company.objects.latest("pk")
    total: Callable[[Any], Any] = lambda page: f"{page.context['page'].paginator.count:,}"  # noqa: E731
    hits: Callable[[Any], Any] = lambda page: f"{sum(g.total for g in page.context['groups']):,}"  # noqa: E731
    watch = Stopwatch(chosen.plans)
    who_looks = (
        ("city office", office),
        ("county office", county),
        ("unit", one_unit),
        ("official", one_official),
    )
    for who, client in who_looks:
        watch.page(f"Table, {who}: what awaits", client, "/tickets/", total)
        watch.page(f"Table, {who}: all", client, "/tickets/?view=all", total)
    watch.page("Table, city office: open", office, "/tickets/?view=open", total)
    watch.page("Table, city office: page 400 of all", office, "/tickets/?view=all&page=400", total)
    watch.page(
        "Board, city office",
        office,
        "/tickets/board/",
        lambda page: f"{sum(c.count for c in page.context['columns']):,}",
    )
    watch.page("Board, county office", county, "/tickets/board/")
    watch.page("Triage, city office", office, "/tickets/triage/", lambda page: f"{page.context['total']:,}")
    watch.page("Case page, office", office, f"/tickets/{ticket.number}/")
    for what, words in (
        ("two characters", "用电"),
        ("two words", "用地 手续"),
        ("initials", "ydsx"),
        ("part of a number", ticket.number[-5:]),
        ("end of a credit code", firm.uscc[-8:]),
        ("nothing", "查无此事"),
    ):
        watch.page(f"Search, {what}", office, f"/search/?q={words}", hits)
    print()
    digests(list(Official.objects.filter(assignments__isnull=False).distinct().order_by("pk")[:DUE]))
    sweep(min(3000, count // 10), count)
    sweep(count, count)
    print(f"  most memory {memory()}")
    connection.close()


if __name__ == "__main__":
    main()
