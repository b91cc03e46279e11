"""What a password must not be, said to the user as politely as everything else (您)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation as django


class LongEnough(django.MinimumLengthValidator):
    """At least `min_length` characters."""

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 个字符。"

    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"


class UnlikeThePerson(django.UserAttributeSimilarityValidator):
    """Not the person's own name, sign-in name or phone number with a digit more or less."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"user_attributes": ("username", "name", "pinyin", "phone"), **options})

    def get_help_text(self) -> str:
        return "不能与您的登录名、姓名或手机号相近。"

    def get_error_message(self) -> str:
        return "密码与您的%(verbose_name)s太相近，请换一个。"


class Uncommon(django.CommonPasswordValidator):
    """None of the passwords that are tried first."""

    def get_help_text(self) -> str:
        return "不能是常见的密码。"

    def get_error_message(self) -> str:
        return "这是常见的密码，容易被猜到，请换一个。"


class NotOnlyDigits(django.NumericPasswordValidator):
    """Not a number."""

    def get_help_text(self) -> str:
        return "不能全是数字。"

    def get_error_message(self) -> str:
        return "密码不能全是数字。"
