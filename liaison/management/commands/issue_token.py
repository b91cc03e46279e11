"""`manage.py issue_token USERNAME`: an API token for scripts, shown once and stored only as a hash."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import AuthToken

from liaison.models import Official


class Command(BaseCommand):
    help = "发放 API 令牌（只显示一次）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="登录名")
        parser.add_argument("--days", type=int, default=365, help="有效天数，默认 365")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("有效天数至少为 1。")
        official = Official.objects.filter(username=options["username"], is_active=True).first()
        if official is None:
            raise CommandError(f"没有登录名为“{options['username']}”的在用账户。")
        _, token = AuthToken.objects.create(user=official, expiry=timedelta(days=options["days"]))
        self.stdout.write(token)
