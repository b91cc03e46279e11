"""培训: who was trained on which day in what; seats that ask for training look it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from liaison.choices import Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import MOBILE, Day, Shown, Text
from liaison.models import ImportRow, Official, Posting, Training
from liaison.perms import Capability


class TrainingResource(RosterResource):
    """The columns of a list of those trained: a person and a training on each line."""

    name = Column(
        "姓名", "official__name", Text(40), synonyms=("干部姓名", "名字"), required=True, example="林小舟"
    )
    phone = Column(
        "手机号",
        "official__phone",
        MOBILE,
        synonyms=("手机号码", "手机", "联系电话", "电话"),
        is_text=True,
        example="13900000001",
        note="没有则按姓名＋单位识别",
    )
    department = Column(
        "单位",
        "department__name",
        Shown(80),
        synonyms=("所在单位", "工作单位", "单位名称"),
        example="云川市工业和信息化局",
        note="有手机号时可不填",
        width=28,
    )
    on = Column(
        "培训日期",
        "on",
        Day(),
        synonyms=("日期", "培训时间", "参训日期"),
        required=True,
        example="2026-03-02",
        note="不能晚于上传当天",
    )
    subject = Column(
        "内容",
        "subject",
        Text(80),
        synonyms=("培训内容", "培训主题", "课程"),
        required=True,
        example="惠企政策培训",
        width=28,
    )

    class Meta:
        model = Training
        fields = ("name", "phone", "department", "on", "subject")
        import_id_fields = ("name", "phone", "on", "subject")


class TrainingExaminer(Examiner):
    """Finds the person in the directory; a training that is on record already is the same."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.units = DepartmentIndex()

    def identify(self, draft: Draft) -> None:
        """One line per person, day and subject."""
        given = draft.given
        draft.label = given.get("name", "")
        if "department" in given:
            try:
                given["department"] = self.units.find(given["department"], self.scope.region)
            except ValueError as problem:
                draft.blame("department", str(problem))
        if draft.errors:
            return
        unit = given["department"].pk if "department" in given else ""
        who = given.get("phone") or f"{squeezed(given['name'])}@{unit}"
        draft.key = f"{who}|{given['on']}|{given['subject']}"

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Two queries for the whole batch: who is meant, and what is on record."""
        phones = {draft.given["phone"] for draft in drafts if "phone" in draft.given}
        names = {draft.given["name"] for draft in drafts}
        posts = (
            Posting.objects.in_force(self.scope.on)
            .filter(Q(official__phone__in=phones) | Q(official__name__in=names))
            .filter(department__region__path__startswith=self.scope.region.path)
            .select_related("official")
            .order_by("pk")
        )
        people: dict[int, tuple[Official, set[int]]] = {}
        for post in posts:
            people.setdefault(post.official_id, (post.official, set()))[1].add(post.department_id)
        known = set(
            Training.objects.filter(official__in=people).order_by().values_list("official", "on", "subject")
        )
        for draft in drafts:
            self._judge(draft, people, known)

    def _judge(
        self, draft: Draft, people: dict[int, tuple[Official, set[int]]], known: set[tuple[int, date, str]]
    ) -> None:
        given = draft.given
        unit = given.get("department")
        found = [
            official
            for official, units in people.values()
            if squeezed(official.name) == squeezed(given["name"])
            and given.get("phone") in (None, official.phone)
            and (unit is None or unit.pk in units)
        ]
        if not found:
            draft.blame(
                "phone" if "phone" in given else "name", f"{self.scope.region}没有这名在任干部，请核对"
            )
            return
        if len(found) > 1:
            draft.blame("name", f"有 {len(found)} 个{given['name']}，请填手机号或单位")
            return
        if given["on"] > self.scope.on:
            draft.blame("on", "培训日期不能晚于上传当天")
            return
        (official,) = found
        is_known = (official.pk, given["on"], given["subject"]) in known
        draft.verdict = Verdict.SAME if is_known else Verdict.NEW
        draft.values = {
            "official": official.pk,
            "on": given["on"].isoformat(),
            "subject": given["subject"],
        }
        self.tell(draft, unit.name if unit else "", given["on"], given["subject"])

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """What two people hand in at once is kept once."""
        Training.objects.bulk_create(
            [
                Training(
                    official_id=row.values["official"],
                    on=row.values["on"],
                    subject=row.values["subject"],
                    recorded_at=at,
                    recorded_by=by,
                )
                for row in rows
            ],
            batch_size=500,
            ignore_conflicts=True,
        )


TRAININGS = register(
    Roster(
        code="trainings",
        name="培训记录",
        unit="人次",
        about="谁在哪天参加了什么培训，一行一人一次；要求先培训的席位据此放行。",
        resource=TrainingResource,
        examiner=TrainingExaminer,
        capability=Capability.IMPORT_COMPANIES,
        order=4,
    )
)
