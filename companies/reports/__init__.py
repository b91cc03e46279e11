"""Figures of the companies' room, a module per noun."""

from companies.reports.teams import (
    RankLoad,
    Seat,
    SeatCoverage,
    Served,
    Team,
    count_companies,
    count_contacted,
    counting_modes,
    load_by_rank,
    loads_of,
    seat_coverage,
    served_companies,
    teams_of,
    with_contacts,
)

__all__ = [
    "RankLoad",
    "Seat",
    "SeatCoverage",
    "Served",
    "Team",
    "count_companies",
    "count_contacted",
    "counting_modes",
    "load_by_rank",
    "loads_of",
    "seat_coverage",
    "served_companies",
    "teams_of",
    "with_contacts",
]
