"""A field that takes several files at once and checks each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from liaison.choices import FileKind
from liaison.files import Checked, FileRefused, check_upload

# Named for the picker of the device: an iPhone then hands over its HEIC photos as JPEG.
ACCEPT = ",".join(f".{extension}" for kind in FileKind for extension in kind.extensions)
HELP = (
    "PDF、Word、Excel、PPT、OFD、图片和文本，可一次选多个，"
    f"合计不超过 {settings.UPLOAD_MAX_BYTES // 2**20} MB。照片里的拍摄地点会自动抹去。"
)
TOO_MUCH = f"一次上传的文件合计超过 {settings.UPLOAD_MAX_BYTES // 2**20} MB，没有上传完，请分几次上传。"

SEND_AGAIN = "选好的文件还没有上传。改好后请重新选择文件，再保存。"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Any]:
        """All files of this name; a plain mapping has at most one."""
        if hasattr(files, "getlist"):
            return list(files.getlist(name))
        return [files[name]] if name in files else []


class FilesField(forms.FileField):
    """Files as `Checked`; every one that is refused is named with its reason."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "附件")
        kwargs.setdefault("help_text", HELP)
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ACCEPT

    def clean(self, data: Any, initial: Any = None) -> list[Checked]:
        if self.required and not data:
            raise ValidationError("还没有选择文件。", code="required")
        checked, wrong = sort_out(data or [])
        if wrong:
            raise ValidationError(wrong)
        return checked


def sort_out(uploads: list[Any]) -> tuple[list[Checked], list[str]]:
    """Those that may be kept, and of each other one why not."""
    checked: list[Checked] = []
    wrong: list[str] = []
    for upload in uploads:
        try:
            checked.append(check_upload(upload))
        except FileRefused as refusal:
            wrong.append(str(refusal))
    return checked, wrong


class FilesForm(forms.Form):
    """Adding attachments to something that exists already: the good ones are kept, the others named."""

    use_required_attribute = False
    attached = FilesField(label="添加附件", required=False)
