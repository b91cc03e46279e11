"""Fixtures that every test may use. What makes the tests strict is in tests/strictness/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

# Before any page is rendered: no collected static files, fast hashes, one Valkey database per worker.
settings.STORAGES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
# A browser keeps its line to the live server open; the database behind it must not stay open with it.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0

pytest_plugins = [
    "tests.strictness.database",
    "tests.strictness.pages",
    "tests.strictness.worker",
]

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Playwright
    from rest_framework.test import APIClient

    from companies.models import Company, Enrolment
    from liaison.models import Official, ProgrammeVersion
    from tests.factories import Cast

ClientAs = Callable[["str | Official"], "Client"]


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """While its event loop runs, Django keeps a second connection; it is given back before the loop ends."""
    from django.db import connections

    yield playwright
    connections.close_all()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-query-counts",
        action="store_true",
        help="write lower numbers of queries per page into tests/query_counts.json",
    )


@pytest.fixture
def cast() -> Cast:
    """云川市: its units, one person per role, two companies with full teams, P2 and calendar in force."""
    from tests.factories import raise_city

    return raise_city()


@pytest.fixture
def office(cast: Cast) -> Official:
    """协调办公室, the whole city."""
    return cast.office


@pytest.fixture
def official(cast: Cast) -> Official:
    """包抓干部 of `company`."""
    return cast.official


@pytest.fixture
def stranger(cast: Cast) -> Official:
    """包抓干部 of another company, in another county."""
    return cast.stranger


@pytest.fixture
def unit(cast: Cast) -> Official:
    """单位联络员 of 市自然资源局, to which tickets are dispatched."""
    return cast.unit


@pytest.fixture
def other_unit(cast: Cast) -> Official:
    """单位联络员 of a unit that has nothing to do with it."""
    return cast.other_unit


@pytest.fixture
def leader(cast: Cast) -> Official:
    return cast.leader


@pytest.fixture
def roster(cast: Cast) -> Official:
    return cast.roster


@pytest.fixture
def assessor(cast: Cast) -> Official:
    return cast.assessor


@pytest.fixture
def admin(cast: Cast) -> Official:
    return cast.admin


@pytest.fixture
def version(cast: Cast) -> ProgrammeVersion:
    """P2 as published."""
    return cast.version


@pytest.fixture
def company(cast: Cast) -> Company:
    return cast.company


@pytest.fixture
def enrolment(cast: Cast) -> Enrolment:
    """The company's place in P2."""
    return cast.enrolment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """What pages and tasks read as now: `clock(at(2026, 4, 2))`. Services are handed their moment anyway."""

    def show(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return show


@pytest.fixture
def client_as(cast: Cast) -> ClientAs:
    """A signed-in browser: `client_as("office")` or `client_as(official)`."""
    from django.test import Client

    def sign_in(who: str | Official) -> Client:
        client = Client()
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return sign_in


@pytest.fixture
def api_as(cast: Cast) -> Callable[[str | Official], APIClient]:
    """A script with a token: `api_as("office").get("/api/v1/tickets/")`."""
    from knox.models import AuthToken
    from rest_framework.test import APIClient

    def with_token(who: str | Official) -> APIClient:
        _, token = AuthToken.objects.create(cast[who] if isinstance(who, str) else who)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return with_token
