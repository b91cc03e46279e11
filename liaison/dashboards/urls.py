"""Addresses of the front door. Names without a namespace: every room may lead home."""

from django.urls import path

from liaison.dashboards.views import dashboard, health, home, search

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("search/", search.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
]
