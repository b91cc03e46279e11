"""A draft of the rules: its services, and its pages for a clerk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from liaison import services
from liaison.choices import VersionStatus
from liaison.models import AuditEvent, EscalationRule, LimitRule, Programme, ProgrammeVersion, TeamRole
from liaison.reports import preset_of, ruleset_of
from liaison.reports.rulesets import NAMES, facts, identity, is_single, preset_codes
from tests.factories import Cast, at
from tests.factories.rulebook import preset_version

NOW = at(2026, 3, 2)
MAY = date(2026, 5, 1)


@pytest.fixture
def draft(cast: Cast) -> ProgrammeVersion:
    """The second version of 助商稳企, from May on."""
    return services.draft_version(
        programme=cast.version.programme, effective_from=MAY, by=cast.office, at=NOW
    )


@pytest.fixture
def clerk(client: Client, cast: Cast, clock: Callable[[datetime], None]) -> Client:
    clock(NOW)
    client.force_login(cast.office)
    return client


def url(name: str, *more: Any) -> str:
    return reverse(f"liaison:{name}", args=["p2", *more])


def limit(draft: ProgrammeVersion, kind: str = "report") -> LimitRule:
    return draft.limits.get(kind=kind)


def words(response: Any) -> str:
    return str(response.content.decode())


class TestServices:
    def test_a_draft_is_a_whole_copy_and_the_published_version_stays(self, cast, draft):
        old, new = ruleset_of(cast.version), ruleset_of(draft)
        said = [[(identity(rule), facts(rule)) for rule in rules] for rules in (old, new)]
        assert said[0] == said[1]
        assert draft.number == 2
        services.save_rule(
            version=draft, rule=limit(draft), values={"working_days": 3}, by=cast.office, at=NOW
        )
        assert cast.version.limit("report", MAY) == 2
        assert draft.limit("report", MAY) == 3

    def test_one_draft_at_a_time_and_no_day_before_the_version_in_force(self, cast, draft):
        with pytest.raises(services.DraftRefused, match="第 2 版草稿还没有发布"):
            services.draft_version(programme=draft.programme, effective_from=MAY, by=cast.office, at=NOW)
        with pytest.raises(services.DraftRefused, match="须晚于第 1 版的生效日 2025-01-01"):
            services.describe_draft(
                version=draft, effective_from=date(2025, 1, 1), document="", by=cast.office, at=NOW
            )

    def test_a_rule_that_is_there_already_is_refused_in_its_own_words(self, cast, draft):
        with pytest.raises(services.DraftRefused, match="已经有这一条：收集后 2 个工作日内上报"):
            services.save_rule(
                version=draft,
                rule=LimitRule(),
                values={"kind": "report", "working_days": 9},
                by=cast.office,
                at=NOW,
            )

    @pytest.mark.parametrize("kind", [k for k in NAMES if is_single(k) and preset_of("p2").rules.of(k)])
    def test_of_a_single_kind_there_is_one_row(self, cast, draft, kind):
        row = kind.rows_of(draft).first()
        values = {field.name: getattr(row, field.name) for field in kind.values_asked()}
        with pytest.raises(services.DraftRefused, match="已经有这一条"):
            services.save_rule(version=draft, rule=kind(), values=values, by=cast.office, at=NOW)

    def test_a_new_seat_stands_last_under_a_code_of_its_own(self, cast, draft):
        values = {"name": "联络员", "holder": "official", "min_count": 1}
        made = services.save_rule(version=draft, rule=TeamRole(), values=values, by=cast.office, at=NOW)
        assert made.code == "teamrole-1"
        assert made.position == max(draft.team_roles.values_list("position", flat=True))

    def test_rows_change_places_and_stay_at_the_end(self, cast, draft):
        def order() -> list[str]:
            return list(draft.team_roles.order_by("position", "pk").values_list("code", flat=True))

        before = order()
        second = draft.team_roles.get(code=before[1])
        services.move_rule(version=draft, rule=second, by=cast.office, at=NOW, up=True)
        assert order() == [before[1], before[0], *before[2:]]
        services.move_rule(version=draft, rule=second, by=cast.office, at=NOW, up=True)
        assert order()[0] == before[1]

    def test_a_published_version_takes_no_change_and_another_drafts_rule_none_either(self, cast, draft):
        own = limit(cast.version)
        with pytest.raises(services.DraftRefused, match="已经发布"):
            services.save_rule(
                version=cast.version, rule=own, values={"working_days": 9}, by=cast.office, at=NOW
            )
        with pytest.raises(services.DraftRefused, match="不属于该草稿"):
            services.save_rule(version=draft, rule=own, values={"working_days": 9}, by=cast.office, at=NOW)
        with pytest.raises(services.DraftRefused, match="不属于该草稿"):
            services.remove_rule(version=draft, rule=own, by=cast.office, at=NOW)

    def test_a_discarded_draft_leaves_its_trail_and_nothing_else(self, cast, draft):
        services.discard_draft(version=draft, by=cast.office, at=NOW)
        assert list(cast.version.programme.versions.values_list("number", flat=True)) == [1]
        assert AuditEvent.objects.filter(action="放弃方案草稿").count() == 1

    def test_a_first_draft_goes_with_its_programme(self, cast):
        first = services.load_preset(
            preset="p3", region=cast.city, starts_on=MAY, by=cast.office, at=NOW, publish=False
        )
        services.discard_draft(version=first, by=cast.office, at=NOW)
        assert not Programme.objects.filter(code="p3").exists()

    def test_what_somebody_else_changed_meanwhile_is_not_published_unseen(self, cast, draft):
        from liaison.reports import fingerprint

        seen = fingerprint(ruleset_of(draft))
        services.save_rule(
            version=draft, rule=limit(draft), values={"working_days": 4}, by=cast.admin, at=NOW
        )
        with pytest.raises(services.PublishRefused, match="草稿又有改动"):
            services.publish_version(version=draft, by=cast.office, at=NOW, seen=seen)


class TestFromATemplate:
    def test_five_cards_and_a_click_makes_a_draft(self, clerk):
        page = words(clerk.get(reverse("liaison:programme-templates")))
        for name in ("千人入千企", "百名干部驻企业", "助商稳企", "派驻企业指导员", "服务企业专员"):
            assert name in page
        address = reverse("liaison:programme-new", args=["p4"])
        form = clerk.get(address).context["form"]
        answer = clerk.post(
            address,
            {"name": "专员", "region": form.initial["region"].pk, "starts_on": "2026-05-01", "code": "zy"},
        )
        assert answer.url == reverse("liaison:draft", args=["zy"])
        made = Programme.objects.get(code="zy")
        assert [version.status for version in made.versions.all()] == [VersionStatus.DRAFT]

    def test_a_name_that_the_region_has_is_refused_and_a_free_one_proposed(self, clerk, cast):
        address = reverse("liaison:programme-new", args=["p2"])
        taken = cast.version.programme
        Programme.objects.filter(pk=taken.pk).update(name="助商稳企·护航发展", region=cast.city)
        assert clerk.get(address).context["form"].initial["name"] == "助商稳企·护航发展（2）"
        body = {"name": "助商稳企·护航发展", "region": cast.city.pk, "starts_on": "2026-05-01", "code": "new"}
        answer = clerk.post(address, body)
        assert answer.status_code == 422
        assert "已有叫“助商稳企·护航发展”的方案，请换一个分得清的名称" in words(answer)
        assert clerk.post(address, body | {"region": cast.county.pk}).status_code == 302

    def test_a_template_says_how_long_and_that_a_plan_is_not_an_end(self, clerk):
        page = words(clerk.get(reverse("liaison:programme-new", args=["p1"])))
        assert "长期，每批 12 个月" in page
        assert "疑难类 15 天内拿出方案" in page

    def test_a_programme_with_batches_leads_to_them(self, clerk):
        for code, leads in (("p1", True), ("p2", False)):
            version = (
                preset_version(code) if code == "p1" else ProgrammeVersion.objects.get(programme__code=code)
            )
            page = clerk.get(reverse("liaison:programme", args=[version.programme.code])).content.decode()
            assert (reverse("companies:batches", args=[code]) in page) is leads

    def test_a_code_that_is_taken_is_refused_and_a_free_one_proposed(self, clerk, cast):
        address = reverse("liaison:programme-new", args=["p2"])
        assert clerk.get(address).context["form"].initial["code"] == "p2-2"
        body = {"name": "又一个", "region": cast.city.pk, "starts_on": "2026-05-01", "code": "p2"}
        answer = clerk.post(address, body)
        assert answer.status_code == 422
        assert "已经用于另一个方案" in words(answer)
        assert "又一个" in words(answer)


@pytest.mark.parametrize("preset", preset_codes())
def test_each_template_is_published_as_it_comes_in_a_fresh_city(clerk, cast, preset):
    """Made, read, published and read again by the pages alone; no template contradicts itself."""
    body = {"name": "试行方案", "region": cast.city.pk, "starts_on": "2026-05-01", "code": "fresh"}
    made = clerk.post(reverse("liaison:programme-new", args=[preset]), body)
    assert made.url == reverse("liaison:draft", args=["fresh"])
    draft = words(clerk.get(made.url))
    assert "规则之间没有矛盾，可以发布" in draft
    assert "与模板还没有不同；点一条规则，就在原处修改" in draft
    publish = reverse("liaison:draft-publish", args=["fresh"])
    page = clerk.get(publish)
    answer = clerk.post(publish, {"seen": page.context["seen"]})
    assert answer.url == reverse("companies:programme-start", args=["fresh"])
    steps = clerk.get(answer.url).context["steps"]
    assert next(step.title for step in steps if not step.is_done) == "纳入企业和项目"
    read = words(clerk.get(reverse("liaison:programme", args=["fresh"])))
    assert "待生效" in read


class TestReading:
    def test_everybody_reads_and_only_the_office_edits(self, client, cast, draft, clock):
        clock(NOW)
        client.force_login(cast.official)
        page = words(client.get(url("programme")))
        assert "收集后" in page
        assert "第 2 版" not in page
        assert client.get(url("draft")).status_code == 403

    def test_what_differs_from_the_template_is_marked(self, clerk, cast, draft):
        services.save_rule(
            version=draft, rule=limit(draft), values={"working_days": 3}, by=cast.office, at=NOW
        )
        services.publish_version(version=draft, by=cast.office, at=NOW)
        page = words(clerk.get(url("programme") + "?version=2"))
        assert "模板为 2 个工作日" in page
        assert "模板为" not in words(clerk.get(url("programme")))  # the version in force is the first

    def test_versions_are_compared_rule_by_rule(self, clerk, cast, draft):
        services.save_rule(
            version=draft, rule=limit(draft), values={"working_days": 3}, by=cast.office, at=NOW
        )
        page = clerk.get(url("programme-compare") + "?before=1&after=2")
        (chapter,) = page.context["chapters"]
        assert chapter.code == "limits"
        (turn,) = chapter.turns
        assert (turn.word, turn.values) == ("修改", "2 个工作日 → 3 个工作日")
        assert page.context["before"] == cast.version
        assert clerk.get(url("programme-compare") + "?before=template&after=2").context["count"] == 1
        assert clerk.get(url("programme-compare") + "?before=9&after=2").status_code == 404


class TestEditing:
    def test_a_value_is_changed_in_its_sentence_with_and_without_htmx(self, clerk, draft):
        rule = limit(draft)
        address = url("rule", "limits", rule.pk)
        form = words(clerk.get(address, headers={"HX-Request": "true"}))
        assert "<html" not in form
        assert 'name="working_days"' in form
        assert "个工作日内上报协调办公室" in form
        plain = clerk.post(address, {"working_days": "3"})
        assert plain.status_code == 302
        assert plain.url.endswith(f"#rule-limits-{rule.pk}")
        swapped = clerk.post(address, {"working_days": "4"}, headers={"HX-Request": "true"})
        assert swapped["HX-Retarget"] == f"#rule-limits-{rule.pk}"
        assert "第 1 版为 2 个工作日" in words(swapped)
        assert 'id="rule-panel"' in words(swapped)
        rule.refresh_from_db()
        assert rule.working_days == 4

    @pytest.mark.parametrize(
        ("typed", "said"), [("", "必填"), ("-1", "大于或等于"), ("99999", "小于或等于"), ("三", "整数")]
    )
    def test_a_wrong_value_is_refused_and_kept(self, clerk, draft, typed, said):
        rule = limit(draft)
        answer = clerk.post(url("rule", "limits", rule.pk), {"working_days": typed})
        assert answer.status_code == 422
        assert said in words(answer)
        assert f'value="{typed}"' in words(answer) or not typed
        rule.refresh_from_db()
        assert rule.working_days == 2

    def test_what_the_row_itself_forbids_is_refused_in_words(self, clerk, draft):
        rule = limit(draft, "sign")
        answer = clerk.post(url("rule", "limits", rule.pk), {"working_days": "0"})
        assert answer.status_code == 422
        assert "时限至少 1 个工作日" in words(answer)

    def test_a_rule_is_added_moved_and_removed(self, clerk, draft):
        body = {"trigger": "transfers", "threshold": "5", "rung": "standing_meeting"}
        added = clerk.post(url("rule-new", "escalations"), body, headers={"HX-Request": "true"})
        assert added["HX-Retarget"] == "#kind-escalations"
        made = EscalationRule.objects.get(version=draft, trigger="transfers", rung="standing_meeting")
        assert clerk.post(url("rule-move", "escalations", made.pk), {"to": "up"}).status_code == 404
        seat = draft.team_roles.order_by("position")[1]
        assert clerk.post(url("rule-move", "team_roles", seat.pk), {"to": "up"}).status_code == 302
        seat.refresh_from_db()
        assert seat.position == 1
        assert clerk.post(url("rule-remove", "escalations", made.pk)).status_code == 302
        assert not EscalationRule.objects.filter(pk=made.pk).exists()

    def test_a_region_of_its_own_quota_lies_within_the_programme(self, clerk, cast, draft):
        page = clerk.get(url("rule-new", "quotas"))
        regions = page.context["form"].fields["region"].queryset
        assert cast.county in regions
        assert all(region.path.startswith(cast.city.path) for region in regions)

    @pytest.mark.parametrize("name", sorted(NAMES.values()))
    def test_every_kind_opens_as_a_sentence(self, clerk, draft, name):
        page = clerk.get(url("rule-new", name))
        assert page.status_code == 200
        shown = [piece.bound.name for piece in page.context["form"].pieces() if piece.bound]
        assert sorted(shown) == sorted(page.context["form"].fields)

    def test_contradictions_stand_at_the_top_with_their_chapter(self, clerk, draft):
        item = draft.score_items.filter(board="handling")[0]
        body = {"board": item.board, "measure": item.measure, "weight": "10", "target": "95"}
        clerk.post(url("rule", "score_items", item.pk), body)
        page = clerk.get(url("draft"))
        assert "scores" in page.context["wrong"]
        assert "应为 100 分" in words(page)
        answer = clerk.post(url("draft-publish"), {"seen": clerk.get(url("draft-publish")).context["seen"]})
        assert answer.status_code == 422
        assert "应为 100 分" in words(answer)

    def test_who_comes_after_a_publication_is_told(self, clerk, cast, draft):
        services.publish_version(version=draft, by=cast.admin, at=NOW)
        for name, method in (
            ("draft", clerk.get),
            ("draft-publish", clerk.post),
            ("draft-discard", clerk.post),
        ):
            answer = method(url(name), follow=True)
            assert "可能刚由他人发布或放弃" in words(answer), name

    def test_the_day_and_the_paper_are_changed(self, clerk, draft):
        body = {"effective_from": "2026-06-01", "document": "云办发〔2026〕7号"}
        assert clerk.post(url("draft-describe"), body).status_code == 302
        draft.refresh_from_db()
        assert (draft.effective_from, draft.document) == (date(2026, 6, 1), "云办发〔2026〕7号")
        assert clerk.post(url("draft-describe"), body | {"effective_from": "2024-01-01"}).status_code == 422

    def test_the_chapter_bar_follows_what_was_changed(self, clerk, draft):
        """Counts, differences and what contradicts itself: the answer brings the bar's links anew."""
        item = draft.score_items.filter(board="handling")[0]
        body = {"board": item.board, "measure": item.measure, "weight": "10", "target": "95"}
        answer = clerk.post(url("rule", "score_items", item.pk), body, headers={"HX-Request": "true"})
        said = words(answer)
        links = said[said.index('hx-swap-oob="innerHTML:#chapter-nav"') :]
        scores = links[links.index('href="#scores"') : links.index('href="#forms"')]
        assert "is-wrong" in scores
        whole = words(clerk.get(url("draft")))
        assert 'id="chapter-nav"' in whole
        assert links[links.index('<a href="#team"') : links.index("</div>")].strip() in whole
        answer = clerk.post(
            url("rule", "limits", limit(draft).pk), {"working_days": "9"}, headers={"HX-Request": "true"}
        )
        said = words(answer)
        limits = said[said.index('<a href="#limits"') : said.index('<a href="#grades"')]
        assert '<small class="is-different">改 1</small>' in limits
