"""What the reverse proxy asks."""

from __future__ import annotations

from unittest import mock

from django.db import OperationalError
from django.urls import reverse


def test_answers_without_an_account(client):
    response = client.get(reverse("healthz"))
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": True, "broker": True}


def test_serves_on_while_the_broker_is_down(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey"
    response = client.get(reverse("healthz"))
    assert response.status_code == 200
    assert response.json()["broker"] is False


def test_is_down_when_the_database_is(client):
    with mock.patch("liaison.dashboards.views.health.connection.cursor", side_effect=OperationalError):
        response = client.get(reverse("healthz"))
    assert response.status_code == 503
    assert response.json()["status"] == "down"
