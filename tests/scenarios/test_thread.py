"""The whole thread on P2, steps 1–8, in the pages, by the role that does each, under a given clock.

Autumn 2026: the problem is collected before 中秋节 (25–27 September), nobody reports it,
and its deadline runs across 国庆节 (1–7 October) and the make-up Saturday of 10 October.
The company is dissatisfied once.
"""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessment import tasks as assessment_tasks
from assessment.models import Score, Survey
from assessment.services import sign_token
from companies.models import Assignment, Company, Enrolment, Visit
from issues import tasks as issues_tasks
from issues.choices import Move, Status
from issues.models import Bulletin, Escalation, FrozenTicket, Meeting, MonthEnd, Ticket
from liaison import tasks
from liaison.choices import Rank
from liaison.models import Department, ImportRun
from tests.factories import CategoryFactory, PostingFactory, at, credit_code

CODE = credit_code(880)
ROSTER = f"""企业名称,统一社会信用代码,成立日期,企业类型,注册资本,经营范围,注册地址
云川澄江新材料科技有限公司,{CODE},2016-05-20,有限责任公司,"2,180(万)",新材料研发、制造,云溪县创业路 8 号
云川坏码商贸有限公司,91510902MA00000000,2018-01-01,有限责任公司,50万人民币,批发,临江区
"""


@pytest.fixture
def world(cast, client_as):
    """The cast of 2 March 2026 with its units; the scenario brings its own company."""
    CategoryFactory(code="power", name="用电")
    return cast


