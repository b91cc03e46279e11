"""Commands that stand a city up: regions, a programme from its preset, a token for scripts."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from liaison.models import GradeRule, Programme, Region
from tests.factories import CityFactory, OfficialFactory


def run(*args, **options) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


class TestLoadRegions:
    def test_writes_the_shipped_city_as_a_tree_and_may_be_done_again(self):
        run("load_regions")
        again = run("load_regions")
        town = Region.objects.filter(level="town").order_by("code")[0]
        assert town.path == f"{town.parent.parent.code}/{town.parent.code}/{town.code}/"
        assert str(Region.objects.count()) in again

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("code,name\n1,甲\n", "缺少列"),
            ("code,name,level,parent_code\n990101,甲县,county,990100\n", "没有代码为 990100"),
            ("code,name,level,parent_code\n99,甲市,city,\n", "6、9 或 12 位"),
            ("code,name,level,parent_code\n990100,甲市,galaxy,\n", "层级应为"),
        ],
    )
    def test_refuses_what_is_no_tree_and_writes_nothing(self, tmp_path, text, words):
        file = tmp_path / "regions.csv"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=words):
            run("load_regions", str(file))
        assert not Region.objects.exists()


class TestLoadPreset:
    def test_makes_a_published_programme_of_the_region(self):
        city = CityFactory()
        words = run("load_preset", "p2", region=city.code, starts_on=date(2026, 1, 1))
        assert "已建立并发布" in words
        assert Programme.objects.get().version_on(date(2026, 3, 1)).limit("report", date(2026, 3, 1)) == 2
        assert GradeRule.objects.count() == 4

    @pytest.mark.parametrize(("preset", "words"), [("p9", "没有名为"), ("../secrets", "没有名为")])
    def test_refuses_unknown_presets(self, preset, words):
        with pytest.raises(CommandError, match=words):
            run("load_preset", preset, region=CityFactory().code)

    @pytest.mark.parametrize("preset", ["p0", "p1", "p2", "p3", "p4"])
    def test_every_template_loads_and_two_regions_share_one(self, preset):
        city = CityFactory()
        run("load_preset", preset, region=city.code)
        words = run("load_preset", preset, region=city.code, code="again", name="又一个", draft=True)
        assert "已建立草稿：又一个 第 1 版" in words
        assert sorted(Programme.objects.values_list("code", flat=True)) == sorted([preset, "again"])

    def test_refuses_a_second_programme_of_the_same_code(self):
        city = CityFactory()
        run("load_preset", "p2", region=city.code)
        with pytest.raises(CommandError, match="已经存在"):
            run("load_preset", "p2", region=city.code)

    def test_refuses_an_unknown_region(self):
        with pytest.raises(CommandError, match="没有代码为"):
            run("load_preset", "p2", region="123456")


class TestIssueToken:
    def test_opens_the_api_and_is_kept_only_as_a_hash(self, cast, client):
        token = run("issue_token", cast.office.username).strip()
        answer = client.get("/api/v1/programmes/", headers={"Authorization": f"Token {token}"})
        assert answer.status_code == 200
        from knox.models import AuthToken

        assert token not in str(AuthToken.objects.values())

    def test_refuses_unknown_and_inactive_officials(self):
        OfficialFactory(username="gone", is_active=False)
        for username in ("gone", "nobody"):
            with pytest.raises(CommandError, match="没有登录名为"):
                run("issue_token", username)
