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


SCORE_WORDS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "很不满意"}


def score_words(score: int, scale: int) -> str:
    """A score as it is asked for and read back: in words on the usual scale of five, else as points."""
    return f"{SCORE_WORDS[score]}（{score} 分）" if scale == len(SCORE_WORDS) else f"{score} 分"
