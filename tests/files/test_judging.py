"""Judged by content: what is taken, and every lie refused with what it is."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from liaison.choices import FileKind
from liaison.files import FileRefused, check_upload
from tests.files.samples import PDF, office, old_office, picture, upload, with_place, zipped

TAKEN = {
    "方案.pdf": (PDF, FileKind.PDF, "方案.pdf"),
    "方案.docx": (office("docx"), FileKind.DOCX, "方案.docx"),
    "台账.xlsx": (office("xlsx"), FileKind.XLSX, "台账.xlsx"),
    "汇报.pptx": (office("pptx"), FileKind.PPTX, "汇报.pptx"),
    "公文.ofd": (zipped("OFD.xml", "Doc_0/Document.xml"), FileKind.OFD, "公文.ofd"),
    "旧文.doc": (old_office("WordDocument"), FileKind.DOC, "旧文.doc"),
    "旧表.xls": (old_office("Workbook"), FileKind.XLS, "旧表.xls"),
    "旧片.ppt": (old_office("PowerPoint Document"), FileKind.PPT, "旧片.ppt"),
    "金山.wps": (old_office("WordDocument", "1Table"), FileKind.DOC, "金山.wps"),
    "金山.et": (old_office("Workbook"), FileKind.XLS, "金山.et"),
    "照片.jpg": (picture("JPEG"), FileKind.JPG, "照片.jpg"),
    "照片.jpeg": (picture("JPEG"), FileKind.JPG, "照片.jpeg"),
    "截图.png": (picture("PNG"), FileKind.PNG, "截图.png"),
    "图.webp": (picture("WEBP"), FileKind.WEBP, "图.webp"),
    "说明.txt": ("第一行\r\n第二行\t完".encode(), FileKind.TXT, "说明.txt"),
    "国标.txt": ("企业名称：云川机床".encode("gb18030"), FileKind.TXT, "国标.txt"),
    "清单.csv": ("企业,电话\n云川,139".encode("utf-8-sig"), FileKind.CSV, "清单.csv"),
    # A name that says something else is put right, not believed.
    "其实是图片.pdf": (picture("JPEG"), FileKind.JPG, "其实是图片.jpg"),
    "没有扩展名": (PDF, FileKind.PDF, "没有扩展名.pdf"),
    "报告.v2": (PDF, FileKind.PDF, "报告.v2.pdf"),
}

LIES = {
    "程序改名.pdf": (b"MZ\x90\x00" + b"\0" * 200, "可执行程序"),
    "程序改名.jpg": (b"\x7fELF\x02\x01" + b"\0" * 200, "可执行程序"),
    "网页改名.txt": (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "网页"),
    "网页改名.jpg": (b"  \n<html><body>x</body></html>", "网页"),
    "矢量图.png": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "标记.txt": (b"<note>x</note>", "XML"),
    "脚本.txt": (b"#!/bin/sh\nrm -rf /\n", "程序脚本"),
    "脚本.bat": (b"del *.*\r\n", "不收 .bat"),
    "脚本.js": (b"alert(1)", "不收 .js"),
    "富文本.doc": (rb"{\rtf1\ansi hello}", "RTF"),
    "启用宏.docx": (office("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"), "启用宏"),
    "带宏.xlsx": (office("xlsx", "xl/vbaProject.bin"), "含有宏"),
    "旧宏.doc": (old_office("WordDocument", "Macros"), "含有宏"),
    "旧宏.xls": (old_office("Workbook", "_VBA_PROJECT_CUR"), "含有宏"),
    "加密.docx": (old_office("EncryptedPackage", "EncryptionInfo"), "加了密码"),
    "邮件.doc": (old_office("__properties_version1.0"), "邮件"),
    "安装包.doc": (old_office("Binary.exe"), "安装包"),
    "压缩包.docx": (zipped("a.txt", "b.txt"), "压缩包"),
    "程序包.xlsx": (zipped("META-INF/MANIFEST.MF", "A.class"), "Java"),
    "安卓.pdf": (zipped("AndroidManifest.xml"), "安卓安装包"),
    "两用.docx": (
        office(
            "docx", main="application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
        ),
        "不是普通的 Word",
    ),
    "断头.docx": (office("docx")[:-30], "已损坏"),
    "断头.doc": (old_office("WordDocument")[:600], "已损坏"),
    "断头.pdf": (PDF[:20], "不完整"),
    "断头.jpg": (picture("JPEG", (400, 300))[:600], "已损坏"),
    "苹果.heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 100, "HEIC"),
    "动画.gif": (b"GIF89a" + b"\0" * 60, "其他格式的图片"),
    "压缩.rar": (b"Rar!\x1a\x07\x00" + b"\0" * 60, "压缩包"),
    "视频.mp4": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\0" * 60, "视频"),
    "乱码.txt": (bytes(range(256)) * 4, "认不出"),
    "空.pdf": (b"", "空文件"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_is_taken_for_what_it_is(name: str):
    data, kind, shown = TAKEN[name]
    checked = check_upload(upload(data, name))
    assert (checked.kind, checked.name) == (kind, shown)
    assert checked.size == len(checked.content.read())


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_refused_with_what_it_is(name: str):
    data, why = LIES[name]
    with pytest.raises(FileRefused, match=why) as refusal:
        check_upload(upload(data, name))
    assert f"“{name}”" in str(refusal.value)


def test_a_file_past_the_limit_is_refused(settings):
    settings.FILE_MAX_BYTES = 1024 * 1024
    with pytest.raises(FileRefused, match="超过 1 MB"):
        check_upload(upload(PDF + b"\n" * 1024 * 1024))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\桌面\\营业执照.pdf", "营业执照.pdf"),
        ("报告\u202efdp.exe.pdf", "报告fdp.exe.pdf"),
        ("a\x00b\r\nc\u200b.pdf", "ab c.pdf"),
        ('<img src="x">.pdf', "_img src=_x__.pdf"),
        ("...pdf", "pdf.pdf"),
        ("好" * 300 + ".pdf", "好" * 116 + ".pdf"),
        ("\u202e", "附件.pdf"),
    ],
)
def test_a_name_is_only_ever_shown(sent: str, shown: str):
    file = upload(PDF)
    file._name = sent  # past Django's own cleaning, as another client of check_upload may come
    assert check_upload(file).name == shown


class TestPictures:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_place_and_device_are_gone_and_it_stands_upright(self, form: str):
        sent = with_place(form)
        before = Image.open(BytesIO(sent))
        assert before.getexif().get_ifd(0x8825), "the sample says where it was taken"
        content = check_upload(upload(sent, "照片.jpg")).content.read()
        after = Image.open(BytesIO(content))
        assert (before.size, after.size) == ((60, 40), (40, 60))
        red, _, blue = after.convert("RGB").getpixel((35, 5))  # type: ignore[misc] # the corner went right
        assert red > 200 > blue
        assert not after.getexif()
        assert not {"exif", "xmp", "comment", "photoshop"} & after.info.keys()
        for word in (b"GPS", b"Exif", b"xmpmeta", "某牌".encode()):
            assert word not in content

    def test_one_that_stands_upright_keeps_its_quality(self):
        sent = with_place("JPEG", orientation=1)
        content = check_upload(upload(sent, "照片.jpg")).content.read()
        before, after = Image.open(BytesIO(sent)), Image.open(BytesIO(content))
        assert after.quantization == before.quantization  # type: ignore[attr-defined]
        assert after.size == before.size
        assert b"GPS" not in content

    def test_what_hangs_behind_the_picture_is_cut_off(self):
        content = check_upload(upload(picture("JPEG") + b"MZ<script>", "照片.jpg")).content.read()
        assert b"<script>" not in content

    def test_a_transparent_screenshot_stays_transparent(self):
        out = BytesIO()
        Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
        content = check_upload(upload(out.getvalue(), "截图.png")).content.read()
        assert Image.open(BytesIO(content)).getpixel((1, 1)) == (0, 0, 0, 0)

    def test_a_bomb_is_refused_before_it_unpacks(self, monkeypatch):
        monkeypatch.setattr("liaison.files.pictures.MOST_PIXELS", 1000)
        with pytest.raises(FileRefused, match="百万像素"):
            check_upload(upload(picture("PNG"), "大图.png"))
        monkeypatch.undo()
        monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 1000)
        with pytest.raises(FileRefused, match="百万像素"):
            check_upload(upload(picture("PNG"), "大图.png"))

    def test_a_moving_picture_is_refused(self):
        out = BytesIO()
        frames = [Image.new("RGB", (8, 8), (n, 0, 0)) for n in (0, 200)]
        frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
        with pytest.raises(FileRefused, match="动图"):
            check_upload(upload(out.getvalue(), "动.webp"))


def test_a_zip_of_too_many_members_is_refused(monkeypatch):
    monkeypatch.setattr("liaison.files.kinds._MOST_MEMBERS", 3)
    with pytest.raises(FileRefused, match="里面有 4 个文件"):
        check_upload(upload(zipped(*"abcd"), "多.docx"))


def test_a_swollen_directory_is_not_unpacked():
    swollen = zipped(**{"[Content_Types].xml": b" " * (3 * 1024 * 1024)})
    assert len(swollen) < 10_000
    with pytest.raises(FileRefused, match="已损坏"):
        check_upload(upload(swollen, "胀.docx"))


def test_a_document_that_swells_when_opened_is_refused(monkeypatch):
    monkeypatch.setattr("liaison.files.kinds._MOST_UNPACKED", 2 * 1024 * 1024)
    bomb = zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"0" * (3 * 1024 * 1024)})
    assert len(bomb) < 10_000
    with pytest.raises(FileRefused, match="解开后超过 2 MB"):
        check_upload(upload(bomb, "弹.docx"))
