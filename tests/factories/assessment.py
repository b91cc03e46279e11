"""The company's verdicts and the units' scores."""

from __future__ import annotations

from datetime import date

from factory import SelfAttribute, SubFactory, Trait
from factory.django import DjangoModelFactory

from assessment import models
from assessment.choices import Channel
from liaison.choices import Board, Measure, Slip
from tests.factories.clock import at
from tests.factories.ground import DepartmentFactory
from tests.factories.issues import MonthEndFactory, TicketFactory


class SurveyFactory(DjangoModelFactory):
    """An invitation that waits for the company of an answered ticket."""

    class Meta:
        model = models.Survey

    class Params:
        answered = Trait(answered_at=at(2026, 3, 4), channel=Channel.LINK, score=5)

    ticket = SubFactory(TicketFactory, answered=True)
    round = SelfAttribute("ticket.round")
    invited_at = at(2026, 3, 2, 16)
    expires_on = date(2026, 3, 9)


class ScoreFactory(DjangoModelFactory):
    class Meta:
        model = models.Score

    month_end = SubFactory(MonthEndFactory)
    board = Board.HANDLING
    department = SubFactory(DepartmentFactory)
    points = 90
    total = 90


class ScoreLineFactory(DjangoModelFactory):
    class Meta:
        model = models.ScoreLine

    score = SubFactory(ScoreFactory)
    measure = Measure.CLOSED
    weight = 30
    target = 95
    numerator = 9
    denominator = 10
    points = 25
    position = 1


class ScoreDeductionFactory(DjangoModelFactory):
    class Meta:
        model = models.ScoreDeduction

    score = SubFactory(ScoreFactory)
    slip = Slip.OVERDUE
    count = 1
    points = 0.5
