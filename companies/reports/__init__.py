"""Figures of the companies' room, a module per noun."""

from companies.reports.batches import (
    BatchFigures,
    Turn,
    batch_figures,
    open_industries,
    phases_of,
    phases_on,
    rotation,
    seats_of_batch,
    words_of_sections,
)
from companies.reports.contacts import counting_modes, visits_reached, with_contacts
from companies.reports.groups import GroupNeed, group_needs, seats_of_group, with_figures
from companies.reports.plans import (
    MeasureState,
    PlanState,
    in_charge_choices,
    measure_states,
    plans_of,
    yellow_days,
)
from companies.reports.teams import (
    Seat,
    SeatCoverage,
    Served,
    Team,
    count_companies,
    seat_coverage,
    served_companies,
    teams_of,
)

__all__ = [
    "BatchFigures",
    "GroupNeed",
    "MeasureState",
    "PlanState",
    "Seat",
    "SeatCoverage",
    "Served",
    "Team",
    "Turn",
    "batch_figures",
    "count_companies",
    "counting_modes",
    "group_needs",
    "in_charge_choices",
    "measure_states",
    "open_industries",
    "phases_of",
    "phases_on",
    "plans_of",
    "rotation",
    "seat_coverage",
    "seats_of_batch",
    "seats_of_group",
    "served_companies",
    "teams_of",
    "visits_reached",
    "with_contacts",
    "with_figures",
    "words_of_sections",
    "yellow_days",
]
