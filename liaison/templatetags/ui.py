"""Template tags and filters for every page: icons, states, figures, dates, forms, lists.

Registered as a builtin, so no page needs `{% load ui %}`. All of them are shown on /components/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django import forms, template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from tablericons.templatetags.tablericons import icon as tabler_icon

from liaison.workdays import days_in_words

register = template.Library()

DASH = "—"
DASHES = "---------"  # what Django writes into the empty line of a list
LONG_LIST = 12  # more choices than this get a box to type in; static/js/combo.js says the same
WEEKDAYS = "一二三四五六日"
MINUS = "\N{MINUS SIGN}"


# --- marks: colour + shape + word ---------------------------------------------------------------
class Tone(NamedTuple):
    """A state's colour (CSS class), its shape (drawn in a 12 × 12 box) and its usual word."""

    css: str
    shape: str
    word: str


TONES = {
    "green": Tone("green", '<circle cx="6" cy="6" r="5"/>', "正常"),
    "yellow": Tone("yellow", '<path d="M6 .8 11.8 11H.2z"/>', "临期"),
    "red": Tone("red", '<path d="M1 1h10v10H1z"/>', "逾期"),
    "red+": Tone(
        "red-plus",
        '<path d="M0 0h12v12H0z"/><path class="cut" d="M5.1 2h1.8v5H5.1zM5.1 8.2h1.8V10H5.1z"/>',
        "严重逾期",
    ),
    "blue": Tone(
        "blue",
        '<path d="M6 1a5 5 0 0 1 0 10z"/><circle class="ring" cx="6" cy="6" r="4.5"/>',
        "办理中",
    ),
    "grey": Tone("grey", '<circle class="ring" cx="6" cy="6" r="4.5"/>', "未开始"),
    "done": Tone("done", '<path class="line" d="M1.5 6.5 4.8 9.8 10.8 2.8"/>', "已销号"),
}
TONES["red_plus"] = TONES["red+"]
TONES["gray"] = TONES["grey"]
TONES["ended"] = Tone("grey", '<path class="line" d="M2 6h8"/>', "已终止")


@lru_cache(maxsize=512)
def _draw_icon(name: str, size: int, css: str) -> SafeString:
    path = name if "/" in name else f"outline/{name}"
    attributes = {"class": f"ico {css}".strip(), "aria_hidden": "true", "focusable": "false"}
    drawn = tabler_icon(path, size=size, stroke_width="1.75", **attributes)
    return mark_safe(" ".join(str(drawn).split()))  # noqa: S308 - our own file, no user text


@register.simple_tag
def icon(name: str, size: int = 18, css: str = "") -> SafeString:
    """A Tabler icon by its name, decorative: the word beside it carries the meaning."""
    return _draw_icon(str(name), int(size), str(css))


@register.simple_tag
def light(tone: str, word: str = "", pill: bool = False) -> SafeString:
    """A state as colour + shape + word; `pill=True` on a soft ground, for headings."""
    known = TONES.get(str(tone), TONES["grey"])
    return format_html(
        '<span class="light light-{}{}"><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" '
        'focusable="false">{}</svg>{}</span>',
        known.css,
        " light-pill" if pill else "",
        mark_safe(known.shape),  # noqa: S308 - a constant of this file
        word or known.word,
    )


@register.simple_tag
def grade(letter: str, name: str = "") -> SafeString:
    """The difficulty of a ticket, A–D: a scale of depth, not of good and bad."""
    if not letter:
        return format_html('<span class="grade grade-none">{}</span>', "未定级")
    return format_html(
        '<span class="grade grade-{}"><span class="visually-hidden">难易等级 </span><b>{}</b>{}</span>',
        str(letter).lower(),
        letter,
        format_html("<span>{}</span>", name) if name else "",
    )


@register.simple_tag
def person(name: str, unit: str = "", note: str = "", phone: str = "") -> SafeString:
    """A person: surname in a disc, name, then unit or rank; `phone` makes the number dialable."""
    if not name:
        return format_html('<span class="muted">{}</span>', "未指定")
    parts = [format_html("<span class='person-name'>{}</span>", name)]
    if unit or note:
        parts.append(format_html("<small>{}</small>", " · ".join(part for part in (unit, note) if part)))
    if phone:
        parts.append(format_html('<a class="person-phone" href="tel:{}">{}</a>', phone, phone))
    return format_html(
        '<span class="person"><span class="face" aria-hidden="true">{}</span>'
        '<span class="person-text">{}</span></span>',
        str(name)[:1],
        mark_safe("".join(parts)),  # noqa: S308 - each part went through format_html
    )


