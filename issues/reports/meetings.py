"""What a meeting's papers say, drafted from its agenda and its decisions."""

from __future__ import annotations

from collections.abc import Sequence

from issues.models import AgendaItem, Meeting


def draft_of_minutes(meeting: Meeting, items: Sequence[AgendaItem]) -> str:
    """会议纪要, a paragraph per item, as the office starts from it."""
    day = meeting.held_on
    when = f"{day.year}年{day.month}月{day.day}日" if day else ""
    name = str(meeting.group) if meeting.group else f"“{meeting.programme}”{meeting.get_kind_display()}"
    come = "、".join(str(unit) for unit in meeting.units.order_by("pk"))
    called = f"{name}召开会议" if meeting.group else f"召开{name}"
    opening = f"{when}，{called}，研究卡点问题{len(items)}件。" + (f"{come}参加会议。" if come else "")
    parts = [opening, "会议议定："]
    wanted = {
        item.pk: item
        for item in meeting.items.select_related("ticket__company", "owner").filter(
            pk__in=[item.pk for item in items]
        )
    }
    for number, item in enumerate((wanted[item.pk] for item in items), start=1):
        by_when = f"，于{item.due_on.month}月{item.due_on.day}日前完成" if item.due_on else ""
        who = f"由{item.owner}负责" if item.owner else ""
        tail = "，".join(filter(None, (who, by_when.lstrip("，"))))
        parts.append(
            f"{number}．关于{item.ticket.company}“{item.ticket.title}”。{item.decision.rstrip('。')}。"
            + (f"{tail}。" if tail else "")
            + f"{item.get_ruling_display()}。"
        )
    return "\n".join(parts)
