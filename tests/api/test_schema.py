"""The API's schema: complete, without a warning, and changed only on purpose."""

from io import StringIO

import pytest
from django.core.management import call_command
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

NOUNS = [
    *("regions", "departments", "officials", "programmes", "companies", "projects"),
    *("batches", "phases", "coverage", "loads", "duties", "duty-ledger", "groups", "deputies", "recusals"),
    *("assignments", "visits", "tickets", "imports", "scores", "bulletins"),
]


class SchemaFile(SingleFileSnapshotExtension):
    """The schema as one readable file beside the tests."""

    _write_mode = WriteMode.TEXT
    file_extension = "yml"


@pytest.fixture(scope="module")
def schema() -> str:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return out.getvalue()


def test_stands_as_it_was_agreed(schema, snapshot):
    """After a wanted change: `make test ARGS="tests/api --snapshot-update"`."""
    assert schema == snapshot(extension_class=SchemaFile)


def test_names_every_noun_and_every_move(schema):
    for noun in NOUNS:
        assert f"/api/v1/{noun}/" in schema
    assert "/api/v1/tickets/{number}/moves/{move}/" in schema


@pytest.mark.parametrize("noun", NOUNS)
def test_every_list_answers_whoever_may_and_nobody_without_signing_in(noun, cast, api_as, client):
    assert client.get(f"/api/v1/{noun}/").status_code == 401
    assert api_as("office").get(f"/api/v1/{noun}/").status_code == 200
