"""How long a proposal takes at the size of a large city, and how much of it is the bare solver's.

`make bench-assign` starts throw-away servers, fills an invented city (15,000 officials, 21,000 companies,
1,000 projects, 12 counties, the rules of the p4 template) and times, database included: a first plan for a
city without any, its pages, adopting it, a plan for everybody anew that keeps who is there, and taking it
back. The bare solver is then given the very same arcs. `--small` is a tenth of the size, for a first look.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

SEED = 20260302
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
# Share of all officials: (rank, chief, kind of unit) – the classes that the p4 template sets quotas for.
CLASSES = {
    ("bureau", False, "organ"): 42,
    ("county", True, "organ"): 150,
    ("county", False, "organ"): 1_150,
    ("section", True, "economic"): 2_400,
    ("section", False, "town"): 3_200,
    ("staff", False, "town"): 8_058,
}
COUNTIES, TOWNS = 12, 12
KINDS = ("organ", "economic")
SECTIONS = "ABCDEFGHIJKLMNOPQRS"
SHARES = (3, 1, 42, 1, 8, 22, 4, 3, 3, 2, 1, 3, 4, 1, 3, 1, 1, 1, 1)


def raise_city(people: int, companies: int, projects: int) -> Any:
    """The invented city, written in bulk; returns the version of its rules."""
    from companies.models import Company, DepartmentTrade, Enrolment, Project
    from liaison.models import Department, Official, Posting, Region
    from liaison.services import load_preset

    rng = Random(SEED)  # noqa: S311 - an invented city, the same every time
    city = Region.objects.create(code="519900", name="云川市", level="city", path="519900/")
    counties = [
        Region.objects.create(
            code=f"5199{n:02d}", name=f"第{n}县", level="county", parent=city, path=f"519900/5199{n:02d}/"
        )
        for n in range(1, COUNTIES + 1)
    ]
    towns = [
        Region.objects.create(
            code=f"{c.code}{n:03d}",
            name=f"{c.name}第{n}镇",
            level="town",
            parent=c,
            path=f"{c.path}{c.code}{n:03d}/",
        )
        for c in counties
        for n in range(1, TOWNS + 1)
    ]
    units = Department.objects.bulk_create(
        [
            *(
                Department(name=f"云川市第{n}局", region=city, path=f"c{n}/", kind=KINDS[n % 2])
                for n in range(60)
            ),
            *(
                Department(name=f"{c}第{n}局", region=c, path=f"{c.code}{n}/", kind=KINDS[n % 2])
                for c in counties
                for n in range(24)
            ),
            *(Department(name=f"{t}人民政府", region=t, path=f"{t.code}/", kind="town") for t in towns),
        ]
    )
    DepartmentTrade.objects.bulk_create(
        [
            DepartmentTrade(department=unit, code=code)
            for unit in units
            if unit.kind != "town" and rng.random() < 0.7
            for code in rng.sample(SECTIONS, rng.choice((1, 1, 2)))
        ]
    )
    by_kind = {kind: [unit for unit in units if unit.kind == kind] for kind in (*KINDS, "town")}
    classes = [
        one for one, share in CLASSES.items() for _ in range(round(share * people / sum(CLASSES.values())))
    ]
    officials = Official.objects.bulk_create(
        [Official(username=f"p{n}", name=f"干部{n}", rank=rank) for n, (rank, _, _) in enumerate(classes)],
        batch_size=2000,
    )
    Posting.objects.bulk_create(
        [
            Posting(
                official=official,
                department=rng.choice(by_kind[kind]),
                is_chief=is_chief,
                role="official",
                reach="own",
                starts_on=date(2024, 1, 1),
            )
            for official, (_, is_chief, kind) in zip(officials, classes, strict=True)
        ],
        batch_size=2000,
    )
    version = load_preset(preset="p4", region=city, starts_on=date(2025, 1, 1), by=officials[0], at=NOW)
    programme = version.programme
    firms = Company.objects.bulk_create(
        [
            Company(
                uscc=f"91519900{n:010d}",
                name=f"云川企业{n}",
                region=rng.choice(towns),
                industry=rng.choices(SECTIONS, SHARES)[0],
                scale=rng.choices(("large", "medium", "small", "micro"), (1, 5, 40, 54))[0],
            )
            for n in range(companies)
        ],
        batch_size=2000,
    )
    works = Project.objects.bulk_create(
        [
            Project(company=firm, code=f"YC-{n}", name=f"项目{n}")
            for n, firm in enumerate(rng.sample(firms, projects))
        ],
        batch_size=2000,
    )
    common = {"programme": programme, "version": version, "starts_on": date(2025, 1, 1)}
    Enrolment.objects.bulk_create(
        [
            *(Enrolment(company=firm, **common) for firm in firms),
            *(Enrolment(company=work.company, project=work, **common) for work in works),
        ],
        batch_size=2000,
    )
    return version


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Do it, and say how long it took."""
    began = time.perf_counter()
    answer = act()
    print(f"  {what:<44}{time.perf_counter() - began:8.2f} s", flush=True)
    return answer


