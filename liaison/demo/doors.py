"""The companies' own door in the demo city: what they filed by the code, and what was said about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from companies.models import Company, DoorCard
from issues.choices import Side, Status, WithdrawalReason
from issues.models import Category, Ticket
from issues.services import Filed, ask_withdrawal, file_problem, report_ticket, say
from liaison.demo.agenda import Agenda
from liaison.demo.city import City

FILED = (  # days ago, category, problem, circumstances, wish, contact
    (
        3,
        "power",
        "夜班时段频繁跳闸停机",
        "上周夜班跳闸四次，每次停机半小时以上。",
        "请供电部门来查一查线路",
        "周敏",
    ),
    (2, "labour", "旺季招不到注塑熟练工", "订单排到年底，缺熟练工十余人。", "希望帮忙对接技校", "程立"),
    (
        2,
        "traffic",
        "厂门口货车夜间限行",
        "晚八点后货车进不了园区东路，发货都压到白天。",
        "申请办理通行证",
        "沈洁",
    ),
    (1, "environment", "排污许可证变更不知找谁", "新增一条生产线，不清楚要补哪些材料。", "", "罗平"),
)


class Doors:
    """Four companies of the demo's official file by their own cards, in the last days of the story."""

    def __init__(self, *, city: City, agenda: Agenda) -> None:
        self.city, self.agenda, self.sent = city, agenda, 0

    def plan(self, companies: list[Company]) -> None:
        """Each filing in a working hour of its day; what follows is played an hour or a day later."""
        for place, (company, filed) in enumerate(zip(companies, FILED, strict=False)):
            day = self.agenda.today - timedelta(days=filed[0])
            moment = self.agenda.office_hour(self.agenda.calendar.add(day, 0))
            self.agenda.at(moment, partial(self._file, company, filed, place))

    def _file(
        self, company: Company, filed: tuple[int, str, str, str, str, str], place: int, at: datetime
    ) -> None:
        _, category, title, description, wish, name = filed
        card = DoorCard.objects.standing().filter(company=company).first()
        if card is None:
            return
        given = Filed(
            title=title,
            description=description,
            wish=wish,
            category=Category.objects.get(code=category),
            name=name,
            phone=f"1380916{2000 + place}",
        )
        filing, _ = file_problem(card=card, client_id=self._id(), filed=given, at=at)
        ticket, me = filing.ticket, self.city.people["official"]
        if place == 3:
            return  # one is left for the demo's official to check and report
        soon = at + timedelta(hours=1)
        self._say(ticket, "已电话了解情况，明天上门看现场。", soon, is_visible=True)
        self._say(ticket, "企业负责人在外地，现场由生产经理接待。", soon + timedelta(minutes=10))
        if ticket.status == Status.DRAFT:
            report_ticket(ticket=ticket, by=me, at=soon + timedelta(minutes=20))
        say(
            ticket=ticket,
            client_id=self._id(),
            side=Side.COMPANY,
            words="好的，谢谢。随时联系我。",
            signed=f"{name}（企业）",
            by=None,
            at=soon + timedelta(minutes=30),
        )
        if place == 2:
            ask_withdrawal(
                ticket=ticket,
                reason=WithdrawalReason.SETTLED,
                words="您来电说通行证已经办好，请在本页确认是否撤回。",
                by=me,
                at=soon + timedelta(minutes=40),
            )

    def _say(self, ticket: Ticket, words: str, at: datetime, *, is_visible: bool = False) -> None:
        me = self.city.people["official"]
        say(
            ticket=ticket,
            client_id=self._id(),
            side=Side.TEAM,
            words=words,
            is_visible=is_visible,
            by=me,
            at=at,
        )

    def _id(self) -> UUID:
        self.sent += 1
        return UUID(int=0xD0042 << 96 | self.sent)