@pytest.mark.usefixtures("world")
class TestThread:
    def test_from_the_roster_to_the_leaders_dashboard(self, cast, client_as, clock):
        self.clock = clock
        self.step_1_roster_staff_import_companies(client_as)
        self.step_2_the_office_enrols_and_assigns(cast, client_as)
        self.step_3_the_official_logs_a_visit_with_a_problem(client_as)
        self.step_4_what_nobody_reported_is_escalated_once()
        self.step_5_the_office_grades_and_dispatches(cast, client_as)
        self.step_6_the_company_is_dissatisfied_once_then_confirms(client_as)
        self.step_7_the_month_is_frozen(cast)
        self.step_8_the_leader_sees_it_and_every_figure_opens(client_as)

    def leading(self, department, **posting):
        """A leader of 县级 in the unit: heads and deputies of a 专班 must be."""
        return PostingFactory(official__rank=Rank.COUNTY, department=department, **posting).official

    def step_1_roster_staff_import_companies(self, client_as):
        """Upload, background check, preview with reasons, confirm bound to the file, result."""
        self.clock(at(2026, 9, 14, 9))
        client = client_as("roster")
        file = SimpleUploadedFile("企业名册.csv", ROSTER.encode("gb18030"))
        answer = client.post(reverse("liaison:imports") + "?kind=companies", {"file": file})
        assert answer.status_code == 302, answer.content.decode()
        run = ImportRun.objects.get()
        run_outbox()
        run.refresh_from_db()
        assert run.counts["new"] == 1
        assert run.counts["error"] == 1
        preview = client.get(reverse("liaison:import", args=[run.pk])).content.decode()
        assert "校验" in preview
        client.post(
            reverse("liaison:import-confirm", args=[run.pk]), {"sha256": run.sha256, "digest": run.digest}
        )
        run_outbox()
        company = Company.objects.get(uscc=CODE)
        assert (company.region.name, company.capital_wan) == ("云溪县", 2180)

    def step_2_the_office_enrols_and_assigns(self, cast, client_as):
        """纳入包联, then the 四个一, seat by seat, quotas checked."""
        company = Company.objects.get(uscc=CODE)
        self.clock(at(2026, 9, 15, 9))
        client = client_as("office")
        client.post(
            reverse("companies:companies-enrol"),
            {"company": [CODE], "programme": cast.version.programme.code, "starts_on": "2026-09-15"},
        )
        enrolment = Enrolment.objects.get(company=company)
        seats = {
            "lead_department": cast.industry,
            "lead_official": cast.leader,
            "head": self.leading(cast.land, is_chief=True),
            "deputy": self.leading(cast.other_enrolment.assignments.get(role__code="officer").department),
            "member_department": cast.power,
            "officer": cast.official,
        }
        for code, holder in seats.items():
            answer = client.post(
                reverse("companies:seat-assign", args=[enrolment.pk, code]),
                {
                    "holder": holder.name if isinstance(holder, Department) else holder.pk,
                    "starts_on": "2026-09-15",
                },
            )
            assert answer.status_code == 302, (code, answer.content.decode()[-3000:])
        plan = {
            "goals": "稳住用电，扩产 20%",
            "seen": "0",
            "m-TOTAL_FORMS": "1",
            "m-INITIAL_FORMS": "0",
            "m-0-words": "专班每月到厂一次",
            "m-0-due_on": "2026-12-31",
        }
        answer = client.post(reverse("companies:plan-write", args=[enrolment.pk]), plan)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert Assignment.objects.filter(enrolment=enrolment).count() == 6
        assert enrolment.plan.goals

    def step_3_the_official_logs_a_visit_with_a_problem(self, client_as):
        """我的企业 → 登记走访, the problem in the same form, kept as a draft."""
        self.clock(at(2026, 9, 24, 15))
        client = client_as("official")
        assert "澄江" in client.get(reverse("companies:mine")).content.decode()
        answer = client.post(
            reverse("issues:visit-new", args=[CODE]),
            {
                "enrolment": Enrolment.objects.get(company__uscc=CODE).pk,
                "client_id": "0b8f4a52-5a0e-4d9c-9a53-0a4a4f6f0001",
                "on": "2026-09-24",
                "mode": "visit",
                "summary": "看了新车间",
                "has_problem": "yes",
                "title": "新车间经常跳闸",
                "category": "power",
            },
        )
        assert answer.status_code == 302, answer.content.decode()[-4000:]
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.visit) == (Status.DRAFT, Visit.objects.get())
        assert ticket.report_due_on == date(2026, 9, 29)

    def step_4_what_nobody_reported_is_escalated_once(self):
        """Not on 29 September, not on a rest day: on the 30th, however often the clock comes round."""
        for day in (25, 26, 27, 28, 29):
            sweep(at(2026, 9, day, 17))
        assert not Escalation.objects.exists()
        for minute in (0, 10, 20):
            sweep(at(2026, 9, 30, 8, minute))
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.was_forwarded) == (Status.REPORTED, True)
        assert Escalation.objects.count() == 1

    def step_5_the_office_grades_and_dispatches(self, cast, client_as):
        """A, five working days: 国庆 does not count, the make-up Saturday does; said in words."""
        self.clock(at(2026, 9, 30, 10))
        self.move(
            client_as("office"),
            "dispatch",
            {"grade": "A", "category": "power", "lead": cast.power.name, "cooperating": [cast.land.name]},
        )
        ticket = Ticket.objects.get()
        assert ticket.due_on == date(2026, 10, 13)
        words = ticket.events.get(move=Move.DISPATCH).words
        assert "10/1–10/7 国庆节放假不计" in words
        assert "10/10 周六" in words

    def step_6_the_company_is_dissatisfied_once_then_confirms(self, client_as):
        """Sign, resolve, answer; the company's own word by a signed link; a round more; 销号."""
        self.clock(at(2026, 9, 30, 16))
        self.move(client_as("other_unit"), "sign")
        self.clock(at(2026, 10, 9, 10))
        self.move(client_as("unit"), "cooperate", {"note": "线路走廊不占用耕地"})
        self.move(client_as("other_unit"), "resolve", {"outcome": "solved", "result": "已更换空开"})
        self.clock(at(2026, 10, 9, 15))
        self.move(client_as("official"), "answer", {"mode": "phone"})
        self.say(score=1, comment="昨天又跳闸了")
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.round, ticket.due_on) == (Status.IN_PROGRESS, 2, date(2026, 10, 15))
        self.clock(at(2026, 10, 14, 10))
        self.move(client_as("other_unit"), "resolve", {"outcome": "solved", "result": "已增容 400 千伏安"})
        self.clock(at(2026, 10, 14, 16))
        self.move(client_as("official"), "answer", {"mode": "visit"})
        self.say(score=5, comment="")
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.rating, ticket.is_satisfied) == (Status.CLOSED, 5, True)

    def step_7_the_month_is_frozen(self, cast):
        """On the last day of October after office hours, once, with scores, bulletin and agenda."""
        close_months(at(2026, 10, 31, 17))
        assert not MonthEnd.objects.filter(month=date(2026, 10, 1)).exists()
        for minute in (5, 35):
            close_months(at(2026, 10, 31, 18, minute))
        month_end = MonthEnd.objects.get(month=date(2026, 10, 1))
        frozen = FrozenTicket.objects.get(month_end=month_end)
        assert (frozen.is_closed, frozen.closed_on_time, frozen.is_satisfied, frozen.reworks) == (
            True, True, True, 1,
        )  # fmt: skip
        assert Bulletin.objects.get(month_end=month_end).opening
        assert Meeting.objects.filter(programme=month_end.programme).exists()
        handling = Score.objects.get(month_end=month_end, board="handling", department=cast.power)
        assert {line.denominator for line in handling.lines.all()} <= {0, 1}
        assert handling.total is None  # one problem is too few to be scored; the n is shown instead

    def step_8_the_leader_sees_it_and_every_figure_opens(self, client_as):
        """The dashboard, and behind each of its links a page of rows."""
        self.clock(at(2026, 11, 2, 9))
        client = client_as("leader")
        page = client.get(reverse("dashboard"))
        assert page.status_code == 200
        main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        links = {html.unescape(link) for link in re.findall(r'href="(/[^"]+)"', main)}
        assert len(links) > 8, "a dashboard's figures are links"
        for link in sorted(links):
            assert client.get(link).status_code == 200, link
        assert client.get(Ticket.objects.get().get_absolute_url()).status_code == 200

    def move(self, client: Client, move: str, data: dict | None = None) -> None:
        ticket = Ticket.objects.get()
        answer = client.post(reverse("issues:ticket-move", args=[ticket.number, move]), data or {})
        assert answer.status_code == 302, (move, answer.status_code, answer.content.decode()[-3000:])

    def say(self, *, score: int, comment: str) -> None:
        """The company opens its link without an account; the link works once."""
        run_outbox()
        survey = Survey.objects.latest("pk")
        address = reverse("assessment:survey-answer", args=[sign_token(survey)])
        company = Client()
        assert company.get(address).status_code == 200
        assert company.post(address, {"score": score, "comment": comment}).status_code == 200
        assert company.post(address, {"score": 5, "comment": ""}).status_code == 409


def run_outbox() -> None:
    """What beat and worker would do within seconds: start the jobs that committed news asks for."""
    from liaison import services

    services.relay_outbox(send=lambda topic, arguments: run_jobs(topic, arguments), at=tasks.timezone.now())


def run_jobs(topic: str, arguments: dict) -> None:
    from celery import current_app
    from django.conf import settings

    for name in settings.JOBS_ON_NEWS[topic]:
        current_app.tasks[name](**arguments)


def sweep(moment) -> None:
    issues_tasks.sweep_tickets(at=moment.isoformat())


def close_months(moment) -> None:
    assessment_tasks.close_months(at=moment.isoformat())
