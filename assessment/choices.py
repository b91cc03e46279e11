"""The assessment room: its closed lists."""

from django.db import models


class Channel(models.TextChoices):
    """How the company's word was taken."""

    LINK = "link", "企业链接"
    CALLBACK = "callback", "电话回访"


class Delivery(models.TextChoices):
    """How the link reached the company; never through the handler."""

    WAITING = "waiting", "待送达"
    SMS = "sms", "短信已发"
    OFFICE = "office", "办公室转达"
