"""`manage.py import_roster companies FILE [--commit]`: the check and the write of the browser's wizard."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from liaison.choices import ImportState, RegionLevel, SystemRole, Verdict
from liaison.imports import engine
from liaison.imports.columns import suggest_mapping
from liaison.imports.rosters import Roster, roster_of, rosters
from liaison.models import ImportRun, Official, Region
from liaison.services import imports as runs
from liaison.spreadsheets import UnreadableFile

SHOWN_ERRORS = 20


class Command(BaseCommand):
    help = "检查（加 --commit 则写入）一份名册，逐结论列出行数。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Kind and file; who for; whether to write."""
        parser.add_argument("kind", choices=[roster.code for roster in rosters()], help="名册种类")
        parser.add_argument("file", type=Path, help="xlsx、xls、et、ods 或 csv 文件")
        parser.add_argument("--commit", action="store_true", help="检查后写入；不加则什么也不写")
        parser.add_argument("--region", help="区划代码；只有一个市时可省略")
        parser.add_argument("--programme", help="方案代码（包联关系、纳入包联、工作组名单必填）")
        parser.add_argument("--by", help="以谁的名义导入（登录名）；默认为该区划的名册管理员")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and write when told to."""
        at = timezone.now()
        roster = roster_of(options["kind"])
        region = self._region(options["region"])
        by = self._official(options["by"], roster, region, at)
        if options["commit"]:
            run = self._check(roster, region, by, options)
            self._commit(run, by)
            return
        with transaction.atomic():  # a trial: everything, the trail's lines too, is taken back
            run = self._check(roster, region, by, options)
            transaction.set_rollback(True)
        run.file.storage.delete(str(run.file.name))
        self.stdout.write("未加 --commit：没有写入任何内容。")

    def _check(self, roster: Roster, region: Region, by: Official, options: dict[str, Any]) -> ImportRun:
        run = self._start(roster, region, by, timezone.now(), options)
        state = engine.check_import(run_id=run.pk, at=timezone.now())
        run.refresh_from_db()
        if state != ImportState.CHECKED:
            raise CommandError(run.message)
        self._print(run, roster)
        return run

    def _start(
        self, roster: Roster, region: Region, by: Official, at: Any, options: dict[str, Any]
    ) -> ImportRun:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        try:
            sheet = engine.open_sheet(path, roster)
        except UnreadableFile as problem:
            raise CommandError(str(problem)) from None
        mapping, _ = suggest_mapping(roster.columns, sheet.headings)
        if missing := roster.missing(mapping):
            raise CommandError(
                f"缺少列：{'、'.join(missing)}。表头有：{'、'.join(filter(None, sheet.headings))}"
            )
        with path.open("rb") as file:
            return runs.start_import(
                kind=roster.code,
                region=region,
                file=File(file),
                file_name=path.name,
                sha256=engine.file_sha256(path),
                headings=sheet.headings,
                mapping=mapping,
                rows_total=sheet.total,
                options=self._options(roster, by, at, options),
                is_mapped=True,
                announced=False,
                by=by,
                at=at,
            )

    def _options(self, roster: Roster, by: Official, at: Any, options: dict[str, Any]) -> dict[str, Any]:
        if roster.options_form is None:
            return {}
        form = roster.options_form(by, {"programme": options["programme"] or "", "enrol": "on"})
        if not form.is_valid():
            reasons = [
                f"{form.fields[name].label}：{' '.join(map(str, errors))}"
                for name, errors in form.errors.items()
            ]
            raise CommandError("；".join(reasons) + "（用 --programme 指明方案代码）")
        return form.as_options()

    def _region(self, code: str | None) -> Region:
        if code:
            region = Region.objects.filter(code=code).first()
            if region is None:
                raise CommandError(f"没有代码为 {code} 的区划。")
            return region
        cities = list(Region.objects.filter(level=RegionLevel.CITY).order_by("code")[:2])
        if len(cities) != 1:
            raise CommandError("请用 --region 指明区划代码。" if cities else "还没有区划，请先建立区划。")
        return cities[0]

    def _official(self, username: str | None, roster: Roster, region: Region, at: Any) -> Official:
        today = timezone.localtime(at).date()
        if username:
            official = Official.objects.filter(username=username, is_active=True).first()
            if official is None:
                raise CommandError(f"没有登录名为 {username} 的干部。")
            return official.on_duty(today)
        roles = (SystemRole.ROSTER, SystemRole.ADMIN)
        staff = Official.objects.filter(is_active=True, postings__role__in=roles)
        for official in staff.distinct().order_by("pk"):
            if any(
                posting.role in roles and region.path.startswith(posting.department.region.path)
                for posting in official.on_duty(today).access.postings
            ):
                return official
        superuser = Official.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if superuser is None:
            raise CommandError(f"{region} 没有名册管理员，请用 --by 指明以谁的名义导入。")
        return superuser.on_duty(today)

    def _print(self, run: ImportRun, roster: Roster) -> None:
        self.stdout.write(f"{roster.name} {run.file_name}：共 {run.rows_total} 行")
        for verdict in Verdict:
            self.stdout.write(f"  {verdict.label}  {run.counts.get(verdict, 0)}")
        wrong = run.rows.filter(verdict=Verdict.ERROR).order_by("number")
        for row in wrong[:SHOWN_ERRORS]:
            reasons = "；".join(f"{name}：{why}" if name else why for name, why in row.errors.items())
            self.stdout.write(f"  第 {row.number} 行 {row.label} {reasons}")
        if run.counts.get(Verdict.ERROR, 0) > SHOWN_ERRORS:
            self.stdout.write(f"  …… 只列出前 {SHOWN_ERRORS} 行有误的")

    def _commit(self, run: ImportRun, by: Official) -> None:
        fresh = run.counts.get(Verdict.NEW, 0) + run.counts.get(Verdict.CHANGED, 0)
        if not fresh:
            runs.cancel_import(run=run, by=by, at=timezone.now())
            self.stdout.write("没有需要写入的行。")
            return
        at = timezone.now()
        try:
            runs.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=by, at=at, announced=False)
        except runs.ImportRefused as refusal:
            raise CommandError(str(refusal)) from None
        if engine.apply_import(run_id=run.pk, at=timezone.now()) != ImportState.APPLIED:
            run.refresh_from_db()
            raise CommandError(run.message)
        self.stdout.write(f"已写入 {fresh} 行（第 {run.pk} 次导入）。")
