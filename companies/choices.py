"""The companies' room: its closed lists."""

from django.db import models


class Scale(models.TextChoices):
    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"
    UNKNOWN = "", "未填"


class VisitMode(models.TextChoices):
    """走访 is on site; the rest is 联系. WAIVED: the company itself said that this period it needs none."""

    VISIT = "visit", "上门走访"
    PHONE = "phone", "电话"
    IM = "im", "微信"
    VIDEO = "video", "视频"
    WAIVED = "waived", "本期无需联系"


class ProjectStage(models.TextChoices):
    PLANNED = "planned", "前期"
    BUILDING = "building", "在建"
    DONE = "done", "投产"


class DutyKind(models.TextChoices):
    """What a line of the duty log is about: what duties are counted from, and 融资授信 beside."""

    TICKET_SOLVED = "ticket_solved", "解决问题"
    CONTACT = "contact", "联系走访"
    ON_SITE = "on_site", "上门走访"
    POLICY = "policy", "对接政策"
    FINANCE = "finance", "融资授信"
    FRONT_LINE = "front_line", "一线劳动"
    SUGGESTION = "suggestion", "合理化建议"
    EXPERIENCE = "experience", "体验报告"
    INTEGRITY = "integrity", "廉政宣传"

    @classmethod
    def counted_anyway(cls) -> tuple[str, ...]:
        """What is logged elsewhere and counts by itself; here one only says that there was none."""
        return (cls.TICKET_SOLVED, cls.CONTACT, cls.ON_SITE)

    @classmethod
    def with_amounts(cls) -> tuple[str, ...]:
        """Lines that may say how much money they brought."""
        return (cls.POLICY, cls.FINANCE)


class RecusalReason(models.TextChoices):
    """回避: why an official stays away from a company."""

    DECLARED = "declared", "本人申报"
    FORMER_EMPLOYER = "former_employer", "曾任职"
    RELATIVE = "relative", "亲属"


class ProposalState(models.TextChoices):
    """试排: where a draft of who looks after whom stands."""

    QUEUED = "queued", "排队中"
    SOLVING = "solving", "试排中"
    DRAFT = "draft", "草案"
    FAILED = "failed", "未能试排"
    ADOPTED = "adopted", "已采用"
    TAKEN_BACK = "taken_back", "已撤回"
    DROPPED = "dropped", "已放弃"

    @classmethod
    def moving(cls) -> tuple[str, ...]:
        """Somebody is working on it."""
        return (cls.QUEUED, cls.SOLVING)


class TargetKind(models.TextChoices):
    """What is looked after; quotas count the two apart."""

    COMPANY = "company", "企业"
    PROJECT = "project", "项目"


class Emphasis(models.IntegerChoices):
    """How much a wish weighs when a proposal is worked out."""

    NONE = 0, "不考虑"
    SOME = 1, "一般"
    MUCH = 2, "看重"
    MOST = 3, "最看重"


class Nearness(models.TextChoices):
    """How near the official's unit is to the company."""

    TOWN = "town", "同镇街"
    COUNTY = "county", "同县区"
    CITY = "city", "市直"
    OTHER = "other", "跨县区"


class PairOrigin(models.TextChoices):
    """Who put a pair into a draft."""

    SOLVER = "solver", "自动"
    HAND = "hand", "人工"


class GapReason(models.TextChoices):
    """Why a seat stays empty in a draft."""

    NOBODY = "nobody", "本县区和市直都没有可选干部"
    BARRED = "barred", "可选干部都须回避"
    FEW = "few", "可选干部少于席位数"
    FULL = "full", "可选干部名额原已用满"
    TAKEN = "taken", "可选干部名额在本草案中已用完"
    BOUND = "bound", "有名额的干部已另包项目或企业，只能择一"
    REMOVED = "removed", "人工留空"


class FloorReason(models.TextChoices):
    """Why an official stays below the floor of their quota in a draft; nothing where the plan met it."""

    MET = "", "人工改派后不足"
    NOBODY = "nobody", "可及范围内没有空缺的企业"
    BARRED = "barred", "可及的企业都须回避，或已在其专班中"
    FULL = "full", "在别处脱产专职"
    TAKEN = "taken", "可及的企业已固定，或排给同样不足的干部"


class Admission(models.TextChoices):
    """What a programme's door says of a company (or project) on a list, on the day of entry."""

    OPEN = "open", "可纳入"
    INSIDE = "inside", "已在包联"
    UNKNOWN = "unknown", "找不到"
    SEVERAL = "several", "同名多家"
    REPEATED = "repeated", "重复"
    CLOSED = "closed", "已注销"
    OUTSIDE = "outside", "不在本地区"
    EARLY = "early", "行业未开放"
