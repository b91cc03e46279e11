"""The companies' room: its closed lists."""

from django.db import models


class Scale(models.TextChoices):
    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"
    UNKNOWN = "", "未填"


class VisitMode(models.TextChoices):
    """走访 is on site; the rest is 联系."""

    VISIT = "visit", "上门走访"
    PHONE = "phone", "电话"
    IM = "im", "微信"
    VIDEO = "video", "视频"


class ProjectStage(models.TextChoices):
    PLANNED = "planned", "前期"
    BUILDING = "building", "在建"
    DONE = "done", "投产"