# --- figures ------------------------------------------------------------------------------------
def _trim(value: float | Decimal, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def number(value: Any, places: int = 0) -> str:
    """12345 → 12,345; nothing → —."""
    if value is None or value == "":
        return DASH
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    shown = f"{abs(amount):,.{int(places)}f}"
    return MINUS + shown if amount < 0 else shown


@register.filter
def wan(value: Any) -> str:
    """Large amounts as they are read in Chinese: 123456 → 12.3 万, 290000000 → 2.9 亿."""
    if value is None or value == "":
        return DASH
    amount = Decimal(str(value))
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    if size >= 100_000_000:
        return f"{sign}{_trim(size / 100_000_000, 2)} 亿"
    if size >= 10_000:
        return f"{sign}{_trim(size / 10_000, 1)} 万"
    return sign + _trim(size, 2)


@register.filter
def signed(value: Any) -> str:
    """A change with its sign: +12, −9, 0."""
    if value is None or value == "":
        return DASH
    amount = Decimal(str(value))
    return (
        f"+{_trim(amount, 1)}" if amount > 0 else number(amount, 0 if amount == amount.to_integral() else 1)
    )


def rate(part: Any, whole: Any, places: int = 1) -> str:
    """part ÷ whole as 91.3%; — when there is nothing to divide by."""
    if part is None or not whole:
        return DASH
    return f"{Decimal(str(part)) * 100 / Decimal(str(whole)):.{places}f}%"


@register.simple_tag
def percent(part: Any, whole: Any, places: int = 1, minimum: int = 0) -> SafeString:
    """A rate with the n it stands on: 91.8%（45/49）. Under `minimum`, too few to be a rate."""
    if part is None or not whole:
        return format_html('<span class="rate">{}<small>{}</small></span>', DASH, "（无）")
    if whole < minimum:
        return format_html(
            '<span class="rate">{}<small>（{}/{}，样本不足）</small></span>', DASH, part, whole
        )
    return format_html(
        '<span class="rate">{}<small>（{}/{}）</small></span>',
        rate(part, whole, places),
        number(part),
        number(whole),
    )


# --- dates --------------------------------------------------------------------------------------
def _day(value: date) -> str:
    return f"{value.month}月{value.day}日"


@register.filter
def weekday(value: date | None) -> str:
    """周一 … 周日."""
    return f"周{WEEKDAYS[value.weekday()]}" if value else DASH


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """10月12日 周一."""
    return f"{_day(value)} {weekday(value)}" if value else DASH


@register.filter(expects_localtime=True)
def full_day(value: date | None) -> str:
    """2026年10月12日 周一."""
    return f"{value.year}年{_day(value)} {weekday(value)}" if value else DASH


@register.filter(expects_localtime=True)
def iso_day(value: date | None) -> str:
    """2026-10-12, for dense tables."""
    return f"{value:%Y-%m-%d}" if value else DASH


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """10月12日 14:05."""
    return f"{_day(value)} {value:%H:%M}" if value else DASH


@register.filter(expects_localtime=True)
def full_moment(value: datetime | None) -> str:
    """2026年10月12日 14:05."""
    return f"{value.year}年{_day(value)} {value:%H:%M}" if value else DASH


@register.inclusion_tag("components/deadline.html")
def deadline(
    due_on: date | None,
    left: int | None = None,
    tone: str = "",
    why: str = "",
    provisional: bool = False,
    word: str = "",
    url: str = "",
    ident: str = "deadline",
    say: str = "",
) -> dict[str, Any]:
    """A due day with the working days left in words, and how it was counted behind 怎么算的.

    `why`: the lines themselves; or `url`, where they are fetched from when asked for (`ident`: once a page;
    `say`: the button's word beside its sign).
    """
    if not tone and left is not None:
        tone = "red" if left < 0 else "yellow" if left <= 2 else "green"
    if not word and left is not None:
        word = days_in_words(left)
    lines = why.splitlines() if isinstance(why, str) else list(why or ())
    return {
        "due_on": due_on,
        "tone": tone,
        "word": word,
        "why": lines,
        "provisional": provisional,
        "url": url,
        "ident": ident,
        "say": say,
    }


# --- lists: links that keep the other filters ---------------------------------------------------
def _address(context: Mapping[str, Any] | Context, changes: Iterable[tuple[str, Any]]) -> str:
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes:
        if value is None or value == "":
            params.pop(name, None)
        elif isinstance(value, (list, tuple)):
            params.setlist(name, [str(item) for item in value])
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def query(context: Context, *pairs: Any, **changes: Any) -> str:
    """The present address with changed parameters: `{% query page=2 %}`; None takes one away."""
    return _address(context, [*zip(pairs[::2], pairs[1::2], strict=True), *changes.items()])


@register.inclusion_tag("components/chips.html", takes_context=True)
def chips(
    context: Context,
    name: str,
    choices: Iterable[Sequence[Any]],
    label: str = "",
    current: str | None = None,
    every: str = "",
    without: str = "",
) -> dict[str, Any]:
    """Filter chips with counts. `choices`: (value, label, count[, tone]); the first is the usual one.

    `every="全部"` puts a first one before them, without a count, that takes the filter away.
    `current` says which one is in force when that is not simply what the address says.
    `without="batch role"` names filters that mean nothing under another choice of this one.
    """
    request = context.get("request")
    gone = [(other, None) for other in ("page", *without.split())]
    entries = [("" if value is None else str(value), *rest) for value, *rest in choices]
    if every:
        entries.insert(0, ("", every, None))
    if current is None:
        chosen = request.GET.get(name, "") if request is not None else ""
        current = chosen or (entries[0][0] if entries else "")
    shown = []
    for value, word, count, *rest in entries:
        shown.append(
            {
                "ident": f"chip-{name}-{value or 'all'}",
                "label": word,
                "count": count,
                "tone": rest[0] if rest else "",
                "active": value == str(current),
                "url": _address(context, [(name, value), *gone]),
            }
        )
    return {"chips": shown, "label": label}


@register.simple_tag(takes_context=True)
def sort(context: Context, key: str, word: str, name: str = "sort") -> SafeString:
    """A column heading that sorts: first click ascending, second descending. Goes inside <th>."""
    request = context.get("request")
    current = request.GET.get(name, "") if request is not None else ""
    up, down = current == key, current == f"-{key}"
    return format_html(
        '<a class="sort{}" id="sort-{}" href="{}" hx-boost="true">{}{}'
        '<span class="visually-hidden">{}</span></a>',
        " sorted" if up or down else "",
        key,
        _address(context, [(name, f"-{key}" if up else key), ("page", None)]),
        word,
        _draw_icon("arrow-up" if up else "arrow-down" if down else "arrows-sort", 14, ""),
        "（升序）" if up else "（降序）" if down else "（点击排序）",
    )


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: Context, page: Page[Any], unit: str = "条") -> dict[str, Any]:
    """Pagination with the total, keeping filters and order."""
    paginator = page.paginator
    numbers: list[dict[str, Any]] = []
    if paginator.num_pages > 1:
        for label in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
            known = isinstance(label, int)
            numbers.append(
                {
                    "label": label,
                    "url": _address(context, [("page", label)]) if known else "",
                    "active": label == page.number,
                }
            )
    return {
        "page": page,
        "total": paginator.count,
        "unit": unit,
        "numbers": numbers,
        "previous": _address(context, [("page", page.number - 1)]) if page.has_previous() else "",
        "next": _address(context, [("page", page.number + 1)]) if page.has_next() else "",
    }


