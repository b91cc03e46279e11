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


class LimitKind(models.TextChoices):
    """Steps that have a time limit in working days."""

    REPORT = "report", "收集后上报"
    TRIAGE = "triage", "上报后分派"
    SIGN = "sign", "交办后签收"
    FIRST_CONTACT = "first_contact", "签收后首次联系企业"
    COOPERATE = "cooperate", "配合单位反馈"
    FEEDBACK = "feedback", "办结后答复企业"
    REWORK = "rework", "不满意后重办"
    WARN = "warn", "到期前预警"


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
