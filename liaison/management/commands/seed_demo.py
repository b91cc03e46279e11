"""`manage.py seed_demo`: the invented city. The one command that calls the top floor, and only calls it."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison import demo


class Command(BaseCommand):
    help = "在空库中生成虚构的演示城市云川市，并列出每种角色的演示账户。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="只列出演示账户")
        parser.add_argument("--scale", type=float, default=1.0, help="规模，1 为全量（默认），测试用 0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["sign_ins"]:
            started = time.monotonic()
            try:
                demo.seed_city(at=timezone.now(), scale=options["scale"], say=self._say)
            except demo.AlreadySeeded as news:
                self._say(str(news))
            except demo.NotEmpty as refusal:
                raise CommandError(str(refusal)) from None
            else:
                seconds = time.monotonic() - started
                self._say(f"演示城市已生成（{seconds:.0f} 秒）；演示账户见 seed_demo --sign-ins。")
            return
        self._say(f"演示账户（密码都是 {demo.PASSWORD}）：")
        for username, name, role, purpose in demo.SIGN_INS:
            self._say(f"  {username:<9} {name}（{role}）：{purpose}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
