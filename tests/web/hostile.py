"""What no page of ours would send, and a way to send it everywhere.

Which values an address reads is not written down: spies on the query string, the form and the JSON object
note each name that is asked for, so that a new filter or field is tried by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote
from zlib import crc32

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import NoReverseMatch, reverse

from liaison.forms.filters import FilterSet
from tests.access.rows import Row
from tests.access.table import API
from tests.access.world import World

MARK = "原样保留"  # what an honest person typed beside the hostile value
ENDLESS = "9" * 4301  # past the limit at which int() itself raises

# In an address. A lone surrogate cannot stand there: its bytes are broken UTF-8.
IN_ADDRESS = (
    *("%00", "9" * 40, "-1", quote("²"), "%ED%A0%80%FF", quote("😀" * 1250), ENDLESS),
    *("0001-01-01", "9999-12-31", "0000-00-00"),
)
IN_FORM = (
    *("a\x00b", "9" * 40, "-1.5", "²", f"😀{MARK}" * 1000, ENDLESS),
    *("0001-01-01", "9999-12-31", "0000-00-00"),
)
IN_JSON = (
    *IN_FORM,
    *("\ud800", [], {}, [[]], {"a": None}, None, True, -1, 1.5, 10**40, ["\x00"], [None, {}]),
)
FORMS = (
    *(("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\n"), ("text/plain", b"x")),
    *(
        ("application/x-www-form-urlencoded", b"%ff=%00&&=&%ED%A0%80=1"),
        ("application/json", b"{"),
        ("", b"x"),
    ),
)
OBJECTS = (
    *(("application/json", body) for body in (b"{", b"\xff\xfe", b"", b"[]", b"null", b'"x"', b"NaN")),
    *(("application/json", body) for body in (b"[" * 100_000, b'{"a":' * 5000, b"1" * 5000, b'{"a": 1e999}')),
    *(("application/json", b'{"\\ud800": "\\udfff"}'), ("application/xml", b"<a/>")),
    *(("application/json; charset=nowhere", b"{}"), *FORMS),
)

# How many of these values a name is tried with: the next ones in turn, so that an address with several names
# sees them all, and the same ones each time.
OF_ADDRESS, OF_FORM, OF_JSON = 3, 3, 5

# What a page says of itself rather than a person: it is not shown again as it came.
NOT_TYPED = {"instead_of", "seen", "adopt", "act", "onto", "website", "until"}

# A second form of a page: the button that sends it, and what it holds besides.
SECOND_FORM = {"liaison:calendar-notice": ("read", {"text"})}

# A form's rows are alike: the first stands for all. How many there are no person types.
LATER_ROW = re.compile(r"-[1-9]\d*-")
COUNTS_ROWS = "_FORMS"

# Where leading on says enough.
SILENT = {"liaison:sign-in", "liaison:sign-out"}

# Tables that may change though the answer is a refusal.
BESIDES = {"django_session"}

# What a field needs to be right, so that one wrong field is not hidden behind the others. The rest is text.
GOOD = {
    "effective_from": "2026-06-01",
    "starts_on": "2026-04-02", "on": "2026-04-02", "due_on": "2026-04-20", "held_on": "2026-04-02",
    "programme": "p2", "mode": "visit", "has_problem": "yes", "category": "power", "phone": "13900000001",
    "score": "5", "grade": "A", "region": "", "client_id": "7f3a0a3e-9a2b-4a52-9a77-0d0c3f6f8f11",
    "outcome": "solved", "reason": "not_ours", "back": "", "everything": "", "again": "", "is_primary": "",
    "instead_of": "", "read": "", "has_looked": "", "rule": "",
    "published_on": "2025-11-04", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0",
    "rows-MIN_NUM_FORMS": "0", "rows-MAX_NUM_FORMS": "30",
    "m-TOTAL_FORMS": "1", "m-INITIAL_FORMS": "0", "m-MIN_NUM_FORMS": "0", "m-MAX_NUM_FORMS": "50",
    "m-0-row": "", "m-0-due_on": "2026-12-18", "m-0-in_charge": "", "m-0-done_on": "", "m-0-result": "",
    "m-0-drop": "", "more": "", "seen": "1",
    "report_now": "", "replaces": "", "q": "", "kind": "companies", "title": f"标题{MARK}",
    "name": f"林{MARK}", "summary": f"情况{MARK}",
    "issued_on": "2026-03-20", "document": f"云政办发〔2026〕9号{MARK}", "text": f"内容{MARK}",
    "result": f"落实{MARK}", "received_on": "", "updated_at": "", "repeats": "", "description": f"情况{MARK}",
    "wish": f"诉求{MARK}",
    "confirm": "", "pick": "", "with_projects": "",
    "source": "policy", "is_none": "", "words": f"内容{MARK}", "finance_wan": "", "credit_wan": "",
    "act": "say", "onto": "", "website": "", "to": "internal", "attached": "",
    "subject": f"惠企政策{MARK}", "people": "", "names": "",
    "noted_on": "2026-04-01", "paper_number": f"云政批{MARK}", "demand": f"要求{MARK}", "colour": "yellow",
    "meets_on": "2026-04-10", "ruling": "keep", "why": f"原因{MARK}", "minutes": f"议定{MARK}",
}  # fmt: skip


def right_names(world: World) -> dict[str, str]:
    """Fields that name a row of the world."""
    cast = world.cast
    return {
        "company": cast.company.uscc,
        "measure": str(world.policy_file.owner_id),
        "ticket": world.given.number,
        "project": cast.company.projects.order_by("pk")[:1].get().code,
        "department": cast.land.name,
        "enrolment": str(cast.enrolment.pk),
        "holder": str(cast.unit.pk),
        "lead": cast.land.name,
        "owner": cast.land.name,
        "units": cast.land.name,
        "number": world.given.number,
        "unit": cast.land.name,
        "uscc": cast.company.uscc,
        "leader": cast.leader.username,
        "cooperating": cast.power.name,
        "role": "lead_department",
        "region": cast.city.code,
        "username": cast.unit.username,
        "sha256": world.run.sha256,
        "digest": world.run.digest,
    }


@dataclass
class Asked:
    """The names that were asked for since this was made."""

    query: dict[str, None] = field(default_factory=dict)
    body: dict[str, None] = field(default_factory=dict)


class _Spy(QueryDict):
    """A query string or a form that notes what is asked of it."""

    seen: dict[str, None] = {}

    def _note(self, key: Any) -> None:
        if isinstance(key, str):
            type(self).seen[key] = None

    def get(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def getlist(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().getlist(key, default)

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: Any) -> bool:
        self._note(key)
        return super().__contains__(key)


def _spying(kind: type[_Spy], given: QueryDict) -> _Spy:
    spy = kind("", mutable=True)
    for name, values in given.lists():
        spy.setlist(name, values)
    spy._mutable = False  # as Django hands it out
    return spy


class _Json(dict[str, Any]):
    """A JSON object that notes what is asked of it."""

    seen: dict[str, None] = {}

    def __getitem__(self, key: str) -> Any:
        type(self).seen[key] = None
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        type(self).seen[key] = None
        return super().get(key, default)


def listen(patch: Any) -> Asked:
    """From now on, note what views, forms and serializers ask of a request."""
    from django.core.handlers.wsgi import WSGIRequest
    from rest_framework.parsers import JSONParser

    asked = Asked()
    query = type("Query", (_Spy,), {"seen": asked.query})
    form = type("Form", (_Spy,), {"seen": asked.body})
    thing = type("Object", (_Json,), {"seen": asked.body})
    plain_get, plain_post, plain_parse = WSGIRequest.GET.func, WSGIRequest._get_post, JSONParser.parse

    def get(request: Any) -> QueryDict:
        if "_spied" not in request.__dict__:
            request._spied = _spying(query, plain_get(request))
        return request._spied

    def set_get(request: Any, given: Any) -> None:
        request._spied = given

    def post(request: Any) -> QueryDict:
        found = plain_post(request)
        if not isinstance(found, _Spy):
            found = _spying(form, found)
            request._post = found
        return found

    def parse(parser: Any, *args: Any, **kwargs: Any) -> Any:
        found = plain_parse(parser, *args, **kwargs)
        return thing(found) if type(found) is dict else found

    def filters(asking: FilterSet, *args: Any, **kwargs: Any) -> None:
        plain_filters(asking, *args, **kwargs)
        asked.query.update(dict.fromkeys(asking.filters))  # it reads a copy of the query string

    plain_filters = FilterSet.__init__
    patch.setattr(FilterSet, "__init__", filters)
    patch.setattr(WSGIRequest, "GET", property(get, set_get))
    patch.setattr(WSGIRequest, "POST", property(post, WSGIRequest._set_post))
    patch.setattr(JSONParser, "parse", parse)
    return asked


class Writes:
    """Notes whether anything was written, kept or not: only then is it worth looking at every table."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "WITH R"):
            self.seen = True
        return execute(sql, params, many, context)


