"""Plans, their files, lines of the duty log, trainings: done twice at the same moment."""

from __future__ import annotations

from datetime import date

import pytest

from companies.models import DutyFile, PlanFile, PlanMeasure
from companies.services import DutyRefused, MeasureLine, PlanOutrun, PlanRefused, withdraw_duty, write_plan
from liaison.files import FileRefused, check_upload
from liaison.models import AuditEvent, Training
from liaison.services import TrainingRefused, keep_file, record_trainings, remove_file, withdraw_training
from tests.concurrency.together import Act, behind
from tests.factories import Cast, DutyEntryFactory, ServicePlanFactory, TrainingFactory, at
from tests.files.samples import PDF, upload

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 4, 2, 10)


@pytest.fixture(autouse=True)
def files_of_ours(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


class TestPlan:
    def write(self, cast: Cast, words: str, seen: int) -> Act:
        measures = [MeasureLine(words, due_on=date(2026, 6, 30))]
        return lambda: write_plan(
            enrolment=cast.enrolment, goals=words, measures=measures, by=cast.official, at=NOW, seen=seen
        )

    def test_of_two_first_plans_one_stands_and_the_other_is_told(self, cast):
        _, told = behind(self.write(cast, "融资", 0), self.write(cast, "用工", 0))
        assert isinstance(told, PlanOutrun)
        assert PlanMeasure.objects.get().words == "融资"

    def test_nobody_overwrites_what_they_did_not_see(self, cast):
        self.write(cast, "走访", 0)()
        _, told = behind(self.write(cast, "融资", 1), self.write(cast, "用工", 1))
        assert isinstance(told, PlanRefused)
        assert PlanMeasure.objects.get().words == "融资"


class TestFiles:
    def test_the_same_file_is_kept_once(self, cast):
        plan = ServicePlanFactory(enrolment=cast.enrolment)

        def keep() -> object:
            checked = check_upload(upload(PDF, "方案.pdf"))
            return keep_file(model=PlanFile, owner=plan, checked=checked, by=cast.official, at=NOW)

        kept, told = behind(keep, keep)
        assert isinstance(told, FileRefused)
        assert "已经上传过" in str(told)
        assert PlanFile.objects.get() == kept

    def test_a_file_removed_twice_is_gone_and_told_once(self, cast):
        plan = ServicePlanFactory(enrolment=cast.enrolment)
        checked = check_upload(upload(PDF, "方案.pdf"))
        stored = keep_file(model=PlanFile, owner=plan, checked=checked, by=cast.official, at=NOW)
        remove = lambda: remove_file(stored=stored, by=cast.official, at=NOW)  # noqa: E731 - an act
        assert behind(remove, remove) == (None, None)
        assert AuditEvent.objects.filter(action="删除附件").count() == 1

    def test_nothing_is_added_to_a_line_that_is_being_withdrawn(self, cast):
        entry = DutyEntryFactory(enrolment=cast.enrolment, official=cast.official)
        checked = check_upload(upload(PDF, "佐证.pdf"))
        withdrawn, kept = behind(
            lambda: withdraw_duty(entry=entry, by=cast.official, at=NOW),
            lambda: keep_file(model=DutyFile, owner=entry, checked=checked, by=cast.official, at=NOW),
        )
        assert not isinstance(withdrawn, Exception)
        assert isinstance(kept, DutyFile | FileRefused)  # the line stays on record either way


class TestDutyLog:
    def test_of_two_who_take_a_line_back_the_second_is_told(self, cast):
        entry = DutyEntryFactory(enrolment=cast.enrolment, official=cast.official)
        withdraw = lambda: withdraw_duty(entry=entry, by=cast.official, at=NOW)  # noqa: E731 - an act
        _, told = behind(withdraw, withdraw)
        assert isinstance(told, DutyRefused)
        assert AuditEvent.objects.filter(action="撤回规定动作").count() == 1


class TestTrainings:
    def test_two_clerks_at_one_list_write_everybody_down_once(self, cast):
        def write(*people: object) -> Act:
            return lambda: record_trainings(
                officials=people, on=date(2026, 4, 1), subject="惠企政策", by=cast.roster, at=NOW
            )

        first, second = behind(write(cast.official, cast.unit), write(cast.unit, cast.official, cast.leader))
        assert (first.added, second.added, second.already) == (2, 1, 2)
        assert Training.objects.filter(subject="惠企政策").count() == 3

    def test_one_taken_back_twice_is_told(self, cast):
        training = TrainingFactory(official=cast.official)
        withdraw = lambda: withdraw_training(training=training, by=cast.roster, at=NOW)  # noqa: E731 - an act
        _, told = behind(withdraw, withdraw)
        assert isinstance(told, TrainingRefused)
        assert not Training.objects.exists()
