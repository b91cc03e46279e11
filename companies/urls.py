"""Addresses of the companies' room."""

from django.urls import path

from companies.views import (
    batches,
    companies,
    deputies,
    duties,
    enrolments,
    groups,
    proposal_pairs,
    proposals,
    visits,
)

app_name = "companies"
urlpatterns = [
    path("companies/", companies.companies, name="companies"),
    path("companies/mine/", companies.mine, name="mine"),
    path("companies/export/", companies.companies_export, name="companies-export"),
    path("companies/enrol/", companies.companies_enrol, name="companies-enrol"),
    path("companies/<str:uscc>/", companies.company, name="company"),
    path("companies/<str:uscc>/contacts/", companies.contact_add, name="contact-add"),
    path(
        "companies/<str:uscc>/contacts/<int:pk>/primary/", companies.contact_primary, name="contact-primary"
    ),
    path("companies/<str:uscc>/duties/new/", duties.duty_new, name="duty-new"),
    path("duties/<int:pk>/withdraw/", duties.duty_withdraw, name="duty-withdraw"),
    path("enrolments/", enrolments.enrolments, name="enrolments"),
    path("enrolments/export/", enrolments.enrolments_export, name="enrolments-export"),
    path("enrolments/assign/", enrolments.enrolments_assign, name="enrolments-assign"),
    path("enrolments/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/end/", enrolments.enrolment_end, name="enrolment-end"),
    path("enrolments/<int:pk>/plan/", enrolments.plan_write, name="plan-write"),
    path("enrolments/<int:pk>/seats/<slug:code>/", enrolments.seat_assign, name="seat-assign"),
    path("enrolments/<int:pk>/vacate/<int:seat>/", enrolments.seat_vacate, name="seat-vacate"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/new/", proposals.proposal_new, name="proposal-new"),
    path("proposals/compare/", proposals.proposal_compare, name="proposal-compare"),
    path("proposals/trades/", proposal_pairs.proposal_trades, name="proposal-trades"),
    path("proposals/trades/<int:pk>/", proposal_pairs.proposal_trade, name="proposal-trade"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("proposals/<int:pk>/gaps/", proposals.proposal_gaps, name="proposal-gaps"),
    path("proposals/<int:pk>/quotas/", proposals.proposal_quotas, name="proposal-quotas"),
    path("proposals/<int:pk>/progress/", proposals.proposal_progress, name="proposal-progress"),
    path("proposals/<int:pk>/again/", proposals.proposal_again, name="proposal-again"),
    path("proposals/<int:pk>/drop/", proposals.proposal_drop, name="proposal-drop"),
    path("proposals/<int:pk>/adopt/", proposals.proposal_adopt, name="proposal-adopt"),
    path("proposals/<int:pk>/take-back/", proposals.proposal_take_back, name="proposal-take-back"),
    path("proposals/<int:pk>/export/", proposals.proposal_export, name="proposal-export"),
    path("proposals/<int:pk>/fix/", proposal_pairs.proposal_fix, name="proposal-fix"),
    path(
        "proposals/<int:pk>/companies/<int:enrolment>/",
        proposal_pairs.proposal_change,
        name="proposal-change",
    ),
    path(
        "proposals/<int:pk>/companies/<int:enrolment>/row/", proposal_pairs.proposal_row, name="proposal-row"
    ),
    path("batches/<slug:code>/", batches.batches, name="batches"),
    path("batches/<slug:code>/open/", batches.batch_open, name="batch-open"),
    path("batches/<slug:code>/<int:number>/", batches.batch, name="batch"),
    path("batches/<slug:code>/<int:number>/close/", batches.batch_close, name="batch-close"),
    path("batches/<slug:code>/<int:number>/export/", batches.batch_export, name="batch-export"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("deputies/<int:pk>/end/", deputies.deputy_end, name="deputy-end"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_new, name="group-new"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/members/", groups.member_add, name="group-member-add"),
    path("groups/<int:pk>/members/<int:member>/end/", groups.member_end, name="group-member-end"),
    path("groups/<int:pk>/dissolve/", groups.group_dissolve, name="group-dissolve"),
    path("visits/", visits.visits, name="visits"),
    path("visits/export/", visits.visits_export, name="visits-export"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
]
