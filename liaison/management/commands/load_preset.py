"""`manage.py load_preset p2 --region CODE`: a programme from a template, its first version published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison import services
from liaison.models import Region
from liaison.reports import presets


class Command(BaseCommand):
    help = "用模板建立包联方案"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("preset", help=f"模板代码：{'、'.join(preset.code for preset in presets())}")
        parser.add_argument("--region", required=True, help="区划代码")
        parser.add_argument("--starts-on", type=date.fromisoformat, help="起始日，默认今天")
        parser.add_argument("--code", default="", help="方案代码，默认同模板；一个模板用于几个区划时填写")
        parser.add_argument("--name", default="", help="方案名称，默认同模板")
        parser.add_argument("--draft", action="store_true", help="只建草稿，在页面上核对后发布")

    def handle(self, *args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有代码为 {options['region']} 的行政区划。")
        now = timezone.now()
        services.seed_calendar(years=range(2024, timezone.localdate().year + 2))
        try:
            version = services.load_preset(
                preset=options["preset"],
                region=region,
                starts_on=options["starts_on"] or timezone.localdate(),
                by=None,
                at=now,
                publish=not options["draft"],
                code=options["code"],
                name=options["name"],
            )
        except services.PresetRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{'已建立草稿' if options['draft'] else '已建立并发布'}：{version}")
