"""How long a change of the working calendar takes with 10,000 open problems.

`make bench-calendar` starts throw-away servers, writes 10,000 open problems of which every deadline runs
into the year 2027, and times, database included: drafting that year's holidays, the preview, its page and
its workbook, and applying it. `--small` is a tenth of the size.
"""

from __future__ import annotations

import argparse
import os
import platform
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

from tools.bench_assign import memory, raise_city, timed

DAY = datetime.fromisoformat("2026-12-21T09:00+08:00")
COMPANIES, PATTERNS = 500, 10  # problems are copies of ten, written by the services themselves
HOLIDAYS = (("元旦", (2027, 1, 1), (2027, 1, 3), ()), ("春节", (2027, 2, 5), (2027, 2, 11), ((2027, 2, 14),)))


def write_patterns(version: Any, clerk: Any, unit: Any, helper: Any) -> list[Any]:
    """Ten problems in every state that has a deadline, by the services."""
    from companies.models import Enrolment
    from issues import services
    from issues.choices import Outcome, Source
    from issues.models import Category

    enrolments = list(Enrolment.objects.order_by("pk")[:PATTERNS])
    category = Category.objects.earliest("pk")
    grades = list(version.grades.order_by("pk"))
    patterns = []
    for n, enrolment in enumerate(enrolments):
        on = DAY + timedelta(days=7 + n % 3)
        ticket = services.collect_ticket(
            enrolment=enrolment, title=f"用电扩容 {n}", source=Source.COMPANY, by=clerk, at=on
        )
        if n % 5 > 0:
            services.report_ticket(ticket=ticket, by=clerk, at=on)
        if n % 5 > 1:
            services.dispatch_ticket(
                ticket=ticket,
                grade=grades[n % len(grades)],
                category=category,
                lead=unit,
                cooperating=[helper] if n % 2 else [],
                by=clerk,
                at=on,
            )
        if n % 5 > 2:
            services.sign_ticket(ticket=ticket, by=clerk, at=on)
        if n % 5 > 3:
            services.resolve_ticket(ticket=ticket, outcome=Outcome.SOLVED, result="已送电", by=clerk, at=on)
        ticket.refresh_from_db()
        patterns.append(ticket)
    return patterns


def copy(patterns: list[Any], count: int) -> None:
    """As many open problems as asked for, each a copy of a pattern with its units and its course."""
    from companies.models import Enrolment
    from issues.models import Ticket, TicketEvent, TicketUnit

    enrolments = list(Enrolment.objects.order_by("pk"))
    sources, tickets = [], []
    for n in range(count - len(patterns)):
        pattern, enrolment = patterns[n % len(patterns)], enrolments[n % len(enrolments)]
        values = {field.attname: getattr(pattern, field.attname) for field in Ticket._meta.concrete_fields}
        values |= {"id": None, "number": f"9{n:09d}", "enrolment_id": enrolment.pk}
        sources.append(pattern)
        tickets.append(Ticket(**values | {"company_id": enrolment.company_id}))
    Ticket.objects.bulk_create(tickets, batch_size=1000)
    for model in (TicketEvent, TicketUnit):
        manager: Any = model._default_manager
        rows: dict[int, list[dict[str, Any]]] = {}
        for row in manager.order_by("pk").values():
            rows.setdefault(row["ticket_id"], []).append(row)
        copies = [
            model(**row | {"id": None, "ticket_id": ticket.pk})
            for source, ticket in zip(sources, tickets, strict=True)
            for row in rows.get(source.pk, [])
        ]
        manager.bulk_create(copies, batch_size=1000)


def main() -> None:
    """Fill the table, then time what a clerk waits for."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="a tenth of the size")
    count = 1_000 if options.parse_args().small else 10_000
    django.setup()
    call_command("migrate", verbosity=0)
    from django.test import Client
    from django.urls import reverse

    from issues import services as issues
    from issues.models import Ticket, TicketEvent
    from issues.reports.deadlines import plan_change
    from liaison import services
    from liaison.holidays import Holiday
    from liaison.models import Department, Official, Posting

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    services.seed_calendar(years=(2025, 2026, 2027))
    version = raise_city(100, COMPANIES, 0)
    clerk = Official.objects.create(username="clerk", name="何主任")
    unit = Department.objects.filter(region=version.programme.region).latest("pk")
    helper = Department.objects.exclude(pk=unit.pk).earliest("pk")
    for role, where in (("office", unit), ("unit", unit), ("unit", helper)):
        Posting.objects.create(
            official=clerk, department=where, role=role, reach="region", starts_on=date(2024, 1, 1)
        )
    clerk.on_duty(DAY.date())
    timed(f"write {count:,} open problems", lambda: copy(write_patterns(version, clerk, unit, helper), count))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    change = services.draft_notice(
        year=2027,
        holidays=[
            Holiday(name, date(*first), date(*last), work=tuple(date(*day) for day in work))
            for name, first, last, work in HOLIDAYS
        ],
        title="国务院办公厅关于2027年部分节假日安排的通知",
        document="国办发明电〔2026〕9号",
        published_on=date(2026, 11, 20),
        by=clerk,
        at=DAY,
        has_looked=True,
    )
    plan = timed("preview, all of it", lambda: plan_change(change, Ticket.objects.all()))
    print(f"    {plan.moved:,} problems, {len(plan.shifts):,} deadlines")
    client = Client(headers={"host": "localhost"})
    client.force_login(clerk)
    client.get(reverse("liaison:calendar"))  # templates are read once per process
    page = change.get_absolute_url()
    for what, address in (("its page", page), ("its last page", f"{page}?page=9999")):
        answer = timed(what, partial(client.get, address))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")

    def workbook() -> bytes:
        answer: Any = client.post(f"{page}export/")
        return b"".join(answer.streaming_content)

    timed("its workbook", workbook)
    services.confirm_change(change=change, by=clerk, at=DAY)
    steps: list[int] = []
    moved = timed(
        "apply, all or nothing",
        lambda: issues.apply_calendar_change(
            change_id=change.pk, at=DAY, progress=lambda done, total: steps.append(done)
        ),
    )
    events = TicketEvent.objects.filter(calendar_change=change).count()
    print(f"    {moved:,} problems moved, {events:,} events; progress told {len(steps)} times")
    timed("the page afterwards", partial(client.get, page))
    print(f"  most memory {memory()}")


if __name__ == "__main__":
    main()
