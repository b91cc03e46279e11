"""`manage.py load_preset p2 --region CODE`: a programme from a preset, its first version published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison import services
from liaison.models import Region


class Command(BaseCommand):
    help = "用模板建立包联方案"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("preset", help="模板代码，如 p2")
        parser.add_argument("--region", required=True, help="区划代码")
        parser.add_argument("--starts-on", type=date.fromisoformat, help="起始日，默认今天")

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
            )
        except services.PresetRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已建立并发布：{version}")