def all_rows() -> dict[str, str]:
    """Which rows every table holds, by their place on disk: any insert, update or delete shows."""
    tables = [name for name in connection.introspection.table_names() if name not in BESIDES]
    ask = "(SELECT coalesce(string_agg(ctid::text, ' ' ORDER BY ctid), '') FROM {})"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(ask.format(connection.ops.quote_name(name)) for name in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


class Attack:
    """One address, one person who may open it, and what has gone wrong so far."""

    def __init__(self, row: Row, world: World, asked: Asked, who: str) -> None:
        self.row, self.world, self.asked, self.who = row, world, asked, who
        self.is_api = row in API
        self.address = reverse(row.name, args=row.path(world))
        self.client = Client(raise_request_exception=False)
        self.client.force_login(world.cast[who])
        self.wrong: list[str] = []
        self.turn = crc32(f"{row.name} {row.method}".encode())

    def some(self, values: tuple[Any, ...], count: int) -> list[Any]:
        """The next `count` of the values in turn."""
        start, self.turn = self.turn % len(values), self.turn + count
        return list(islice(cycle(values), start, start + count))

    def send(self, address: str, body: Any = None, kind: str | None = None) -> Any:
        """The answer, and which tables it `changed`, though it is a refusal; what was changed is undone."""
        writes, during = Writes(), None
        with transaction.atomic(), connection.execute_wrapper(writes):
            if self.row.method == "GET":
                response = self.client.get(address)
            elif kind is not None:
                response = self.client.generic("POST", address, body, content_type=kind)
            elif self.is_api:
                response = self.client.generic(
                    "POST", address, json.dumps(body), content_type="application/json"
                )
            else:
                response = self.client.post(address, body)
            if response.streaming:
                list(response.streaming_content)
            if writes.seen and (response.status_code >= 400 or is_mute(response)):
                during = all_rows()
            transaction.set_rollback(True)
        before = all_rows() if during is not None else {}
        response.changed = [name for name, rows in before.items() if during and during[name] != rows]
        return response

    def judge(self, response: Any, tried: str, typed: Mapping[str, str] | None = None) -> None:
        """Never a 5xx; a refusal says why, in Chinese; a form shown again still holds what was typed."""
        said = f"{self.row} as {self.who}, {tried[:90]}: {response.status_code}"
        if response.status_code >= 500:
            info = response.exc_info
            self.wrong.append(
                f"{said} {info[0].__name__ if info else ''} {str(info[1])[:200] if info else ''}"
            )
            return
        speaks = self.row.method == "GET" or self.row.name in SILENT
        if is_mute(response) and not speaks and not response.changed:
            self.wrong.append(f"{said} says nothing")
        if response.status_code < 400 or response.streaming:
            return
        if response.changed:
            self.wrong.append(f"{said} changed {', '.join(response.changed)}")
        text = response.content.decode()
        if not says_why(text, self.is_api):
            self.wrong.append(f"{said} says {text[:200]!r}")
        if response.status_code == 422:
            shown, ticks = unescape(text), ticks_in(text)
            lost = [name for name, value in (typed or {}).items() if value not in shown and name not in ticks]
            self.wrong += [f"{said} lost {name}" for name in lost]

    def query(self, values: tuple[str, ...]) -> None:
        """Each name that the address reads, with some of the values."""
        self.send(self.address, self.body())
        tried: set[str] = set()
        while fresh := [name for name in self.asked.query if name not in tried]:
            for name in fresh:
                tried.add(name)
                for value in self.some(values, OF_ADDRESS):
                    address = f"{self.address}?{quote(name)}={value}"
                    self.judge(self.send(address, self.body()), f"?{name}={value}")

    def everything(self, values: tuple[str, ...]) -> None:
        """All names at once, for one more reader of the same page."""
        pairs = zip(self.asked.query, cycle(values), strict=False)
        words = "&".join(f"{quote(name)}={value}" for name, value in pairs)
        self.judge(self.send(f"{self.address}?{words}"), "all at once")

    def paths(self) -> None:
        """Each part of the address itself, with what no row of ours is called."""
        given = self.row.path(self.world)
        for place, part in enumerate(given):
            for wrong in (
                (10**40, int(ENDLESS[:4300]), 0) if isinstance(part, int) else ("²", "x" * 5000, "9" * 40)
            ):
                args = (*given[:place], wrong, *given[place + 1 :])
                try:
                    address = reverse(self.row.name, args=args)
                except NoReverseMatch:
                    continue
                self.judge(self.send(address, self.body()), f"part {place} {str(wrong)[:30]}")

    def body(self, name: str = "") -> dict[str, Any]:
        """A body without fault, as far as one can tell: of the form that holds this field."""
        if self.is_api:
            return dict(self.row.body(self.world))
        right = GOOD | right_names(self.world)
        found = {name: right.get(name, f"{MARK}。{name}") for name in self.asked.body}
        found |= {"csrfmiddlewaretoken": "x"} | self.row.body(self.world)
        if "file" in found:
            found["file"] = SimpleUploadedFile("名册.csv", "企业名称\n".encode())
        found = {key: value for key, value in found.items() if not LATER_ROW.search(key)}
        if self.row.name in SECOND_FORM:
            button, fields = SECOND_FORM[self.row.name]
            second = {button, *fields}
            found = {key: value for key, value in found.items() if (key in second) == (name in second)}
            found |= {button: "1"} if name in fields else {}
        return {key: value for key, value in found.items() if value != ""}

    def fields(self, values: tuple[Any, ...]) -> None:
        """Each field that the address reads, with some of the values, the others as they should be."""
        self.send(self.address, self.body())
        tried: set[str] = set()
        while fresh := [name for name in (*self.row.body(self.world), *self.asked.body) if name not in tried]:
            for name in dict.fromkeys(fresh):
                tried.add(name)
                if LATER_ROW.search(name):
                    continue
                for value in self.some(values, OF_JSON if self.is_api else OF_FORM):
                    right = self.body(name)
                    body = right | {name: value}
                    typed = [key for key, text in right.items() if MARK in str(text) and is_typed(key)]
                    kept = {key: body[key] for key in typed if MARK in str(body[key])}
                    if name.endswith(COUNTS_ROWS):
                        kept = {}
                    self.judge(self.send(self.address, body), f"{name}={value!r}", kept)

    def bodies(self) -> None:
        """Bodies that are none."""
        for kind, body in OBJECTS if self.is_api else FORMS:
            response = self.send(self.address, body, kind)
            self.judge(response, f"{kind} {body[:20]!r}")


def is_typed(name: str) -> bool:
    """Whether a person types this, and finds it again when the form comes back."""
    return "password" not in name and name not in NOT_TYPED


def ticks_in(text: str) -> set[str]:
    """The page's boxes to tick: they come back ticked, whatever was sent for them."""
    boxes = [tag for tag in re.findall(r"<input[^>]*>", text) if 'type="checkbox"' in tag]
    return {found[1] for tag in boxes if (found := re.search(r'name="([^"]*)"', tag))}


def is_mute(response: Any) -> bool:
    """Whether it only leads on, without a message for the next page."""
    return response.status_code == 302 and not get_messages(response.wsgi_request).added_new


def says_why(text: str, is_api: bool) -> bool:
    """Whether each reason of a refusal is in Chinese."""
    if not is_api or not text.startswith(("{", "[")):
        return bool(re.search("[一-鿿]{4}", text))
    leaves = list(_leaves(json.loads(text)))
    return bool(leaves) and all(re.search("[一-鿿]", leaf) for leaf in leaves)


def _leaves(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value)
    else:
        yield str(data)
