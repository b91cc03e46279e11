"""Forms of the import wizard: the file and its choices, the columns, the confirmation."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from liaison.forms.selects import SettledSelect
from liaison.imports import engine
from liaison.imports.columns import Column, suggest_mapping
from liaison.imports.rosters import Roster
from liaison.models import Official, Region
from liaison.perms import regions_for
from liaison.spreadsheets import Sheet, UnreadableFile

ACCEPT = ".xlsx,.xls,.et,.ods,.csv,.txt"
MEGABYTES = settings.UPLOAD_MAX_BYTES // 2**20
TOO_LARGE = f"文件超过 {MEGABYTES} MB，没有上传。请删去图片和多余的工作表，或拆分后分次上传。"


class UploadForm(forms.Form):
    """A roster's file, checked for being one: type by content, size, header row."""

    region = forms.ModelChoiceField(
        Region.objects.none(),
        label="导入到",
        to_field_name="code",
        empty_label=None,
        widget=SettledSelect,
        help_text="名册里的企业和单位须在这个区划内。",
    )
    file = forms.FileField(
        label="名册文件",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=f"Excel、WPS 表格或 CSV，最大 {MEGABYTES} MB。",
        error_messages={"required": "请选择文件。", "empty": "文件是空的（0 字节），请重新选择文件。"},
    )

    def __init__(
        self, roster: Roster, official: Official, *args: Any, too_large: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roster = roster
        self.too_large = too_large
        self.regions = regions_for(official, roster.capability)
        field: forms.ModelChoiceField[Region] = self.fields["region"]  # type: ignore[assignment]
        field.queryset = Region.objects.filter(pk__in=[region.pk for region in self.regions]).order_by("path")
        if len(self.regions) == 1:
            field.required, field.widget = False, forms.HiddenInput()
        if self.regions:
            field.initial = self.regions[0].code
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE
        self.sheet: Sheet
        self.sha256 = ""

    def clean_region(self) -> Region:
        """The only region one has, or the one chosen."""
        chosen: Region | None = self.cleaned_data["region"]
        if chosen is None and not self.regions:
            raise forms.ValidationError("您没有可以导入的区划。")
        return chosen or self.regions[0]

    def clean_file(self) -> UploadedFile[Any]:
        """A readable sheet with a header row; its fingerprint is taken on the way."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            with on_disk(file) as path:
                self.sheet = engine.open_sheet(path, self.roster)
                self.sha256 = engine.file_sha256(path)
                engine.refuse_strange_text(path, self.sheet, self.roster)
        except UnreadableFile as problem:
            raise forms.ValidationError(str(problem)) from None
        return file

    def mapping(self) -> tuple[dict[str, str], bool]:
        """The suggested columns, and whether somebody must look at them."""
        mapping, doubtful = suggest_mapping(self.roster.columns, self.sheet.headings)
        return mapping, doubtful or bool(self.roster.missing(mapping))

    def as_run(self) -> dict[str, Any]:
        """What `start_import` is told of the file; `is_mapped` is False where the columns are doubtful."""
        mapping, doubtful = self.mapping()
        return {
            "kind": self.roster.code,
            "region": self.cleaned_data["region"],
            "file": self.cleaned_data["file"],
            "file_name": self.cleaned_data["file"].name,
            "sha256": self.sha256,
            "headings": self.sheet.headings,
            "rows_total": self.sheet.total,
            "mapping": mapping,
            "is_mapped": not doubtful,
        }


class on_disk:
    """The uploaded file as a path, whichever handler received it."""

    def __init__(self, file: UploadedFile[Any]) -> None:
        self.file = file

    def __enter__(self) -> Path:
        if hasattr(self.file, "temporary_file_path"):
            self.copy = None
            return Path(self.file.temporary_file_path())
        self.copy = NamedTemporaryFile()
        for chunk in self.file.chunks():
            self.copy.write(chunk)
        self.copy.flush()
        return Path(self.copy.name)

    def __exit__(self, *error: object) -> None:
        if self.copy:
            self.copy.close()
        self.file.seek(0)


class MappingForm(forms.Form):
    """For each column of ours, the heading it is read from."""

    def __init__(
        self, roster: Roster, headings: list[str], samples: dict[str, list[str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roster = roster
        named = [heading for heading in headings if heading]
        choices = [("", "不导入")] + [
            (heading, _described(heading, samples.get(heading))) for heading in named
        ]
        for name, column in roster.columns.items():
            self.fields[name] = forms.ChoiceField(
                label=column.heading, choices=choices, required=False, help_text=_help(column)
            )
            self.fields[name].is_needed = column.required  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Every required column has a heading; no heading is read twice."""
        data: dict[str, Any] = super().clean() or {}
        used: dict[str, str] = {}
        for name, heading in list(data.items()):
            if heading and heading in used:
                self.add_error(
                    name, f"“{heading}”已对应“{self.fields[used[heading]].label}”，一列只能用一次。"
                )
            elif heading:
                used[heading] = name
        mapping = self.mapping()
        for name, column in self.roster.columns.items():
            if column.required and name not in mapping and name not in self.errors:
                self.add_error(name, "必须选择一列。")
        if not self.errors and (missing := self.roster.missing(mapping)):
            raise forms.ValidationError(f"还缺：{'、'.join(missing)}")
        return data

    def mapping(self) -> dict[str, str]:
        """The columns that are read, by the headings chosen."""
        return {name: heading for name, heading in self.cleaned_data.items() if heading}


def _described(heading: str, samples: list[str] | None) -> str:
    shown = "、".join(text[:14] for text in samples or [] if text)
    return f"{heading}（如 {shown[:36]}）" if shown else heading


def _help(column: Column) -> str:
    return "；".join(part for part in ("必填" if column.required else "", column.note) if part)


class ConfirmForm(forms.Form):
    """What the person saw: this file, this preview."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput())
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput())
