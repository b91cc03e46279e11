"""Addresses of the assessment room."""

from django.urls import path

app_name = "assessment"

urlpatterns: list[path] = []
