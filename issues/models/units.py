"""责任单位: the units that a ticket was given to, one row each, with its own receipt, clock and end."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, OuterRef, Q, Value, When

from issues.choices import LED, Light, Part, ReturnReason
from liaison.choices import SystemRole
from liaison.models import Department, Posting

_LED = ", ".join(f"'{status}'" for status in LED)


def lead_is_kept(ticket: str) -> str:
    """What the database does at the end of a transaction that touched a problem or its units.

    At most one lead is a unique index; that there is one can only be seen once all rows are written.
    `ticket`: the column with the problem's key.
    """
    led = f"t.id = {ticket} AND t.status IN ({_LED})"
    lead = f"u.ticket_id = t.id AND u.part = '{Part.LEAD}' AND u.is_current"
    leads = f"SELECT FROM issues_ticketunit u WHERE {lead}"
    return f"""
        IF EXISTS (SELECT FROM issues_ticket t WHERE {led} AND NOT EXISTS ({leads})) THEN
            RAISE EXCEPTION 'no unit leads problem %', {ticket}
                USING ERRCODE = 'check_violation', CONSTRAINT = 'issues_unit_lead_kept';
        END IF;
        RETURN NULL;
    """


class TicketUnitQuerySet(models.QuerySet["TicketUnit"]):
    def in_full(self, on: date) -> Self:
        """As a case shows them and its moves need them: those at work first, the lead before the others."""
        rows = self.select_related("department__region", "signed_by").with_light(on).with_staff(on)
        return rows.order_by("-is_current", "-part", "pk")

    def leading(self) -> Self:
        """The unit that has the lead now."""
        return self.filter(part=Part.LEAD, is_current=True)

    def helping(self) -> Self:
        """Cooperating units that are still to give their part."""
        return self.filter(part=Part.COOPERATE, is_current=True, finished_at__isnull=True)

    def to_rule(self) -> Self:
        """Cooperating units whose objection waits for the office's ruling."""
        return self.filter(part=Part.COOPERATE, returned_at__isnull=False, ruled_at__isnull=True)

    def nobody_there(self, on: date) -> Self:
        """Units at work of which nobody can act any more: dissolved, or without a liaison officer."""
        there = Posting.objects.in_force(on).filter(role=SystemRole.UNIT)
        empty = Department.objects.exclude(is_active=True, pk__in=there.values("department"))
        return self.filter(is_current=True, finished_at__isnull=True, department__in=empty.values("pk"))

    def with_staff(self, on: date) -> Self:
        """Annotate `is_staffed`: the unit exists, and somebody there can act for it."""
        there = Posting.objects.in_force(on).filter(role=SystemRole.UNIT, department=OuterRef("department"))
        is_staffed = Q(department__is_active=True) & Q(Exists(there))
        return self.annotate(is_staffed=ExpressionWrapper(is_staffed, models.BooleanField()))

    def with_light(self, on: date) -> Self:
        """Annotate `light` of a cooperating unit's own day, read from the stored days like a ticket's."""
        return self.annotate(
            light=Case(
                When(finished_at__isnull=False, then=Value(Light.DONE)),
                When(is_current=False, then=Value(Light.ENDED)),
                When(alarm_on__lte=on, then=Value(Light.RED_PLUS)),
                When(due_on__lt=on, then=Value(Light.RED)),
                When(warn_on__lte=on, then=Value(Light.YELLOW)),
                default=Value(Light.GREEN),
                output_field=models.CharField(),
            )
        )


class TicketUnit(models.Model):
    """A unit that a ticket was given to, as lead or cooperating, with its own receipt and clock.

    The lead's `due_on` is the ticket's; a cooperating unit has its own, with its own warning and alarm. A row
    is never written over by another: who returned it, was taken off or replaced keeps their dates.
    """

    ticket = models.ForeignKey(
        "issues.Ticket", verbose_name="问题", on_delete=models.PROTECT, related_name="units"
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="ticket_units"
    )
    part = models.CharField("分工", max_length=10, choices=Part)
    given_at = models.DateTimeField("交办时间")
    sign_due_on = models.DateField("签收期限")
    due_on = models.DateField("办理期限")
    warn_on = models.DateField("预警日", null=True, blank=True)
    alarm_on = models.DateField("严重逾期日", null=True, blank=True)
    contact_due_on = models.DateField("首次联系期限", null=True, blank=True)
    contacted_on = models.DateField("首次联系日", null=True, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="签收人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted_at = models.DateTimeField(
        "接受时间", null=True, blank=True, help_text="签收，或逾期未签收视为接受"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    return_reason = models.CharField("退回理由", max_length=12, choices=ReturnReason, blank=True)
    ruling_due_on = models.DateField("裁定期限", null=True, blank=True)
    ruled_at = models.DateTimeField("裁定时间", null=True, blank=True)
    finished_at = models.DateTimeField("办结时间", null=True, blank=True)
    released_at = models.DateTimeField("改派或撤下时间", null=True, blank=True)
    is_current = models.BooleanField("在办", default=True)

    objects = TicketUnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        constraints = [
            models.UniqueConstraint(
                name="issues_unit_one_lead",
                fields=["ticket"],
                condition=Q(part=Part.LEAD, is_current=True),
                violation_error_message="一件问题同一时间只有一个主办单位。",
            ),
            models.UniqueConstraint(
                name="issues_unit_once",
                fields=["ticket", "department"],
                condition=Q(is_current=True),
                violation_error_message="该单位已在办理此问题。",
            ),
            models.CheckConstraint(name="issues_unit_part_known", condition=Q(part__in=Part.values)),
            models.CheckConstraint(
                name="issues_unit_returned_has_reason",
                condition=Q(returned_at__isnull=True) | ~Q(return_reason="") & Q(is_current=False),
                violation_error_message="退回须选择理由。",
            ),
            models.CheckConstraint(
                name="issues_unit_signed_is_accepted",
                condition=Q(signed_at__isnull=True) | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issues_unit_released_is_past",
                condition=Q(released_at__isnull=True) | Q(is_current=False),
            ),
            models.CheckConstraint(
                name="issues_unit_ruled_once_returned",
                condition=Q(ruling_due_on__isnull=True, ruled_at__isnull=True)
                | Q(part=Part.COOPERATE, returned_at__isnull=False, ruling_due_on__isnull=False),
                violation_error_message="只有协办单位的退回由办公室另行裁定。",
            ),
            models.CheckConstraint(
                name="issues_unit_lead_meets_company",
                condition=~Q(part=Part.COOPERATE) | Q(contact_due_on__isnull=True, contacted_on__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["department", "is_current"], name="issues_unit_inbox")]
        triggers = [
            pgtrigger.Trigger(
                name="lead_kept",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("part", "is_current"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__part=Part.LEAD, old__is_current=True),
                func=lead_is_kept("OLD.ticket_id"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.department}（{self.get_part_display()}）"

    @property
    def is_leading(self) -> bool:
        """Whether it has the lead now, as `leading` asks of the table."""
        return self.part == Part.LEAD and self.is_current

    @property
    def is_helping(self) -> bool:
        """Whether it is still to give its part, as `helping` asks of the table."""
        return self.part == Part.COOPERATE and self.is_current and self.finished_at is None

    @property
    def is_to_rule(self) -> bool:
        """Whether its objection waits for the office's ruling, as `to_rule` asks of the table."""
        return self.part == Part.COOPERATE and self.returned_at is not None and self.ruled_at is None
