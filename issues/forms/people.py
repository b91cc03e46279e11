"""Officials as typed: a mobile number, or a name that only one in post bears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import forms
from django.db.models import Q

from liaison.models import Official, Posting


def find_people(lines: Sequence[str], *, on: date) -> list[Official]:
    """Whom each line means, in order; ValidationError names those that mean nobody, or several."""
    words = [line.strip() for line in lines]
    in_post = Posting.objects.in_force(on).values("official")
    meant = Official.objects.filter(Q(phone__in=words) | Q(name__in=words), is_active=True, pk__in=in_post)
    by_word: dict[str, list[Official]] = {}
    for official in meant.order_by("pk"):
        for word in {official.phone, official.name} - {None}:
            by_word.setdefault(str(word), []).append(official)
    wrong = []
    for word in words:
        found = by_word.get(word, [])
        if not found:
            wrong.append(f"没有在任干部“{word[:20]}”，请核对手机号或姓名。")
        elif len(found) > 1:
            wrong.append(f"有 {len(found)} 名在任干部叫“{word[:20]}”，请填手机号。")
    if wrong:
        raise forms.ValidationError(wrong)
    return [by_word[word][0] for word in words]
