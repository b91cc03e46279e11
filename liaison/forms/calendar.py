"""Forms of the working calendar: a year's notice, pasted or by hand, and a place's exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from liaison.choices import DayKind
from liaison.holidays import LONGEST_TEXT, Holiday, NoticeRefused, read_days, say_days
from liaison.models import CalendarDay, Official, Region
from liaison.perms import Capability, regions_for

BLANK_ROWS = 3
USUAL = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")


class PasteForm(forms.Form):
    """The State Council's notice as plain text."""

    text = forms.CharField(
        label="通知正文",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="从中国政府网复制全文粘贴即可，标题、文号、公布日期一并识别；识别后先给您核对，不会直接写入。",
        error_messages={"required": "请粘贴通知正文，或直接在下面逐项填写。"},
    )


class NoticeForm(forms.Form):
    """The paper that publishes a year's holidays."""

    title = forms.CharField(label="文件标题", max_length=120, required=False)
    document = forms.CharField(
        label="文号",
        max_length=120,
        help_text="如 国办发明电〔2026〕9号",
        error_messages={"required": "请填写文号。"},
    )
    published_on = forms.DateField(label="公布日期", required=False)
    reason = forms.CharField(
        label="更正原因", max_length=200, required=False, help_text="该年已有公布的安排，说明为什么更正"
    )
    has_looked = forms.BooleanField(label="已对照原文核对，确有特殊安排", required=False)

    def __init__(self, *args: Any, is_published: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_published:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "该年已有公布的安排，更正须写明原因。"


class HolidayForm(forms.Form):
    """One holiday: a run of days off, and the rest days worked instead."""

    name = forms.CharField(label="节日", max_length=20, required=False)
    first = forms.DateField(label="放假从", required=False)
    last = forms.DateField(label="到", required=False)
    work = forms.CharField(label="补班日", max_length=100, required=False)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean_work(self) -> tuple[date, ...]:
        """Days apart by 、, as a clerk types them."""
        try:
            return read_days(self.cleaned_data["work"], year=self.year)
        except NoticeRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        filled = [bool(data.get(name)) for name in ("name", "first", "last")]
        if any(filled) or data.get("work"):
            for name, words in (("name", "请填写节日名称。"), ("first", "请填写放假的第一天。")):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
            if not data.get("last") and "last" not in self.errors:
                data["last"] = data.get("first")
        return data

    def holiday(self) -> Holiday | None:
        """The holiday of a valid row; None for a blank one."""
        data = self.cleaned_data
        if not data.get("name") or not data.get("first"):
            return None
        return Holiday(data["name"].strip(), data["first"], data["last"], work=data["work"])


HolidayRows = forms.formset_factory(HolidayForm, extra=BLANK_ROWS, max_num=30, absolute_max=30)


def rows_of(holidays: Iterable[Holiday], *, year: int) -> list[dict[str, Any]]:
    """Holidays as the formset's initial rows."""
    return [
        {"name": one.name, "first": one.first, "last": one.last, "work": say_days(one.work, year=year)}
        for one in holidays
    ]


class ExceptionForm(forms.Form):
    """放假 or 上班 of a place, with its reason and paper."""

    region: Any = forms.ModelChoiceField(
        Region.objects.none(), label="适用区划", help_text="含其下级；如只停一个镇，选到镇"
    )
    kind = forms.ChoiceField(
        label="类别", choices=[(DayKind.OFF, "放假"), (DayKind.WORK, "上班")], widget=forms.RadioSelect
    )
    first = forms.DateField(label="从")
    last = forms.DateField(label="到", required=False, help_text="只有一天可不填")
    reason = forms.CharField(label="原因", max_length=60, help_text="如 防汛停工、高温停工、抢险上班")
    document = forms.CharField(label="文号", max_length=120)

    def __init__(self, *args: Any, official: Official, region: Region | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if region is not None:
            del self.fields["region"]
        else:
            self.fields["region"].queryset = regions_kept_by(official)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("first") and not data.get("last") and "last" not in self.errors:
            data["last"] = data["first"]
        return data


def regions_kept_by(official: Official) -> Any:
    """The regions whose exceptions the official may enter, in the map's order."""
    homes = [home.path for home in regions_for(official, Capability.KEEP_CALENDAR)]
    visible = Region.objects.visible_to(official).order_by("path")
    kept = [region.pk for region in visible if region.path.startswith(tuple(homes))]
    return Region.objects.visible_to(official).filter(pk__in=kept).order_by("path")


class WithdrawForm(forms.Form):
    """Why an exception is taken back, and by which paper."""

    reason = forms.CharField(label="撤回原因", max_length=60)
    document = forms.CharField(label="文号", max_length=120, help_text="撤回或解除所依据的文件")


def exception_of(days: Sequence[CalendarDay]) -> dict[str, Any]:
    """An exception as the form's initial values."""
    return {
        "kind": days[0].kind,
        "first": days[0].on,
        "last": days[-1].on,
        "reason": days[0].name,
        "document": days[0].document,
    }
