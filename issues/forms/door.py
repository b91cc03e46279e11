"""The company's own forms: filing, adding a word, taking back, bringing back."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from issues.models import Category, Ticket
from issues.services import Filed
from liaison import normalise
from liaison.forms.files import FilesField

NEW = "new"
TRAP = "website"  # a field that people do not see and machines fill in


class CompanyForm(forms.Form):
    """Base: plain Chinese where something is missing."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"


class OnceForm(CompanyForm):
    """Base: sent once, whatever is clicked, by the sending page's own id."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_client_id(self) -> uuid.UUID:
        """The page's own id; whoever sends none gets one from us."""
        return self.cleaned_data["client_id"] or uuid.uuid4()


class FilingForm(OnceForm):
    """提交问题: one sentence is enough; the rest helps."""

    title = forms.CharField(
        label="遇到了什么问题",
        max_length=80,
        min_length=4,
        widget=forms.TextInput(attrs={"placeholder": "一句话，如：变压器扩容迟迟不批"}),
        error_messages={"min_length": "请写成一句话，至少 4 个字。"},
    )
    description = forms.CharField(
        label="具体情况",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "什么时候开始的，影响多大，找过谁"}),
    )
    wish = forms.CharField(
        label="希望怎么解决", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    category = forms.ModelChoiceField(
        label="属于哪一类",
        required=False,
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        empty_label="不确定，由工作人员判断",
    )
    attached = FilesField(label="照片或文件", required=False)
    name = forms.CharField(
        label="联系人姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label="联系电话",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text="只给为您办理的工作人员看。",
    )
    website = forms.CharField(required=False, label="请留空")
    onto = forms.CharField(required=False, max_length=20)

    def clean_phone(self) -> str:
        """A number that can be called."""
        try:
            return normalise.any_phone(self.cleaned_data["phone"])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def clean(self) -> dict[str, Any]:
        """What only a machine fills in."""
        values: dict[str, Any] = super().clean() or {}
        if values.get(TRAP):
            raise forms.ValidationError("没有提交：表单里有一项应当留空，请刷新本页后重新填写。")
        return values

    def filed(self) -> Filed:
        """What the service takes."""
        values = self.cleaned_data
        return Filed(
            title=values["title"],
            description=values["description"],
            wish=values["wish"],
            category=values["category"],
            name=values["name"],
            phone=values["phone"],
            files=values["attached"],
        )


class SayForm(OnceForm):
    """补充: a word and files on a problem."""

    words = forms.CharField(
        label="补充或询问",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "补充情况，或问一问进展"}),
    )
    attached = FilesField(label="照片或文件", required=False)

    def clean(self) -> dict[str, Any]:
        """Words or files, one of them."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not values.get("words", "").strip() and not values.get("attached"):
            self.add_error("words", "请写几句话，或选择要发送的文件。")
        return values


class TalkForm(SayForm):
    """沟通: what an official says on a problem; internal unless the company is to see it."""

    words = forms.CharField(
        label="内容", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    attached = FilesField(label="附件", required=False)
    to = forms.ChoiceField(
        label="谁能看到",
        choices=[("internal", "内部，企业看不到"), ("company", "企业可见")],
        widget=forms.RadioSelect,
        initial="internal",
    )


class WithdrawForm(CompanyForm):
    note = forms.CharField(label="撤回的原因", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class YesForm(CompanyForm):
    """The company's answer to a request to withdraw; it may say why."""

    note = forms.CharField(
        label="想说的话（可不填）", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class AgainForm(CompanyForm):
    note = forms.CharField(
        label="哪里没有解决，或有什么新情况", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def onto_choices(alike: list[Ticket]) -> set[str]:
    """What may be answered to the question whether it is the same thing."""
    return {NEW, *(one.number for one in alike)}
