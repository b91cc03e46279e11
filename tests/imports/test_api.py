"""`/api/v1/imports/`: the same doors, for scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from companies.models import Company
from liaison.imports import engine
from liaison.models import ImportRun, Official
from tests.factories import Cast, PostingFactory, at, credit_code
from tests.imports.files import COMPANY_HEADINGS, check, sheet_bytes

URL = "/api/v1/imports/"
CODE = credit_code(34_000_001)
GOOD = sheet_bytes(COMPANY_HEADINGS, [["云川远帆有限公司", CODE, "临江区", "", ""], ["坏", "1", "", "", ""]])

ApiAs = Callable[[str | Official], APIClient]


def _send(client: APIClient, content: bytes = GOOD, **fields: Any) -> Any:
    file = SimpleUploadedFile("名册.xlsx", content)
    return client.post(URL, {"file": file, "kind": "companies"} | fields, format="multipart")


def test_a_script_uploads_follows_and_confirms(api_as: ApiAs):
    client = api_as("roster")
    answer = _send(client)
    assert answer.status_code == 201
    run = f"{URL}{answer.data['id']}/"
    assert answer.data["state"] == "checking"

    engine.check_import(run_id=answer.data["id"], at=at(2026, 3, 2))
    seen = client.get(run).data
    assert seen["counts"] == {"new": 1, "error": 1, "noted": 0}
    wrong = client.get(f"{run}rows/", {"verdict": "error"}).data["results"]
    assert [row["number"] for row in wrong] == [3]

    stale = client.post(f"{run}confirm/", {"sha256": seen["sha256"], "digest": "0" * 64})
    assert (stale.status_code, "过时" in stale.data["detail"]) == (409, True)
    done = client.post(f"{run}confirm/", {"sha256": seen["sha256"], "digest": seen["digest"]})
    assert done.data["state"] == "applying"
    engine.apply_import(run_id=answer.data["id"], at=at(2026, 3, 2))
    assert client.get(run).data["state"] == "applied"
    assert Company.objects.filter(uscc=CODE).exists()


def test_a_script_says_which_column_is_which(api_as: ApiAs):
    client = api_as("roster")
    answer = _send(client, sheet_bytes(("全名", "代码"), [["云川远帆有限公司", CODE]]))
    assert answer.data["state"] == "uploaded"
    url = f"{URL}{answer.data['id']}/mapping/"
    for wrong in ({"name": "全名"}, {"name": "没有"}, {"nothing": "全名"}, {"name": "全名", "uscc": "全名"}):
        assert client.post(url, {"mapping": wrong}, format="json").status_code == 400
    right = {"mapping": {"name": "全名", "uscc": "代码"}}
    assert client.post(url, right, format="json").data["state"] == "checking"


def test_bad_requests_are_answered_in_chinese(api_as: ApiAs):
    client = api_as("roster")
    assert "不是表格" in str(_send(client, b"%PDF-1.7").data)
    assert "名册种类" in str(_send(client, kind="zoo").data)
    assert _send(client, kind="assignments").status_code == 400
    large = _send(client, b"PK" + b"0" * settings.UPLOAD_MAX_BYTES)
    assert (large.status_code, "20 MB" in large.data["detail"]) == (413, True)
    assert not ImportRun.objects.exists()


def test_scope_and_roles(api_as: ApiAs, cast: Cast, roster: Official):
    run = check("companies", GOOD, roster)
    assert api_as("official").get(URL).status_code == 403
    assert APIClient().get(URL).status_code == 401
    local = PostingFactory(
        role="roster", department__name="云溪县名册办", department__region=cast.other_county
    )
    client = api_as(local.official)
    assert client.get(URL).data["count"] == 0
    assert client.get(f"{URL}{run.pk}/").status_code == 404
    assert _send(api_as("office"), kind="officials").status_code == 403
    assert api_as("office").post(f"{URL}{run.pk}/cancel/").data["state"] == "cancelled"
