"""培训: written down for one or for many, by those who keep the roster; withdrawn; looked for."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from liaison.models import AuditEvent, Official, Training
from liaison.services import TrainingRefused, record_trainings, withdraw_training
from tests.factories import (
    Cast,
    CityFactory,
    DepartmentFactory,
    OfficialFactory,
    PostingFactory,
    TrainingFactory,
    at,
)

NOW = at(2026, 3, 2)
NEW, LIST = "liaison:training-new", "liaison:trainings"
GIVEN = {"on": "2026-03-01", "subject": "惠企政策培训"}


def of(official: Official) -> list[str]:
    return list(official.trainings.order_by("on", "pk").values_list("subject", flat=True))


class TestService:
    def test_writes_everybody_down_once(self, cast: Cast):
        TrainingFactory(official=cast.unit, on=date(2026, 3, 1), subject="惠企政策培训")
        done = record_trainings(
            officials=[cast.unit, cast.official, cast.official],
            on=date(2026, 3, 1),
            subject=" 惠企政策培训 ",
            by=cast.roster,
            at=NOW,
        )
        assert (done.added, done.already) == (1, 1)
        assert of(cast.official) == ["惠企政策培训"]
        event = AuditEvent.objects.get(action="登记培训")
        assert (event.by, event.detail["people"]) == (cast.roster, [cast.official.name])

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"subject": "  "}, "请填写培训内容"),
            ({"on": date(2026, 3, 3)}, "不能晚于今天"),
            ({"on": date(1026, 3, 1)}, "太早"),
            ({"officials": []}, "至少选择一名"),
        ],
    )
    def test_refuses_what_cannot_be(self, cast: Cast, changed, reason):
        given = {"officials": [cast.official], "on": date(2026, 3, 1), "subject": "培训"}
        with pytest.raises(TrainingRefused, match=reason):
            record_trainings(**given | changed, by=cast.roster, at=NOW)
        assert not Training.objects.exists()

    def test_withdraws_once_and_leaves_a_trace(self, cast: Cast):
        one = TrainingFactory(official=cast.official)
        withdraw_training(training=one, by=cast.roster, at=NOW)
        assert not of(cast.official)
        event = AuditEvent.objects.get(action="撤销培训记录")
        assert event.detail["subject"] == "惠企政策培训"
        one.pk = 1
        with pytest.raises(TrainingRefused, match="已经撤销"):
            withdraw_training(training=one, by=cast.roster, at=NOW)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


class TestMany:
    def test_ticked_and_pasted_together(self, cast: Cast, client_as):
        names = f"{cast.official.name}\n{cast.stranger.phone}、{cast.unit.name} {cast.land.name}"
        answer = client_as("roster").post(
            reverse(NEW), {**GIVEN, "people": [cast.official.pk, cast.leader.pk], "names": names}, follow=True
        )
        assert "已登记“惠企政策培训”：4 名" in answer.content.decode()
        assert Training.objects.count() == 4
        assert of(cast.leader) == ["惠企政策培训"]

    def test_every_wrong_line_is_named_and_nothing_is_lost(self, cast: Cast, client_as):
        PostingFactory(official=OfficialFactory(name=cast.official.name), department=cast.land)
        names = f"查无此人\n{cast.official.name}\n{cast.official.name} 市自然资源局"
        answer = client_as("roster").post(reverse(NEW), {**GIVEN, "people": [cast.leader.pk], "names": names})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "您的范围内没有在任干部“查无此人”" in text
        assert f"“{cast.official.name}”有 2 名" in text
        assert "惠企政策培训" in text
        assert f'value="{cast.leader.pk}"' in text  # still ticked
        assert not Training.objects.exists()

    def test_asks_for_somebody(self, cast: Cast, client_as):
        answer = client_as("office").post(reverse(NEW), GIVEN)
        assert answer.status_code == 422
        assert "请勾选干部，或粘贴名单" in answer.content.decode()

    def test_names_are_listed_once_they_are_few_and_only_those_of_ones_place(self, cast: Cast, client_as):
        elsewhere = DepartmentFactory(region=CityFactory(code="510700", name="邻市"), name="邻市工信局")
        other = PostingFactory(official=OfficialFactory(name="邻市人"), department=elsewhere).official
        client = client_as("roster")
        assert f'value="{cast.unit.pk}"' not in client.get(reverse(NEW)).content.decode()
        cast.land.short_name = "市资规局"
        cast.land.save(update_fields=["short_name"])
        for words in (cast.land.name, cast.land.short_name):
            page = client.get(reverse(NEW), {"q": words}).content.decode()
            assert f'value="{cast.unit.pk}"' in page
        assert "邻市人" not in client.get(reverse(NEW), {"q": "邻市"}).content.decode()
        answer = client.post(reverse(NEW), {**GIVEN, "people": [other.pk]})
        assert answer.status_code == 422
        assert not Training.objects.exists()

    def test_the_untrained_can_be_found(self, cast: Cast, client_as):
        TrainingFactory(official=cast.unit)
        page = client_as("roster").get(reverse(NEW), {"trained": "no"}).content.decode()
        assert f'value="{cast.unit.pk}"' not in page
        assert f'value="{cast.official.pk}"' in page


class TestOne:
    def test_is_added_on_the_officials_page(self, cast: Cast, client_as):
        address = reverse("liaison:official-train", args=[cast.official.pk])
        answer = client_as("office").post(address, GIVEN, follow=True)
        assert "惠企政策培训" in answer.content.decode()
        assert of(cast.official) == ["惠企政策培训"]

    def test_a_wrong_day_is_said_beside_what_was_typed(self, cast: Cast, client_as):
        address = reverse("liaison:official-train", args=[cast.official.pk])
        answer = client_as("office").post(address, {**GIVEN, "on": "2026-03-09"})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "不能晚于今天" in text
        assert "2026-03-09" in text
        assert not of(cast.official)

    def test_people_of_another_city_are_not_ours_to_train(self, cast: Cast, client_as):
        elsewhere = DepartmentFactory(region=CityFactory(code="510700", name="邻市"), name="邻市工信局")
        other = PostingFactory(official=OfficialFactory(name="邻市人"), department=elsewhere).official
        one = TrainingFactory(official=other)
        client = client_as("roster")
        assert client.post(reverse("liaison:official-train", args=[other.pk]), GIVEN).status_code == 403
        assert client.post(reverse("liaison:training-withdraw", args=[one.pk])).status_code == 403
        assert of(other) == ["惠企政策培训"]

    def test_is_withdrawn_there(self, cast: Cast, client_as):
        one = TrainingFactory(official=cast.official)
        answer = client_as("roster").post(reverse("liaison:training-withdraw", args=[one.pk]), follow=True)
        assert "已撤销" in answer.content.decode()
        assert not of(cast.official)


class TestList:
    def test_is_narrowed_by_words_subject_and_day(self, cast: Cast, client_as):
        TrainingFactory(official=cast.official)
        TrainingFactory(official=cast.unit, subject="数据填报培训", on=date(2026, 1, 5))
        client = client_as("office")

        def names(**asked: str) -> set[str]:
            return {row.official.name for row in client.get(reverse(LIST), asked).context["rows"]}

        assert names() == {cast.official.name, cast.unit.name}
        assert names(q=cast.land.name) == {cast.unit.name}
        assert names(subject="数据填报培训") == {cast.unit.name}
        assert names(since="2026-02-01") == {cast.official.name}
        assert names(until="2026-01-31") == {cast.unit.name}

    def test_is_exported_as_filtered(self, cast: Cast, client_as):
        TrainingFactory(official=cast.official)
        TrainingFactory(official=cast.unit, subject="数据填报培训")
        address = reverse("liaison:trainings-export") + "?subject=数据填报培训"
        answer = client_as("office").post(address)
        rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
        assert len(rows) == 2
        assert list(rows[1][:2]) == [cast.unit.name, cast.land.name]
        assert AuditEvent.objects.get(action="导出").detail["rows"] == 1
