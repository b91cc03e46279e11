"""名册导入 in the browser: upload, map, check, confirm, result; bad files; who may."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from companies.models import Company
from liaison.choices import ImportState, Verdict
from liaison.imports import engine
from liaison.models import ImportRun, Official, OutboxMessage
from tests.factories import Cast, CompanyFactory, ImportRunFactory, PostingFactory, at, credit_code
from tests.imports.files import COMPANY_HEADINGS, check, confirm, csv_bytes, sheet_bytes, upload

ONE, TWO = credit_code(32_000_001), credit_code(32_000_002)
GOOD = sheet_bytes(COMPANY_HEADINGS, [["云川远帆有限公司", ONE, "临江区", "36(万)", "1980-04-01"]])
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "rosters"

ClientAs = Callable[[str | Official], Client]


def _send(
    client: Client, content: bytes, name: str = "名册.xlsx", kind: str = "companies", **fields: Any
) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("liaison:imports") + f"?kind={kind}", {"file": file, **fields})


def _checked(run: ImportRun) -> ImportRun:
    engine.check_import(run_id=run.pk, at=at(2026, 3, 2))
    run.refresh_from_db()
    return run


# --- the way through --------------------------------------------------------------------------


def test_from_the_file_to_the_result(client_as: ClientAs):
    client = client_as("roster")
    answer = _send(client, GOOD)
    run = ImportRun.objects.get()
    assert answer.url == reverse("liaison:import", args=[run.pk])
    assert OutboxMessage.objects.get().topic == "import.check"
    page = client.get(answer.url).content.decode()
    assert "已排队" in page
    assert reverse("liaison:import-progress", args=[run.pk]) in page

    _checked(run)
    page = client.get(answer.url).content.decode()
    assert "确认写入 1 行" in page
    assert "云川远帆有限公司" in page
    seen = {"sha256": run.sha256, "digest": run.digest}
    client.post(reverse("liaison:import-confirm", args=[run.pk]), seen)
    engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))
    assert Company.objects.filter(uscc=ONE).exists()
    assert "已导入" in client.get(answer.url).content.decode()


def test_the_mapping_step_takes_what_nobody_knows(client_as: ClientAs):
    client = client_as("roster")
    content = sheet_bytes(("全名", "代码", "县区"), [["云川远帆有限公司", ONE, "临江区"]])
    answer = _send(client, content)
    run = ImportRun.objects.get()
    assert answer.url == reverse("liaison:import-mapping", args=[run.pk])
    page = client.get(answer.url).content.decode()
    assert "全名（如 云川远帆有限公司）" in page

    twice = client.post(answer.url, {"name": "全名", "uscc": "全名"})
    assert twice.status_code == 422
    assert "一列只能用一次" in twice.content.decode()
    client.post(answer.url, {"name": "全名", "uscc": "代码", "region": "县区"})
    assert _checked(run).counts["new"] == 1


def test_progress_is_asked_for_until_the_check_is_done(client_as: ClientAs, roster: Official):
    client = client_as("roster")
    run = upload("companies", GOOD, roster)
    url = reverse("liaison:import-progress", args=[run.pk])
    waiting = client.get(url)
    assert f'hx-get="{url}"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    _checked(run)
    done = client.get(url)
    assert done["HX-Refresh"] == "true"
    assert "hx-get" not in done.content.decode()


def test_the_preview_is_filtered_searched_and_paged(client_as: ClientAs, roster: Official):
    rows = [[f"云川第{n}有限公司", credit_code(33_000_000 + n), "临江区", "", ""] for n in range(60)]
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, [*rows, ["坏", "1", "", "", ""]]), roster)
    client, url = client_as("roster"), reverse("liaison:import", args=[run.pk])
    assert len(client.get(url).context["rows"]) == 50
    assert len(client.get(url, {"page": 2}).context["rows"]) == 11
    assert [row["number"] for row in client.get(url, {"verdict": "error"}).context["rows"]] == [62]
    assert [row["number"] for row in client.get(url, {"q": "第59有限"}).context["rows"]] == [61]
    assert "清除筛选条件" in client.get(url, {"q": "没有这家"}).content.decode()


def test_the_result_gives_codes_as_text_and_the_lines_to_mend(client_as: ClientAs, roster: Official):
    rows = [["云川远帆有限公司", ONE, "临江区", "", ""], ["坏行有限公司", 9.16107e17, "", "", ""]]
    run = confirm(check("companies", sheet_bytes(COMPANY_HEADINGS, rows), roster), roster)
    client, url = client_as("roster"), reverse("liaison:import-result", args=[run.pk])

    def read(**query: str) -> list[list[Any]]:
        body = b"".join(client.get(url, query).streaming_content)
        return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()

    head, first, second = read()
    assert head == [*COMPANY_HEADINGS, "结论", "原因", "原行号"]
    assert first[1] == ONE
    assert (first[5], second[5]) == ("新增", "有误")
    assert "科学计数" in second[6]
    assert [line[0] for line in read(only="wrong")] == ["企业名称", "坏行有限公司"]


def test_the_lines_to_mend_can_be_uploaded_as_they_are(client_as: ClientAs, roster: Official):
    run = check(
        "companies", sheet_bytes(COMPANY_HEADINGS, [["坏行有限公司", "123", "临江区", "", ""]]), roster
    )
    answer = client_as("roster").get(reverse("liaison:import-result", args=[run.pk]), {"only": "wrong"})
    again = check("companies", b"".join(answer.streaming_content), roster)
    assert again.rows.get().verdict == Verdict.ERROR


@pytest.mark.parametrize("kind", ["companies", "departments", "officials", "assignments"])
def test_each_template_is_a_roster_of_its_kind(client_as: ClientAs, roster: Official, kind: str):
    answer = client_as("roster").get(reverse("liaison:import-template", args=[kind]))
    run = upload(kind, b"".join(answer.streaming_content), roster)
    assert run.state == ImportState.CHECKING


@pytest.mark.parametrize("kind", ["companies", "departments", "officials"])
def test_what_is_kept_can_be_downloaded_and_comes_back_unchanged(
    client_as: ClientAs, admin: Official, kind: str
):
    CompanyFactory(
        capital_wan="120.5", capital_currency="美元", staff_count=8, established_on=date(2012, 5, 18)
    )
    url = reverse("liaison:import-current", args=[kind])
    assert url in client_as("admin").get(reverse("liaison:imports") + f"?kind={kind}").content.decode()
    answer = client_as("admin").post(url)
    run = check(kind, b"".join(answer.streaming_content), admin)
    assert set(run.counts) == {"same", "noted"}
    assert run.counts["same"] > 1


def test_the_same_file_again_is_told(client_as: ClientAs, roster: Official):
    first = confirm(check("companies", GOOD, roster), roster)
    client = client_as("roster")
    _send(client, GOOD)
    second = _checked(ImportRun.objects.exclude(pk=first.pk).get())
    page = client.get(reverse("liaison:import", args=[second.pk])).content.decode()
    assert "这份文件上传过" in page
    assert f"与第 {first.pk} 次导入" in page
    assert "没有新增或变更的行" in page


def test_giving_up_writes_nothing(client_as: ClientAs, roster: Official):
    run = check("companies", GOOD, roster)
    client = client_as("roster")
    client.post(reverse("liaison:import-cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == ImportState.CANCELLED
    client.post(
        reverse("liaison:import-confirm", args=[run.pk]), {"sha256": run.sha256, "digest": run.digest}
    )
    engine.apply_import(run_id=run.pk, at=at(2026, 3, 2))
    assert not Company.objects.filter(uscc=ONE).exists()


# --- files that are none ----------------------------------------------------------------------


def _bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (400 * 2**20))
    return target.getvalue()


BAD_FILES = [
    pytest.param("照片.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "不是表格", id="picture"),
    pytest.param("说明.pdf", b"%PDF-1.7 ...", "不是表格", id="pdf"),
    pytest.param("名册.xlsx", GOOD[: len(GOOD) // 2], "损坏", id="broken"),
    pytest.param("名册.xlsx", (FIXTURES / "encrypted.xlsx").read_bytes(), "密码", id="encrypted"),
    pytest.param("名册.xlsx", b"", "空的", id="empty"),
    pytest.param("代码.csv", b"import os\nprint(1)\nx = 3\n", "没有", id="program"),
    pytest.param(
        "无表头.csv",
        csv_bytes(("云川远帆有限公司", ONE), [("云川清泉有限公司", TWO)]),
        "表头",
        id="no header",
    ),
    pytest.param("空表.csv", csv_bytes(COMPANY_HEADINGS, []), "没有数据", id="no rows"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD_FILES)
def test_a_bad_file_is_refused_in_words(client_as: ClientAs, name: str, content: bytes, words: str):
    answer = _send(client_as("roster"), content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_zip_bomb_is_refused_without_being_unpacked(client_as: ClientAs):
    answer = _send(client_as("roster"), _bomb())
    assert answer.status_code == 422
    assert "压缩炸弹" in answer.content.decode()


def test_too_large_an_upload_is_refused_and_the_page_goes_on(client_as: ClientAs):
    client = client_as("roster")
    answer = _send(client, b"PK" + b"0" * settings.UPLOAD_MAX_BYTES)
    assert answer.status_code == 413
    assert "超过 20 MB" in answer.content.decode()
    assert _send(client, GOOD).status_code == 302


def test_no_file_is_asked_for(client_as: ClientAs):
    answer = client_as("roster").post(reverse("liaison:imports"))
    assert answer.status_code == 422
    assert "请选择文件" in answer.content.decode()


@pytest.mark.parametrize("name", ["invented.xls", "invented.et"])
def test_old_workbooks_and_wps_are_read(client_as: ClientAs, name: str):
    answer = _send(client_as("roster"), (FIXTURES / name).read_bytes(), name)
    assert answer.status_code == 302


def test_a_file_spoilt_after_the_upload_stops_the_check(roster: Official):
    run = upload("companies", GOOD, roster)
    Path(run.file.path).write_bytes(b"something else")
    engine.check_import(run_id=run.pk, at=at(2026, 3, 2))
    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    assert "指纹" in run.message


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["official", "unit", "leader", "assessor"])
def test_others_are_refused(client_as: ClientAs, role: str):
    client = client_as(role)
    assert client.get(reverse("liaison:imports")).status_code == 403
    assert client.get(reverse("liaison:import-template", args=["companies"])).status_code == 403
    assert "名册导入" not in client.get("/").content.decode()


def test_the_office_imports_companies_and_seats_but_no_people(client_as: ClientAs, cast: Cast):
    client = client_as("office")
    assert client.get(reverse("liaison:imports")).status_code == 200
    assert client.get(reverse("liaison:imports") + "?kind=assignments").status_code == 200
    assert client.get(reverse("liaison:imports") + "?kind=officials").status_code == 403
    assert client.get(reverse("liaison:imports") + "?kind=nonsense").status_code == 404
    run = ImportRunFactory(kind="officials", region=cast.city, checked=True, digest="1" * 64)
    assert client.get(reverse("liaison:import", args=[run.pk])).status_code == 200
    assert client.post(reverse("liaison:import-cancel", args=[run.pk])).status_code == 403


def test_an_import_of_another_region_does_not_exist(client_as: ClientAs, cast: Cast, roster: Official):
    run = check("companies", GOOD, roster)
    local = PostingFactory(
        role="roster", department__name="云溪县名册办", department__region=cast.other_county
    )
    client = client_as(local.official)
    for name in ("import", "import-mapping", "import-progress", "import-result"):
        assert client.get(reverse(f"liaison:{name}", args=[run.pk])).status_code == 404
    assert client.post(reverse("liaison:import-confirm", args=[run.pk])).status_code == 404


# --- two people, and data that moves ------------------------------------------------------------


def test_a_second_confirmation_is_told_so(client_as: ClientAs, roster: Official):
    run = check("companies", GOOD, roster)
    seen = {"sha256": run.sha256, "digest": run.digest}
    url = reverse("liaison:import-confirm", args=[run.pk])
    client_as("roster").post(url, seen)
    answer = client_as("admin").post(url, seen, follow=True)
    assert "已经确认过" in answer.content.decode()
    assert OutboxMessage.objects.filter(topic="import.apply").count() == 1


def test_a_preview_that_was_checked_again_must_be_looked_at_again(client_as: ClientAs, roster: Official):
    run = check("companies", GOOD, roster)
    url = reverse("liaison:import-confirm", args=[run.pk])
    answer = client_as("roster").post(url, {"sha256": run.sha256, "digest": "0" * 64}, follow=True)
    assert "预览已经过时" in answer.content.decode()
    answer = client_as("roster").post(url, {"sha256": "0" * 64, "digest": run.digest}, follow=True)
    assert "不是这份文件" in answer.content.decode()
    answer = client_as("roster").post(url, {}, follow=True)
    assert "确认信息不完整" in answer.content.decode()


def test_data_that_changed_since_the_preview_is_not_overwritten(roster: Official, cast: Cast):
    company = CompanyFactory(uscc=ONE, region=cast.county, capital_wan=1)
    run = check("companies", GOOD, roster)
    Company.objects.filter(pk=company.pk).update(capital_wan=2)
    run = confirm(run, roster)

    assert run.state == ImportState.CHECKING
    assert "名录有了变化" in run.message
    company.refresh_from_db()
    assert company.capital_wan == 2
    run = _checked(run)
    assert run.rows.get().changes["注册资本"] == ["2 万元", "36 万元"]
    assert confirm(run, roster).state == ImportState.APPLIED
