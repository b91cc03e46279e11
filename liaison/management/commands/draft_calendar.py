"""`manage.py draft_calendar 2026`: a year that the package knows, as a draft to look at and apply by page."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison import services


class Command(BaseCommand):
    help = "用系统自带的资料拟定一年的放假安排（草稿），到“工作日历”页面看影响并应用"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="年份")
        parser.add_argument("--document", default="", help="公布文件的文号（系统不知道时必填）")
        parser.add_argument("--reason", default="", help="该年已公布时，更正的原因")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        notice = services.shipped_notice(year)
        if notice is None:
            raise CommandError(f"系统自带的资料里没有 {year} 年，请在“工作日历”页面粘贴通知录入。")
        try:
            change = services.draft_notice(
                year=year,
                holidays=notice.holidays,
                title=notice.title,
                document=options["document"] or notice.document,
                published_on=notice.published_on,
                reason=options["reason"],
                has_looked=True,
                by=None,
                at=timezone.now(),
            )
        except services.CalendarRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已拟定：{change}。请到“工作日历”页面看清会调整哪些期限后应用。")
