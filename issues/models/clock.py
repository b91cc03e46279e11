"""计时台账: the stretches of a ticket's handling time, running and standing still."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from issues.choices import SpanKind
from issues.models.tickets import Ticket


class ClockSpan(models.Model):
    """The days from `since` (not counted) to `until` over which the clock of 办结 ran, or stood still.

    The newest running span and the ticket's `due_on` say how many working days it was given; what was left
    when the clock was stopped is kept with the pause, in working days, so that no change of the calendar and
    no wait can eat it. Negative: the problem was overdue by so many.
    """

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="spans")
    round = models.PositiveSmallIntegerField("轮次")
    kind = models.CharField("计时", max_length=8, choices=SpanKind)
    started = models.CharField("起因", max_length=20)
    since = models.DateField("自（当日不计）")
    until = models.DateField("至", null=True, blank=True)
    days_left = models.SmallIntegerField("停表时剩余（工作日）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计时台账"
        constraints = [
            models.UniqueConstraint(
                name="issues_span_one_open",
                fields=["ticket"],
                condition=Q(until__isnull=True),
                violation_error_message="一件问题同一时间只有一段计时。",
            ),
            models.CheckConstraint(name="issues_span_known", condition=Q(kind__in=SpanKind.values)),
            models.CheckConstraint(
                name="issues_span_forward",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="issues_span_left_iff_paused",
                condition=Q(kind=SpanKind.PAUSED, days_left__isnull=False)
                | Q(kind=SpanKind.RUNNING, days_left__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["ticket", "-id"], name="issues_span_newest")]

    def __str__(self) -> str:
        until = self.until or ""
        return f"{self.get_kind_display()} {self.since} – {until}"