def memory() -> str:
    """The most memory this process has had."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def plan(version: Any, clerk: Any, **fields: Any) -> Any:
    """Ask for a draft and work it out, as the page and the worker do."""
    from companies import services

    proposal = services.start_proposal(
        role=version.team_roles.get(code="specialist"),
        region=version.programme.region,
        starts_on=DAY,
        by=clerk,
        at=NOW,
        **fields,
    )
    services.solve_proposal(proposal_id=proposal.pk, at=NOW)
    proposal.refresh_from_db()
    return proposal


def describe(proposal: Any) -> None:
    """The draft in figures, and what proves it."""
    covered, short = proposal.pairs.count(), sum(proposal.gaps.values_list("seats", flat=True))
    print(f"    covered {covered:,} of {proposal.seats:,}; no plan covers more than {proposal.bound:,}")
    print(f"    solver {proposal.solver_seconds:.2f} s of {proposal.seconds:.2f} s; short {short:,}")
    near = Counter(proposal.pairs.values_list("nearness", flat=True))
    trade, kept = proposal.pairs.filter(trade=True).count(), proposal.pairs.filter(is_kept=True).count()
    print(
        f"    town {near['town']:,}, county {near['county']:,}, city {near['city']:,};"
        f" trade {trade:,}; kept {kept:,}"
    )


def look(proposal: Any, clerk: Any) -> None:
    """Open the draft's pages as a browser does."""
    from django.test import Client
    from django.urls import reverse

    client = Client(headers={"host": "localhost"})
    client.force_login(clerk)
    enrolment = proposal.pairs.order_by("pk").values_list("enrolment", flat=True)[0]
    draft = reverse("companies:proposal", args=[proposal.pk])
    for what, address in (
        ("page of pairs", draft),
        ("page of pairs, searched", f"{draft}?q=企业123&near=county"),
        ("page of quotas", f"{draft}quotas/"),
        ("who else could take a company", f"{draft}companies/{enrolment}/"),
    ):
        client.get(address)  # templates are read once per process
        answer = timed(what, partial(client.get, address))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")

    def workbook() -> bytes:
        answer: Any = client.post(f"{draft}export/")
        return b"".join(answer.streaming_content)

    timed("workbook of all pairs", workbook)


def bare(proposal: Any) -> None:
    """The same arcs once more, with nothing around the solver."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    from companies.formula.proposal import propose
    from companies.services.proposals_input import load_world, weights_of

    world = timed("read the world from the database", lambda: load_world(proposal))
    wanted = [target for target in world.targets.values() if target.need]
    answer = timed(
        "network, sides and pairs, without database",
        lambda: propose(
            people=world.people.values(), targets=wanted, barred=world.barred, weights=weights_of(proposal)
        ),
    )
    network, figures = answer.network, answer.figures
    arrays = (
        np.array(network.tails, dtype=np.int32), np.array(network.heads, dtype=np.int32),
        np.array(network.caps, dtype=np.int64), np.array(network.costs, dtype=np.int64),
    )  # fmt: skip
    need = sum(target.need for target in network.targets)

    def solve() -> Any:
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(*arrays)
        solver.set_node_supply(0, need)
        solver.set_node_supply(network.sink, -need)
        solver.solve_max_flow_with_min_cost()
        return solver

    solver = timed(f"bare solver, {figures.arcs:,} arcs, {figures.nodes:,} nodes", solve)
    print(
        f"    its maximum flow {solver.maximum_flow():,}, ours {figures.covered:,};"
        f" solver calls {figures.rounds}"
    )
    print(f"    of ours: {', '.join(f'{name} {seconds:.2f} s' for name, seconds in figures.seconds.items())}")


def main() -> None:
    """Fill the city, time the four moves, then the bare solver."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="a tenth of the size")
    size = 10 if options.parse_args().small else 1
    django.setup()
    call_command("migrate", verbosity=0)
    from companies import services
    from liaison.models import Department, Official, Posting

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    version = timed("fill the city", lambda: raise_city(15_000 // size, 21_000 // size, 1_000 // size))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a server that runs has done by itself
    clerk = Official.objects.create(username="clerk", name="何主任")
    unit = Department.objects.filter(region=version.programme.region).earliest("pk")
    Posting.objects.create(
        official=clerk, department=unit, role="office", reach="region", starts_on=date(2024, 1, 1)
    )
    first = timed("a first plan, click to draft", lambda: plan(version, clerk))
    describe(first)
    print(f"    memory {memory()}")
    look(first, clerk)
    doing, conflicts = timed("preview of adopting", lambda: services.preview_adoption(proposal=first, on=DAY))
    print(f"    {doing.given:,} seats, {len(conflicts)} conflicts")
    timed("adopt", lambda: services.adopt_proposal(proposal=first, by=clerk, at=NOW))
    again = timed("everybody anew, click to draft", lambda: plan(version, clerk, only_uncovered=False))
    describe(again)
    print(f"    memory {memory()}")
    timed("take the first plan back", lambda: services.take_back_proposal(proposal=first, by=clerk, at=NOW))
    bare(first)
    print(f"  most memory {memory()}")


if __name__ == "__main__":
    main()
