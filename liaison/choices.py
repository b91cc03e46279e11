"""The ground floor's vocabulary: every closed list, in the field's own words."""

from django.db import models


class RegionLevel(models.TextChoices):
    CITY = "city", "市"
    COUNTY = "county", "县区"
    TOWN = "town", "镇街"


class Rank(models.TextChoices):
    """职级 of an official; quotas are set by it."""

    BUREAU = "bureau", "厅级"
    COUNTY = "county", "县级"
    SECTION = "section", "科级"
    STAFF = "staff", "一般干部"


class SystemRole(models.TextChoices):
    """What a posting lets its holder do here; see perms.py."""

    OFFICE = "office", "协调办公室"
    OFFICIAL = "official", "包抓干部"
    UNIT = "unit", "单位联络员"
    LEADER = "leader", "领导"
    ROSTER = "roster", "名册管理员"
    ASSESSOR = "assessor", "考核督查员"
    ADMIN = "admin", "系统管理员"


class Reach(models.TextChoices):
    """How far a posting sees: 数据范围."""

    OWN = "own", "本人包联"
    DEPARTMENT = "department", "本单位及下级"
    REGION = "region", "本行政区划及下级"


class VersionStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


class Holder(models.TextChoices):
    """Who can fill a seat of a team."""

    OFFICIAL = "official", "干部"
    DEPARTMENT = "department", "单位"
    GROUP = "group", "工作组"


class LimitKind(models.TextChoices):
    """Steps that have a time limit in working days."""

    REPORT = "report", "收集后上报"
    TRIAGE = "triage", "上报后分派"
    SIGN = "sign", "交办后签收"
    FIRST_CONTACT = "first_contact", "首次联系企业"
    COOPERATE = "cooperate", "配合单位反馈"
    FEEDBACK = "feedback", "办结后答复企业"
    REWORK = "rework", "不满意后重办"


class Rung(models.TextChoices):
    """The ladder a stuck problem climbs (提级)."""

    UNIT = "unit", "责任单位"
    OFFICE = "office", "协调办公室"
    SPECIAL_GROUP = "special_group", "问题解决专项小组"
    DISPATCH_MEETING = "dispatch_meeting", "调度会"
    STANDING_MEETING = "standing_meeting", "常务会议/常委会"


class Trigger(models.TextChoices):
    """Why a problem climbs."""

    UNREPORTED = "unreported", "逾期未上报"
    OVERDUE = "overdue", "逾期未办结"
    REWORKS = "reworks", "多次重办"
    TRANSFERS = "transfers", "多次退回改派"


class Board(models.TextChoices):
    """Whom a score judges, and by which side of the work."""

    HANDLING = "handling", "责任单位（办理）"
    ASSIGNED = "assigned", "包抓单位（服务）"


class Measure(models.TextChoices):
    """What a score item measures; each has one pure formula."""

    CLOSED = "closed", "问题办结率"
    ON_TIME = "on_time", "按期办结率"
    SATISFIED = "satisfied", "企业满意率"
    RESPONSE = "response", "按时签收率"
    VERIFIED = "verified", "回访核实率"
    COVERAGE = "coverage", "联系覆盖率"
    REPORTED_IN_TIME = "reported_in_time", "按时上报率"
    RESOLVED = "resolved", "包抓企业问题办结率"
    LEDGER = "ledger", "台账完整率"


class FilingWay(models.TextChoices):
    """Where a problem goes that a company files itself, by the code at its door."""

    NONE = "none", "不接受，由服务干部登记"
    TEAM = "team", "先到企业的服务干部，由其核实上报"
    OFFICE = "office", "直接到协调办公室"


class Slip(models.TextChoices):
    """What a unit loses points for, each time."""

    LATE_REPORT = "late_report", "逾期上报"
    OVERDUE = "overdue", "逾期未办结"
    REWORK = "rework", "重办"
    LATE_SIGN = "late_sign", "逾期签收"
    FAKE_CLOSE = "fake_close", "虚假办结"


