"""Addresses of the companies' room."""

from django.urls import path

app_name = "companies"

urlpatterns: list[path] = []