@register.filter
def phone_tabs(nav: Iterable[Any] | None) -> dict[str, list[Any]]:
    """The bottom bar of a phone: at most five entries, the last being 更多 if others are left."""
    entries = list(nav or ())
    wanted = [entry for entry in entries if _get(entry, "phone")] or entries
    tabs = entries if len(entries) <= 5 else wanted[:4]
    rest = [entry for entry in entries if entry not in tabs]
    return {"tabs": tabs if not rest else tabs[:4], "rest": rest}


def _get(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)


# --- forms --------------------------------------------------------------------------------------
def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    if isinstance(widget, forms.MultiWidget):
        return "several"
    return "input"


def _name_the_blank(bound: forms.BoundField) -> None:
    """The empty line of a list says what it means, instead of dashes."""
    rule, word = bound.field, "请选择" if bound.field.required else "不选"
    if isinstance(rule, forms.ModelChoiceField):
        if rule.empty_label == DASHES:
            rule.empty_label = word
    elif isinstance(rule, forms.ChoiceField):
        lines: list[tuple[Any, Any]] = list(rule.widget.choices)
        rule.choices = [
            (value, word if value in ("", None) and text == DASHES else text) for value, text in lines
        ]


def _dress(bound: forms.BoundField, kind: str) -> None:
    """Native pickers and the right phone keyboard, without a word in the form's own code."""
    widget, rule = bound.field.widget, bound.field
    if isinstance(widget, forms.Select) and not widget.allow_multiple_selected:
        _name_the_blank(bound)
    if isinstance(widget, forms.DateTimeInput) and widget.input_type == "text":
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    elif isinstance(widget, forms.TimeInput) and widget.input_type == "text":
        widget.input_type, widget.format = "time", "%H:%M"
    elif isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if isinstance(rule, forms.DecimalField | forms.FloatField):
        widget.attrs.setdefault("inputmode", "decimal")
    elif isinstance(rule, forms.IntegerField):
        widget.attrs.setdefault("inputmode", "numeric")
    elif isinstance(widget, forms.TextInput) and "phone" in bound.name:
        widget.input_type = "tel"
    if isinstance(widget, forms.Textarea):
        if widget.attrs.get("rows") in (None, "10"):
            widget.attrs["rows"] = "4"
        widget.attrs.pop("cols", None)
    css = {"check": "form-check-input", "choices": "form-check-input"}.get(kind)
    if css is None:
        css = "form-select" if isinstance(widget, forms.Select) else "form-control"
        css = "drop-input" if kind == "file" else css
    widget.attrs["class"] = (
        f"{widget.attrs.get('class', '')} {css}{' is-invalid' if bound.errors else ''}".strip()
    )


