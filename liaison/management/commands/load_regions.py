"""`manage.py load_regions [FILE.csv]`: a city's regions; without a file, those that ship with the product."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison import services

SHIPPED = Path(__file__).resolve().parents[2] / "presets" / "regions.csv"
COLUMNS = {"code", "name", "level", "parent_code"}


class Command(BaseCommand):
    help = "载入行政区划（code,name,level,parent_code）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                if missing := COLUMNS - set(reader.fieldnames or ()):
                    raise CommandError(f"缺少列：{'、'.join(sorted(missing))}")
                written = services.load_regions(rows=list(reader), by=None, at=timezone.now())
        except OSError as problem:
            raise CommandError(f"读不了 {options['file']}：{problem.strerror}") from problem
        except (services.RegionsRefused, ValidationError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已载入 {written} 个行政区划")