class YearStatus(models.TextChoices):
    PUBLISHED = "published", "已公布"
    PROVISIONAL = "provisional", "暂定"
    UNKNOWN = "unknown", "未公布"


class DayKind(models.TextChoices):
    OFF = "off", "休"
    WORK = "work", "班"


class ChangeKind(models.TextChoices):
    """What a change of the working calendar is."""

    NOTICE = "notice", "年度放假安排"
    EXCEPTION = "exception", "地方例外"
    CORRECTION = "correction", "更正地方例外"
    WITHDRAWAL = "withdrawal", "撤回地方例外"


class ChangeState(models.TextChoices):
    """Where a change of the working calendar stands; what is applied or discarded stays as it is."""

    DRAFT = "draft", "待确认"
    APPLYING = "applying", "正在应用"
    APPLIED = "applied", "已应用"
    DISCARDED = "discarded", "已放弃"


class ImportState(models.TextChoices):
    """Where an import stands; the wizard's steps follow it."""

    UPLOADED = "uploaded", "待对应列"
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "待确认"
    APPLYING = "applying", "写入中"
    APPLIED = "applied", "已导入"
    FAILED = "failed", "未通过"
    CANCELLED = "cancelled", "已放弃"


class Verdict(models.TextChoices):
    """What an import says of a row."""

    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "无变化"
    DUPLICATE = "duplicate", "表内重复"
    ERROR = "error", "有误"


class DepartmentKind(models.TextChoices):
    """What sort of organ a unit is; quotas and eligibility may ask for it."""

    ORGAN = "organ", "党政机关"
    ECONOMIC = "economic", "经济部门"
    UNIVERSITY = "university", "高校"
    TOWN = "town", "镇街社区"
    OTHER = "other", "其他单位"


class SeatPlace(models.TextChoices):
    """From where a seat's holder must come, seen from the company."""

    ANY = "any", "不限"
    CITY = "city", "市直单位"
    SAME_COUNTY = "same_county", "企业所在县区"


class Rhythm(models.TextChoices):
    """How often something recurs."""

    EVENT = "event", "不定期"
    DAILY = "daily", "每日"
    WEEKLY = "weekly", "每周"
    FORTNIGHTLY = "fortnightly", "每两周"
    MONTHLY = "monthly", "每月"
    YEARLY = "yearly", "每年"


class GroupKind(models.TextChoices):
    """工作组: bodies that serve many companies at once."""

    EXPERT = "expert", "专家组"
    SUPERVISION = "supervision", "督导组"
    SQUAD = "squad", "工作小分队"
    SPECIAL = "special", "问题解决专项小组"
    WORKING = "working", "工作组"


class GroupDuty(models.TextChoices):
    """What an official does in a group."""

    HEAD = "head", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "成员"
    INSTRUCTOR = "instructor", "指导员"


class TriageScheme(models.TextChoices):
    """How problems are sorted on arrival."""

    GRADES = "grades", "按难易分级"
    ROUTES = "routes", "按共性、个性、复杂分类"
    NONE = "none", "不分级"


class Remedy(models.TextChoices):
    """By what a problem of a grade or route is settled."""

    UNIT = "unit", "责任单位办理"
    POLICY = "policy", "出台政策措施"
    ONE_COMPANY = "one_company", "一企一策"
    TASK_FORCE = "task_force", "成立专班"


class CheckKind(models.TextChoices):
    """How handling is verified outside the reports of those who handled."""

    CALLBACK = "callback", "电话回访"
    RANDOM = "random", "随机抽查"
    UNANNOUNCED = "unannounced", "暗访"
    TERMINAL = "terminal", "末梢验证"


class Audience(models.TextChoices):
    """Who is sent a bulletin."""

    TOP = "top", "市委市政府主要领导"
    LEADERS = "leaders", "其他市领导"
    UNITS = "units", "各责任单位和县区"