@register.inclusion_tag("components/field.html")
def field(
    bound: forms.BoundField, label: str = "", help: str = "", css: str = "", unit: str = ""
) -> dict[str, Any]:
    """One field of any form: label, mark if required, control, unit, help, errors beside it."""
    widget = bound.field.widget
    if isinstance(widget, forms.SelectMultiple):  # a list that wants Ctrl held down becomes a list of ticks
        bound.field.widget = forms.CheckboxSelectMultiple(choices=widget.choices)
    kind = _kind(bound.field.widget)
    if not getattr(bound, "dressed", False):
        _dress(bound, kind)
        bound.dressed = True  # type: ignore[attr-defined]
    ident = bound.id_for_label or bound.auto_id or bound.html_name
    described = [f"{ident}_help"] if help or bound.help_text else []
    described += [f"{ident}_error"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    options = list(bound.subwidgets) if kind == "choices" else []
    return {
        "bound": bound,
        "kind": "hidden" if bound.is_hidden else kind,
        "ident": ident,
        "label": label or bound.label,
        "help": help or bound.help_text,
        "required": bound.field.required,
        "control": "" if kind == "choices" else bound.as_widget(attrs=attrs),
        "options": options,
        "long": len(options) > LONG_LIST,
        "described": " ".join(described),
        "css": css,
        "unit": unit,
    }


@register.inclusion_tag("components/form_fields.html")
def fields(form: forms.BaseForm) -> dict[str, Any]:
    """A whole form: its error summary, then every field in order."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(
    form: forms.BaseForm, focus: bool = True, rows: Iterable[forms.BaseForm] = (), row_name: str = "第"
) -> dict[str, Any]:
    """What has to be mended, at the head of the form, each line leading to its field.

    `rows`: the forms of its formset, called by `row_name` and their number.
    """
    named = [("", form), *((f"{row_name} {number} · ", row) for number, row in enumerate(rows, start=1))]
    lines = [
        {
            "label": before + str(bound.label).rstrip("？?"),
            "ident": bound.id_for_label or f"{bound.auto_id}_group",
            "text": text,
        }
        for before, one in named
        for bound in one
        for text in bound.errors
    ]
    return {
        "focus": focus,
        "general": form.non_field_errors(),
        "lines": lines,
        "count": len(lines) + len(form.non_field_errors()),
    }


# --- small helpers for templates ----------------------------------------------------------------
class CaptureNode(template.Node):
    """Renders what is between the tags once, so that it can be shown twice (title and heading)."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 - rendered by Django
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture name %}…{% endcapture %}` keeps the rendered text in a variable."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, name)


class ListNode(template.Node):
    """Keeps a list that a template spells out, for component parameters."""

    def __init__(self, items: list[FilterExpression], name: str) -> None:
        self.items = items
        self.name = name

    def render(self, context: Context) -> str:
        context[self.name] = [item.resolve(context) for item in self.items]
        return ""


@register.tag("list")
def make_list(parser: Parser, token: Token) -> ListNode:
    """`{% list "上传" "核对" "确认" as labels %}`: a list for a component's parameter."""
    words = token.split_contents()[1:]
    if len(words) < 2 or words[-2] != "as":
        raise template.TemplateSyntaxError("用法：{% list 甲 乙 … as 名称 %}")
    return ListNode([parser.compile_filter(word) for word in words[:-2]], words[-1])


# --- charts -------------------------------------------------------------------------------------
@register.simple_tag
def chart_data(chart: Mapping[str, Any], ident: str) -> SafeString:
    """The figures that static/js/charts.js draws, as a block of JSON that no browser executes."""
    return json_script(chart, f"{ident}-data")


@register.filter
def columns(chart: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A chart's figures as rows of a table: the text that stands beside every picture."""
    places = 1 if chart.get("percent") else 0
    rows = []
    for place, category in enumerate(chart["categories"]):
        cells = []
        for series in chart["series"]:
            point = series["data"][place] if place < len(series["data"]) else None
            point = point if isinstance(point, Mapping) else {"value": point}
            cells.append({"text": number(point["value"], places), "url": point.get("url", "")})
        rows.append({"name": category, "cells": cells})
    return rows
