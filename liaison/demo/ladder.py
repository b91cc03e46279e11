"""The ladder at work in the demo city: special groups and their meetings, 督办单 of each colour, a 批示."""

from __future__ import annotations

from datetime import datetime, timedelta

from companies.services import add_member, form_group
from issues.choices import MeetingKind, MeetingState, Part, Status
from issues.models import Meeting, Notice, Ticket
from issues.services import (
    MoveRefused,
    ask_up,
    decide_item,
    hold_meeting,
    issue_notice,
    prepare_meetings,
    remind_unit,
    reply_notice,
    sign_notice,
    write_note,
)
from liaison.choices import GroupDuty, GroupKind, Rung
from liaison.demo.agenda import Act, Agenda, moment_on
from liaison.demo.city import City
from liaison.models import Department, ProgrammeVersion
from liaison.workdays import day_of

# Each group's name, the bureau it is with, and its categories; for 用电 there is none: a broken chain.
GROUPS = (
    ("用地规划专项小组", "市自然资源局", "用地、环境、住房"),
    ("用工就业专项小组", "市人社局", "用工、教育、医疗"),
)
UNMANNED = "用电"
HELD_AGO = 25  # working days over which meetings are held as their day comes


class Pressing:
    """What the office and leaders do so that nothing stays stuck."""

    def __init__(self, *, city: City, version: ProgrammeVersion, agenda: Agenda) -> None:
        self.city, self.version, self.agenda = city, version, agenda
        self.office, self.leader = city.people["office"], city.people["leader"]

    def begin(self, at: datetime) -> None:
        """Two special groups, each with the chief of its bureau."""
        rule = self.version.groups.filter(kind=GroupKind.SPECIAL).order_by("pk").first()
        starts_on = self.version.programme.starts_on
        for name, short, task in GROUPS if rule else ():
            unit = self.city.bureaus.get(short)
            chief = self.city.chiefs.get(unit.pk) if unit else None
            if rule is None or unit is None or chief is None:
                continue
            group = form_group(
                programme=self.version.programme,
                rule=rule,
                name=name,
                region=self.city.region,
                department=unit,
                starts_on=starts_on,
                by=self.office,
                at=at,
                task=task,
            )
            add_member(
                group=group,
                official=chief,
                duty=GroupDuty.HEAD,
                starts_on=starts_on,
                by=self.office,
                at=at,
            )

    def plan(self) -> None:
        """Put it on the agenda, the last weeks before today."""
        for ago in range(HELD_AGO, -1, -1):
            self._on(ago, 8, lambda at: prepare_meetings(at=at))
            self._on(ago, 17, self._hold)
        for ago in (16, 9, 3):
            self._on(ago, 9, self._ask)
        self._on(12, 10, self._break)
        for ago in (8, 6, 4):
            self._on(ago, 10, self._supervise)
        self._on(5, 11, self._sign)
        self._on(2, 11, self._note)
        self._on(1, 10, self._remind)

    def _on(self, ago: int, hour: int, act: Act) -> None:
        day = self.agenda.calendar.add(self.agenda.today - timedelta(days=1), -ago)
        if day > self.version.programme.starts_on:
            self.agenda.at(moment_on(day, hour, 25), act)

    def _stuck(self, *categories: str, low: bool = False) -> list[tuple[Ticket, Department]]:
        """Problems under way at the city's bureaus, the most overdue first."""
        rows = Ticket.objects.filter(programme=self.version.programme, status=Status.IN_PROGRESS)
        if categories:
            rows = rows.filter(category__name__in=categories)
        if low:
            rows = rows.filter(rung__in=(Rung.UNIT, Rung.OFFICE))
        found = []
        for ticket in rows.order_by("due_on", "pk")[:12]:
            lead = ticket.units.filter(part=Part.LEAD, is_current=True).select_related("department").first()
            if lead is not None:
                found.append((ticket, lead.department))
        return found

    def _ask(self, at: datetime) -> None:
        served = "、".join(task for _, _, task in GROUPS).split("、")
        asked = self._stuck(*served, low=True)
        for ticket, _ in asked[:2]:
            self._up(ticket, "涉及多个部门，请专项小组研究。", at)

    def _break(self, at: datetime) -> None:
        for ticket, _ in self._stuck(UNMANNED, low=True)[:1]:
            self._up(ticket, "增容方案需统筹，请专项小组研究。", at)

    def _up(self, ticket: Ticket, words: str, at: datetime) -> None:
        if ticket.rung in (Rung.UNIT, Rung.OFFICE):
            ask_up(ticket=ticket, words=words, from_office=True, by=self.office, at=at)

    def _hold(self, at: datetime) -> None:
        """Special groups meet on their day and decide."""
        today = day_of(at)
        due = Meeting.objects.filter(kind=MeetingKind.SPECIAL, state=MeetingState.PREPARED)
        for meeting in due.filter(meets_on__lte=today).order_by("pk"):
            for item in meeting.items.filter(removed_at__isnull=True).select_related("meeting"):
                decide_item(
                    item=item,
                    decision="由责任单位牵头，会同有关部门拿出解决方案，并向企业说明时间安排。",
                    due_on=self.agenda.calendar.add(today, 8),
                    by=self.office,
                    at=at,
                )
            hold_meeting(meeting=meeting, held_on=today, by=self.office, at=at)

    def _supervise(self, at: datetime) -> None:
        """The most overdue problem gets the next colour each time."""
        late = [
            (ticket, unit) for ticket, unit in self._stuck() if ticket.due_on and ticket.due_on < day_of(at)
        ]
        for ticket, unit in late[:1]:
            self._issue(ticket, unit, at)

    def _issue(self, ticket: Ticket, unit: Department, at: datetime) -> None:
        try:
            issue_notice(
                programme=self.version.programme,
                ticket=ticket,
                department=unit,
                demand="逐项列出未办结的原因和下一步措施，明确完成时间，并当面答复企业。",
                due_on=self.agenda.calendar.add(day_of(at), 4),
                why="逾期未办结",
                by=self.office,
                at=at,
            )
        except MoveRefused:  # this colour is proposed already, or all three were sent
            return

    def _sign(self, at: datetime) -> None:
        """The first 督办单 is signed for and answered."""
        issued = Notice.objects.filter(programme=self.version.programme, issued_at__lt=at)
        for notice in issued.order_by("pk")[:1]:
            officer = self.city.liaison_officers.get(notice.department_id)
            if officer is not None:
                sign_notice(notice=notice, by=officer, at=at)
                later = at + timedelta(minutes=40)
                reply_notice(notice=notice, words="已约企业面谈，方案本周报送。", by=officer, at=later)

    def _note(self, at: datetime) -> None:
        land = self.city.bureaus["市自然资源局"]
        stuck = [ticket for ticket, unit in self._stuck() if unit == land] or [t for t, _ in self._stuck()]
        for ticket in stuck[:1]:
            write_note(
                company=ticket.company,
                ticket=ticket,
                leader=self.leader,
                words="企业反映的问题要一抓到底，请牵头单位一周内拿出办法。",
                noted_on=day_of(at),
                due_on=self.agenda.calendar.add(day_of(at), 7),
                units=[land],
                by=self.leader,
                at=at,
            )

    def _remind(self, at: datetime) -> None:
        for ticket, unit in self._stuck()[:2]:
            remind_unit(
                ticket=ticket, department=unit, words="期限将到，请尽快反馈进展。", by=self.office, at=at
            )
