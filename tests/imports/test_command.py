"""`manage.py import_roster`: the wizard without a browser."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from companies.models import Assignment, Company
from liaison.models import AuditEvent, ImportRow, ImportRun, Official
from tests.factories import Cast, CompanyFactory, credit_code
from tests.imports.files import COMPANY_HEADINGS, csv_bytes, saved

ONE = credit_code(35_000_001)
ROWS = [["云川远帆有限公司", ONE, "临江区", "", ""], ["坏", "1", "", "", ""]]


def _run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_roster", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_without_commit_counts_are_printed_and_nothing_is_kept(cast: Cast, tmp_path: Path):
    before = AuditEvent.objects.count()
    out = _run("companies", saved(tmp_path, csv_bytes(COMPANY_HEADINGS, ROWS), "名册.csv"))

    assert "共 2 行" in out
    assert "新增  1" in out
    assert "有误  1" in out
    assert "第 3 行" in out
    assert not Company.objects.filter(uscc=ONE).exists()
    assert not ImportRun.objects.exists()
    assert not ImportRow.objects.exists()
    assert AuditEvent.objects.count() == before


def test_with_commit_the_rows_are_written(cast: Cast, roster: Official, tmp_path: Path):
    path = saved(tmp_path, csv_bytes(COMPANY_HEADINGS, ROWS), "名册.csv")
    assert "已写入 1 行" in _run("companies", path, "--commit")
    assert Company.objects.filter(uscc=ONE).exists()
    assert ImportRun.objects.get().applied_by == roster
    assert "没有需要写入的行" in _run("companies", path, "--commit")


def test_seats_need_a_programme(cast: Cast, tmp_path: Path):
    company = CompanyFactory(region=cast.county)
    content = csv_bytes(("统一社会信用代码", "席位", "单位"), [[company.uscc, "牵头单位", cast.land.name]])
    path = saved(tmp_path, content, "包联.csv")
    with pytest.raises(CommandError, match="--programme"):
        _run("assignments", path)
    _run("assignments", path, "--programme", "p2", "--commit", "--by", "office")
    assert Assignment.objects.filter(enrolment__company=company).count() == 1


def test_says_what_is_missing(cast: Cast, tmp_path: Path):
    path = saved(tmp_path, csv_bytes(("企业名称", "备注"), [["甲", "乙"]]), "名册.csv")
    with pytest.raises(CommandError, match="缺少列：统一社会信用代码"):
        _run("companies", path)
    with pytest.raises(CommandError, match="没有这个文件"):
        _run("companies", tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match="没有代码为"):
        _run("companies", path, "--region", "999999")
    with pytest.raises(CommandError, match="不是表格"):
        _run("companies", saved(tmp_path, b"%PDF-1.7", "x.csv"))
