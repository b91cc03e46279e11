"""The menu: one table of entries, and the roles that see each."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from liaison.choices import SystemRole as R
from liaison.models import Access

ALL = frozenset(R.values)


@dataclass(frozen=True)
class Entry:
    """A menu entry: where it leads, who sees it, and whether it stands in the phone's bottom bar."""

    label: str
    icon: str
    route: str
    roles: frozenset[str]
    group: str = ""
    phone: frozenset[str] = frozenset()


MENU = (
    Entry("工作台", "layout-dashboard", "home", ALL, phone=ALL),
    Entry(
        "看板",
        "chart-bar",
        "dashboard",
        frozenset({R.LEADER, R.OFFICE, R.ASSESSOR, R.ADMIN}),
        phone=frozenset({R.LEADER, R.OFFICE, R.ASSESSOR}),
    ),
    Entry(
        "我的企业",
        "building-factory-2",
        "companies:mine",
        frozenset({R.OFFICIAL}),
        phone=frozenset({R.OFFICIAL}),
    ),
    Entry(
        "问题办理",
        "message-report",
        "issues:tickets",
        frozenset({R.OFFICE, R.OFFICIAL, R.UNIT, R.LEADER, R.ASSESSOR, R.ADMIN}),
        "办理",
        phone=frozenset({R.OFFICE, R.OFFICIAL, R.UNIT, R.LEADER, R.ASSESSOR}),
    ),
    Entry(
        "疑难包案",
        "flag",
        "issues:hard",
        frozenset({R.OFFICE, R.LEADER, R.UNIT, R.ASSESSOR, R.ADMIN}),
        "办理",
    ),
    Entry(
        "共性问题", "stack-2", "issues:commons", frozenset({R.OFFICE, R.LEADER, R.ASSESSOR, R.ADMIN}), "办理"
    ),
    Entry("回访确认", "phone-check", "assessment:surveys", frozenset({R.OFFICE, R.ASSESSOR}), "办理"),
    Entry(
        "会议",
        "users-group",
        "issues:meetings",
        frozenset({R.OFFICE, R.LEADER, R.ASSESSOR}),
        "办理",
        phone=frozenset({R.LEADER}),
    ),
    Entry(
        "督办单",
        "file-alert",
        "issues:notices",
        frozenset({R.OFFICE, R.UNIT, R.LEADER, R.ASSESSOR, R.ADMIN}),
        "办理",
    ),
    Entry(
        "领导批示",
        "pencil-check",
        "issues:notes",
        frozenset({R.OFFICE, R.UNIT, R.LEADER, R.ASSESSOR, R.ADMIN}),
        "办理",
    ),
    Entry(
        "企业名录",
        "building",
        "companies:companies",
        frozenset({R.OFFICE, R.LEADER, R.ROSTER, R.ASSESSOR, R.ADMIN, R.UNIT}),
        "企业",
        phone=frozenset({R.OFFICE, R.LEADER, R.ROSTER, R.UNIT}),
    ),
    Entry(
        "包联关系", "link", "companies:enrolments", frozenset({R.OFFICE, R.LEADER, R.ROSTER, R.ADMIN}), "企业"
    ),
    Entry(
        "包抓方案",
        "checklist",
        "companies:measures",
        frozenset({R.OFFICE, R.OFFICIAL, R.LEADER, R.UNIT, R.ADMIN}),
        "企业",
    ),
    Entry(
        "工作组",
        "users",
        "companies:groups",
        frozenset({R.OFFICE, R.OFFICIAL, R.LEADER, R.UNIT, R.ROSTER, R.ADMIN}),
        "企业",
    ),
    Entry("代理", "user-share", "companies:deputies", ALL, "企业"),
    Entry("试排", "arrows-shuffle", "companies:proposals", frozenset({R.OFFICE, R.ADMIN}), "企业"),
    Entry(
        "回避登记",
        "shield-off",
        "companies:recusals",
        frozenset({R.OFFICE, R.OFFICIAL, R.LEADER, R.UNIT, R.ADMIN}),
        "企业",
    ),
    Entry(
        "走访联系",
        "map-pin-check",
        "companies:visits",
        frozenset({R.OFFICE, R.OFFICIAL, R.LEADER, R.UNIT, R.ASSESSOR}),
        "企业",
        phone=frozenset({R.OFFICIAL, R.UNIT}),
    ),
    Entry(
        "覆盖与负荷",
        "map-2",
        "companies:coverage",
        frozenset({R.OFFICE, R.LEADER, R.ROSTER, R.ADMIN}),
        "企业",
    ),
    Entry(
        "规定动作",
        "checklist",
        "issues:duties",
        frozenset({R.OFFICE, R.OFFICIAL, R.UNIT, R.LEADER, R.ASSESSOR, R.ADMIN}),
        "企业",
    ),
    Entry("月通报", "file-text", "issues:bulletins", ALL - {R.ROSTER}, "月度"),
    Entry(
        "考核得分",
        "clipboard-data",
        "assessment:scores",
        frozenset({R.OFFICE, R.LEADER, R.ASSESSOR, R.UNIT, R.ADMIN}),
        "月度",
        phone=frozenset({R.ASSESSOR}),
    ),
    Entry(
        "名册导入",
        "file-import",
        "liaison:imports",
        frozenset({R.ROSTER, R.OFFICE, R.ADMIN}),
        "名册",
        phone=frozenset({R.ROSTER}),
    ),
    Entry("单位", "building-bank", "liaison:departments", frozenset({R.ROSTER, R.OFFICE, R.ADMIN}), "名册"),
    Entry(
        "干部",
        "users",
        "liaison:officials",
        frozenset({R.ROSTER, R.OFFICE, R.ADMIN}),
        "名册",
        phone=frozenset({R.ROSTER, R.ADMIN}),
    ),
    Entry("培训", "school", "liaison:trainings", frozenset({R.ROSTER, R.OFFICE, R.ADMIN}), "名册"),
    Entry("方案规则", "book-2", "liaison:programmes", ALL, "规则"),
    Entry("工作日历", "calendar", "liaison:calendar", ALL, "规则"),
    Entry("操作记录", "history", "liaison:audit", frozenset({R.ADMIN}), "规则", phone=frozenset({R.ADMIN})),
)


@dataclass(frozen=True)
class Link:
    """A menu entry as this official sees it on this page."""

    label: str
    icon: str
    url: str
    group: str
    active: bool
    phone: bool


def menu_for(access: Access, path: str) -> list[Link]:
    """The entries that the official's roles open, the present page marked."""
    links = [(e, reverse(e.route)) for e in MENU if e.roles & access.roles]
    under = (url for _, url in links if path.startswith(url) and (url != "/" or path == url))
    best = max(under, key=len, default="")
    return [
        Link(e.label, e.icon, url, e.group, active=url == best, phone=bool(e.phone & access.roles))
        for e, url in links
    ]
