"""Sign-in and password forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from liaison import services


class SignInForm(AuthenticationForm):
    """Name and password; a name that was tried too often rests first."""

    error_messages = {
        "invalid_login": "登录名或密码不正确。",
        "inactive": "该账户已停用，请联系本单位的系统管理员。",
    }

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["username"].label = "登录名"

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "")
        if services.is_resting(username=username, at=self.at):
            raise forms.ValidationError("连续输错次数过多，请 15 分钟后再试。")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            services.note_failed_sign_in(username=username, at=self.at)
            raise
        services.forget_failed_sign_ins(username=username)
        return cleaned


class PasswordForm(PasswordChangeForm):
    """The present password, then a new one twice."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "原密码不正确，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样，请重新输入。",
    }
