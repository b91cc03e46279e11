"""Addresses of the companies' room."""

from django.urls import path

from companies.views import companies, enrolments, visits

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
    path("enrolments/", enrolments.enrolments, name="enrolments"),
    path("enrolments/export/", enrolments.enrolments_export, name="enrolments-export"),
    path("enrolments/assign/", enrolments.enrolments_assign, name="enrolments-assign"),
    path("enrolments/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/end/", enrolments.enrolment_end, name="enrolment-end"),
    path("enrolments/<int:pk>/plan/", enrolments.plan_write, name="plan-write"),
    path("enrolments/<int:pk>/seats/<slug:code>/", enrolments.seat_assign, name="seat-assign"),
    path("enrolments/<int:pk>/vacate/<int:seat>/", enrolments.seat_vacate, name="seat-vacate"),
    path("visits/", visits.visits, name="visits"),
    path("visits/export/", visits.visits_export, name="visits-export"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
]
