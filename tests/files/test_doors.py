"""Attachments of plans and duties: who may have them, how they are handed out, what stays when they go."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse as URL
from PIL import Image

from companies.models import DutyFile, PlanFile
from liaison.files import FileRefused, check_upload
from liaison.models import AuditEvent
from liaison.services import keep_file
from tests.factories import DutyEntryFactory, DutyFileFactory, PlanFileFactory, ServicePlanFactory, at
from tests.files.samples import PDF, office, picture, upload, with_place


@pytest.fixture
def plan(cast):
    return ServicePlanFactory(enrolment=cast.enrolment, written_by=cast.official)


def add(client, plan, *files: SimpleUploadedFile, **headers: str):
    url = URL("companies:plan-files", args=[plan.enrolment_id])
    return client.post(url, {"attached": list(files)}, headers=headers)


def read(answer) -> bytes:
    return b"".join(answer.streaming_content)


class TestUpload:
    def test_several_at_once_the_good_kept_the_others_named(self, client_as, plan):
        files = (
            upload(PDF, "方案.pdf"),
            upload(b"MZ" + b"\0" * 99, "病毒.pdf"),
            upload(with_place(), "照片.jpg"),
        )
        answer = add(client_as("official"), plan, *files)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "“病毒.pdf”没有上传：内容是可执行程序" in page
        assert [file.name for file in PlanFile.objects.order_by("pk")] == ["方案.pdf", "照片.jpg"]
        assert "方案.pdf" in page
        events = AuditEvent.objects.filter(action="上传附件").order_by("pk")
        assert [event.detail["name"] for event in events] == ["方案.pdf", "照片.jpg"]

    def test_without_script_one_is_led_back(self, client_as, plan):
        answer = add(client_as("official"), plan, upload(PDF, "方案.pdf"))
        assert answer.url == URL("companies:plan-write", args=[plan.enrolment_id])

    def test_htmx_gets_the_shelf_alone(self, client_as, plan):
        answer = add(client_as("official"), plan, upload(PDF, "方案.pdf"), HX_Request="true")
        page = answer.content.decode()
        assert page.lstrip().startswith('<section class="files" id="plan-files">')
        assert "已上传 1 个附件" in page

    @pytest.mark.parametrize("files", [(), (upload(b"", "空.pdf"),)])
    def test_nothing_is_told_as_nothing(self, client_as, plan, files):
        answer = add(client_as("official"), plan, *files)
        assert answer.status_code == 422
        assert ("是空文件" if files else "还没有选择文件") in answer.content.decode()

    def test_too_much_at_once_is_told(self, client_as, plan, settings):
        settings.UPLOAD_MAX_BYTES = 500
        answer = add(client_as("official"), plan, upload(PDF, "一.pdf"), upload(PDF * 9, "二.pdf"))
        assert answer.status_code == 422
        assert "请分几次上传" in answer.content.decode()

    def test_the_same_file_twice_and_one_too_many_are_refused(self, cast, plan, settings):
        settings.FILES_PER_OWNER = 1
        common = {"model": PlanFile, "owner": plan, "by": cast.official, "at": at(2026, 4, 2)}
        keep_file(checked=check_upload(upload(PDF, "方案.pdf")), **common)
        with pytest.raises(FileRefused, match="同一个文件已经上传过，叫“方案"):
            keep_file(checked=check_upload(upload(PDF, "又一次.pdf")), **common)
        with pytest.raises(FileRefused, match="最多 1 个附件"):
            keep_file(checked=check_upload(upload(picture(), "照片.jpg")), **common)
        assert PlanFile.objects.count() == 1

    def test_what_lies_on_disk_has_a_name_of_ours_and_no_place(self, client_as, plan, settings):
        add(client_as("official"), plan, upload(with_place(), "../../厂门口.jpg"))
        stored = PlanFile.objects.get()
        path = Path(stored.file.path)
        assert path.is_relative_to(Path(settings.MEDIA_ROOT) / "files")
        assert not path.is_relative_to(Path(settings.STATIC_ROOT))
        assert len(path.name) == 32
        assert stored.name == "厂门口.jpg"
        assert b"GPS" not in path.read_bytes()
        assert path.stat().st_size == stored.size


class TestDownload:
    def test_comes_as_a_download_that_nothing_sniffs(self, client_as, plan):
        sent = office("docx")
        add(client_as("official"), plan, upload(sent, "包抓方案（定稿）.docx"))
        stored = PlanFile.objects.get()
        answer = client_as("leader").get(URL("companies:plan-file", args=[stored.pk]))
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%8C%85")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
        assert read(answer) == sent
        shown = client_as("leader").get(URL("companies:plan-file", args=[stored.pk]) + "?show=yes")
        assert shown["Content-Disposition"].startswith("attachment"), "a browser does not show a Word file"
        read(shown)

    def test_a_picture_is_shown_upright_in_a_sandbox(self, client_as, plan):
        add(client_as("official"), plan, upload(with_place(), "照片.jpg"))
        stored = PlanFile.objects.get()
        answer = client_as("office").get(URL("companies:plan-file", args=[stored.pk]), {"show": "yes"})
        assert answer["Content-Disposition"].startswith("inline")
        assert answer["Content-Type"] == "image/jpeg"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert Image.open(BytesIO(read(answer))).size == (40, 60)

    @pytest.mark.parametrize("who", ["stranger", "unit", "other_unit"])
    def test_to_a_stranger_it_does_not_exist(self, client_as, plan, who):
        stored = PlanFileFactory(owner=plan)
        assert client_as(who).get(URL("companies:plan-file", args=[stored.pk])).status_code == 404
        assert client_as(who).post(URL("companies:plan-file-remove", args=[stored.pk])).status_code == 404

    def test_who_only_reads_may_not_remove(self, client_as, plan):
        stored = PlanFileFactory(owner=plan)
        assert (
            client_as("leader").post(URL("companies:plan-file-remove", args=[stored.pk])).status_code == 403
        )


def test_removing_takes_the_bytes_and_leaves_a_trace(client_as, plan):
    stored = PlanFileFactory(owner=plan)
    path = Path(stored.file.path)
    assert path.exists()
    client_as("official").post(URL("companies:plan-file-remove", args=[stored.pk]))
    assert not PlanFile.objects.exists()
    assert not path.exists()
    event = AuditEvent.objects.get(action="删除附件")
    assert event.detail == {"name": stored.name, "size": stored.size, "sha256": stored.sha256}


class TestDutyEvidence:
    @pytest.fixture
    def entry(self, cast):
        return DutyEntryFactory(enrolment=cast.enrolment, official=cast.official)

    def body(self, cast, **more: object) -> dict[str, object]:
        place = {"enrolment": str(cast.enrolment.pk), "source": "policy", "on": "2026-03-02"}
        return {**place, "words": "讲政策", **more}

    def test_comes_with_the_line(self, client_as, cast):
        url = URL("companies:duty-new", args=[cast.company.uscc])
        files = [upload(with_place(), "现场.jpg"), upload(PDF, "签到表.pdf")]
        assert client_as("official").post(url, self.body(cast, attached=files)).status_code == 302
        assert [file.name for file in DutyFile.objects.order_by("pk")] == ["现场.jpg", "签到表.pdf"]
        ledger = client_as("official").get(
            URL("issues:duty-rows", args=["p2", cast.official.pk, "policy"]), {"until": "2026-03-31"}
        )
        assert "2 个附件" in ledger.content.decode()

    def test_a_lie_is_told_beside_the_field_and_the_words_stay(self, client_as, cast):
        url = URL("companies:duty-new", args=[cast.company.uscc])
        lie = upload(b"<html><script>", "现场.jpg")
        answer = client_as("official").post(url, self.body(cast, attached=[lie]))
        assert answer.status_code == 422
        assert "“现场.jpg”没有上传：内容是网页" in answer.content.decode()
        assert "讲政策" in answer.content.decode()
        assert not DutyFile.objects.exists()

    def test_with_a_refused_line_its_files_are_asked_for_again(self, client_as, cast):
        url = URL("companies:duty-new", args=[cast.company.uscc])
        sent = self.body(cast, words="", attached=[upload(PDF, "签到表.pdf")])
        answer = client_as("official").post(url, sent)
        assert answer.status_code == 422
        assert "请重新选择文件" in answer.content.decode()

    def test_is_added_later_and_only_by_whose_line_it_is(self, client_as, entry):
        url = URL("companies:duty-files", args=[entry.pk])
        answer = client_as("official").post(url, {"attached": [upload(PDF, "签到表.pdf")]})
        assert answer.url == URL("companies:duty", args=[entry.pk])
        stored = DutyFile.objects.get()
        assert client_as("office").post(url, {"attached": [upload(PDF, "签到表.pdf")]}).status_code == 403
        remove = URL("companies:duty-file-remove", args=[stored.pk])
        assert client_as("office").post(remove).status_code == 403
        assert client_as("stranger").post(remove).status_code == 404
        assert client_as("official").post(remove).status_code == 302
        assert not DutyFile.objects.exists()

    def test_a_line_taken_back_takes_no_more(self, client_as, entry):
        entry.withdrawn_at = at(2026, 3, 3)
        entry.save()
        url = URL("companies:duty-files", args=[entry.pk])
        assert client_as("official").post(url, {"attached": [upload(PDF, "签到表.pdf")]}).status_code == 403

    def test_is_seen_with_the_line(self, client_as, entry):
        stored = DutyFileFactory(owner=entry)
        url = URL("companies:duty-file", args=[stored.pk])
        assert read(client_as("office").get(url)).startswith(b"%PDF")
        assert client_as("roster").get(url).status_code == 404
