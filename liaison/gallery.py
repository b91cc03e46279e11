"""The invented examples behind /components/, where every part of the interface is shown once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict

from liaison.choices import FileKind
from liaison.forms.files import FilesForm

CITY = ZoneInfo("Asia/Shanghai")
LONG_NAME = "汉江新能源汽车零部件智能制造产业园投资建设运营管理有限公司"  # 29 characters: the usual longest


def _units() -> list[tuple[str, str]]:
    names = (
        "发展和改革委员会 工业和信息化局 公安局 财政局 人力资源和社会保障局 自然资源局 生态环境局 "
        "住房和城乡建设局 交通运输局 水利局 农业农村局 商务局 市场监督管理局 税务局"
    )
    return [(str(place), f"市{name}") for place, name in enumerate(names.split(), start=1)]


class SampleForm(forms.Form):
    """One field of each kind; none of them is dressed by hand."""

    company = forms.CharField(label="企业名称", max_length=60, help_text="按营业执照填写全称。")
    credit_code = forms.CharField(label="统一社会信用代码", max_length=18)
    phone = forms.CharField(label="联系电话", required=False)
    visited_on = forms.DateField(label="走访日期")
    staff = forms.IntegerField(label="职工人数", required=False)
    amount = forms.DecimalField(label="涉及金额", required=False)
    category = forms.ChoiceField(
        label="问题类别", choices=[("", "请选择"), ("land", "用地"), ("power", "用电"), ("labour", "用工")]
    )
    unit = forms.ChoiceField(label="牵头单位", required=False, choices=[("", "请选择"), *_units()])
    helpers = forms.MultipleChoiceField(
        label="配合单位", required=False, choices=_units(), widget=forms.CheckboxSelectMultiple
    )
    mode = forms.ChoiceField(
        label="联系方式",
        choices=[("visit", "上门"), ("phone", "电话"), ("im", "微信"), ("video", "视频")],
        widget=forms.RadioSelect,
        initial="visit",
    )
    present = forms.MultipleChoiceField(
        label="参加人员",
        choices=[("lead", "包抓领导"), ("head", "专班组长"), ("official", "包抓干部")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    problem = forms.CharField(label="企业反映的问题", widget=forms.Textarea, required=False)
    evidence = forms.FileField(label="附件", required=False, help_text="可不传。单个文件不超过 20 MB。")
    urgent = forms.BooleanField(label="请办公室当天处理", required=False)


def _tickets() -> list[dict[str, Any]]:
    rows = [
        (
            "WT-2026-0147",
            LONG_NAME,
            "C",
            "协调类",
            "经营用电扩容迟迟不批",
            "市发展和改革委员会",
            date(2026, 10, 9),
            -7,
            "red+",
            "严重逾期",
        ),
        (
            "WT-2026-0151",
            "汉台区锦程机械有限公司",
            "B",
            "部门类",
            "厂区门口道路限行影响出货",
            "市公安局",
            date(2026, 10, 16),
            -2,
            "red",
            "",
        ),
        (
            "WT-2026-0158",
            "城固县天汉药业股份有限公司",
            "A",
            "即办类",
            "退税资料重复提交",
            "市税务局",
            date(2026, 10, 21),
            1,
            "yellow",
            "",
        ),
        (
            "WT-2026-0160",
            "南郑区秦岭食品有限公司",
            "B",
            "部门类",
            "缺少熟练包装工 40 人",
            "市人力资源和社会保障局",
            date(2026, 10, 29),
            7,
            "green",
            "",
        ),
        (
            "WT-2026-0162",
            "勉县宏远铸造厂",
            "",
            "",
            "希望对接设备更新贷款贴息政策",
            "",
            None,
            None,
            "grey",
            "待定级",
        ),
    ]
    names = ["number", "company", "grade", "grade_name", "title", "unit", "due_on", "left", "tone", "word"]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _events() -> list[dict[str, Any]]:
    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 10, day, hour, minute, tzinfo=CITY)

    return [
        {
            "at": at(19, 8, 30),
            "title": "提级到专项小组",
            "unit": "系统",
            "tone": "red",
            "icon": "stairs-up",
            "body": "逾期 5 个工作日，按规则提级一次。",
        },
        {
            "at": at(9, 17, 20),
            "title": "办理进展",
            "who": "周立新",
            "unit": "市发展和改革委员会",
            "body": "已完成现场勘查，扩容方案待省公司批复。\n预计还需两周。",
            "icon": "message-circle",
        },
        {
            "at": at(8, 10, 5),
            "title": "签收",
            "who": "周立新",
            "unit": "市发展和改革委员会",
            "tone": "green",
            "icon": "check",
        },
        {"at": at(8, 9, 40), "title": "定级 C 并交办", "who": "陈静", "unit": "市协调办公室", "icon": "send"},
        {
            "at": at(7, 16, 12),
            "title": "上报",
            "who": "王丽华",
            "unit": "汉台区经济贸易局",
            "tone": "grey",
            "icon": "flag",
        },
    ]


def _charts() -> dict[str, dict[str, Any]]:
    months = [f"{month}月" for month in range(1, 11)]
    received = [82, 93, 90, 96, 128, 133, 132, 140, 151, 160]
    closed = [72, 88, 86, 91, 115, 126, 129, 135, 147, 155]
    counties = ["汉台区", "南郑区", "城固县", "洋县", "勉县", "西乡县"]
    return {
        "trend": {
            "kind": "line",
            "unit": "件",
            "categories": months,
            "series": [{"name": "受理", "data": received}, {"name": "销号", "data": closed}],
        },
        "rates": {
            "kind": "hbar",
            "percent": True,
            "categories": counties,
            "series": [
                {
                    "name": "走访完成率",
                    "data": [{"value": value, "url": "#charts"} for value in (96, 91, 88, 83, 78, 71)],
                }
            ],
        },
        "grades": {
            "kind": "stack",
            "unit": "件",
            "scale": True,
            "categories": counties,
            "series": [
                {"name": "A 即办类", "data": [12, 9, 7, 8, 5, 4]},
                {"name": "B 部门类", "data": [18, 11, 13, 9, 8, 7]},
                {"name": "C 协调类", "data": [6, 4, 5, 2, 3, 1]},
                {"name": "D 疑难类", "data": [2, 1, 0, 1, 0, 1]},
            ],
        },
        "heat": {
            "kind": "heat",
            "unit": "件",
            "categories": months,
            "series": [
                {"name": name, "data": [(place * 7 + month * 5) % 29 for month in range(10)]}
                for place, name in enumerate(["用工", "用地", "用电", "融资", "审批", "市场开拓"])
            ],
        },
        "none": {"kind": "line", "categories": [], "series": []},
    }


def _shelves() -> dict[str, dict[str, Any]]:
    """Attachments as one reads them, as one keeps them with a file refused, and none."""

    def row(name: str, kind: FileKind, size: int, who: str, day: int) -> dict[str, Any]:
        at = datetime(2026, 10, day, 16, 20, tzinfo=CITY)
        file = {"name": name, "what": kind, "kind": kind.value, "size": size}
        return {
            "file": file | {"uploaded_by": {"name": who}, "uploaded_at": at},
            "open_url": "#shelf-title",
            "remove_url": "#shelf-title",
        }

    plan = row(f"{LONG_NAME}包抓方案（定稿）.docx", FileKind.DOCX, 284_160, "陈明", 9)
    photo = row("厂区东门.jpg", FileKind.JPG, 1_845_000, "王秀兰", 10)
    roster = row("用工花名册.xlsx", FileKind.XLSX, 9_216, "陈明", 9)
    wrong = FilesForm({}, auto_id="shelf_%s")
    wrong.add_error("attached", "“受理通知.pdf”没有上传：内容是可执行程序，不是附件能收的类型。")
    common = {"form": FilesForm(auto_id="empty_%s"), "add_url": ""}
    return {
        "read": {
            "ident": "shelf-read",
            "rows": [plan, roster],
        }
        | common,
        "kept": {"ident": "shelf-kept", "rows": [photo], "form": wrong, "add_url": "#shelf-title"},
        "none": {"ident": "shelf-none", "rows": []} | common,
    }


def sample_context() -> dict[str, Any]:
    """Everything that templates/liaison/components.html shows."""
    wrong = SampleForm(
        QueryDict("company=&credit_code=9.16107E%2B17&visited_on=2026-13-01&mode=visit"), auto_id="wrong_%s"
    )
    wrong.add_error("credit_code", "这一格被表格软件变成了数字，请按文本重新填写 18 位代码。")
    page = Paginator(range(10_000), 50).page(3)
    return {
        "form": SampleForm(),
        "wrong": wrong,
        "tickets": _tickets(),
        "events": _events(),
        "shelves": _shelves(),
        "charts": _charts(),
        "page": page,
        "one_page": Paginator(range(4), 50).page(1),
        "lights": ["green", "yellow", "red", "red+", "blue", "grey", "done"],
        "status_choices": [
            ("", "全部", 1608),
            ("overdue", "逾期", 23, "red"),
            ("soon", "临期", 41, "yellow"),
            ("open", "办理中", 310),
            ("confirm", "待企业确认", 57),
        ],
        "grade_choices": [
            ("", "不限", None),
            ("A", "A 即办类", 120),
            ("B", "B 部门类", 96),
            ("C", "C 协调类", 77),
            ("D", "D 疑难类", 17),
        ],
        "steps": ["上传", "对应列", "检查", "预览", "确认", "结果"],
        "facts": [
            ("企业", LONG_NAME),
            ("统一社会信用代码", "91610702MA6YX00000"),
            ("所在地", "汉台区 北关街道"),
            ("联络员", "李卫国"),
            ("职工", "1,208 人"),
            ("主要困难", None),
        ],
        "tabs": [
            {"label": "办理经过", "url": "#cases", "active": True, "count": None},
            {"label": "配合单位", "url": "#cases", "active": False, "count": 2},
            {"label": "附件", "url": "#cases", "active": False, "count": 5},
        ],
        "why": "第1日 10/8 周四\n第2日 10/9 周五\n第3日 10/10 周六（补班）\n第4日 10/12 周一 到期",
        "due_on": date(2026, 10, 12),
        "moment": datetime(2026, 10, 12, 14, 5, tzinfo=CITY),
    }