class DutySource(models.TextChoices):
    """What a duty (规定动作) is counted from: first what is logged anyway, then the ledger of its own."""

    TICKET_SOLVED = "ticket_solved", "解决问题"
    CONTACT = "contact", "联系走访"
    ON_SITE = "on_site", "上门走访"
    POLICY = "policy", "对接政策"
    FRONT_LINE = "front_line", "一线劳动"
    SUGGESTION = "suggestion", "合理化建议"
    EXPERIENCE = "experience", "体验报告"
    INTEGRITY = "integrity", "廉政宣传"


class DutyPeriod(models.TextChoices):
    """Over which days a duty is due."""

    BATCH = "batch", "每批次"
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class FieldKind(models.TextChoices):
    """What a field of the daily report holds."""

    NUMBER = "number", "数量"
    MONEY = "money", "金额（万元）"
    YES_NO = "yes_no", "是否"
    TEXT = "text", "文字"


class PaperForm(models.TextChoices):
    """Standing lists and forms that a programme keeps (domain §6)."""

    TICKET_FORM = "ticket_form", "企业问题办理单"
    COMPANY_SHEET = "company_sheet", "包抓企业基本情况表"
    DEMANDS = "demands", "企业困难诉求清单"
    POLICIES = "policies", "惠企政策兑现情况清单"
    LEDGER = "ledger", "问题台账"
    DUTY_LEDGER = "duty_ledger", "六个一工作台账"
    EXPERIENCE = "experience", "体验报告"
    APPRAISAL = "appraisal", "企业评议表"
    DAILY = "daily", "企业日报"
    DOOR_CARD = "door_card", "助企公示牌"


class FileKind(models.TextChoices):
    """What an attachment is, judged by its content."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"
    PPTX = "pptx", "PPT"
    OFD = "ofd", "OFD"
    DOC = "doc", "Word"
    XLS = "xls", "Excel"
    PPT = "ppt", "PPT"
    JPG = "jpg", "图片"
    PNG = "png", "图片"
    WEBP = "webp", "图片"
    TXT = "txt", "文本"
    CSV = "csv", "表格文本"

    @property
    def extensions(self) -> tuple[str, ...]:
        """What its name may end with; the first where the name ends with something else."""
        others = {"jpg": ("jpeg",), "doc": ("wps",), "xls": ("et",), "ppt": ("dps",)}
        return (self.value, *others.get(self.value, ()))

    @property
    def media_type(self) -> str:
        """As it is sent to a browser."""
        return {
            "pdf": "application/pdf",
            "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "ofd": "application/ofd",
            "doc": "application/msword",
            "xls": "application/vnd.ms-excel",
            "ppt": "application/vnd.ms-powerpoint",
            "jpg": "image/jpeg",
            "png": "image/png",
            "webp": "image/webp",
            "txt": "text/plain",
            "csv": "text/csv",
        }[self.value]

    @property
    def is_picture(self) -> bool:
        return self in (FileKind.JPG, FileKind.PNG, FileKind.WEBP)

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it: pictures, drawn anew by us, and PDF."""
        return self.is_picture or self == FileKind.PDF


class InboxKind(models.TextChoices):
    """Why somebody is written to."""

    TODO = "todo", "待办"
    PRESS = "press", "督办"
    NEWS = "news", "进展"
    TALK = "talk", "留言"
    DIGEST = "digest", "每日提要"


class ResultUse(models.TextChoices):
    """Where the results of the assessment go."""

    DEDUCTION = "deduction", "向考核办提出扣分意见"
    COMPREHENSIVE = "comprehensive", "综合考核"
    DEPARTMENT = "department", "部门绩效考核"
    PERSONAL = "personal", "个人年度考核"
    ACCOUNTABILITY = "accountability", "作风问责"
