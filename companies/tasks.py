"""Alarm clocks of the companies' room: drafts of who looks after whom are worked out in the background."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from companies import services

log = logging.getLogger(__name__)
_DATABASE_AWAY = (OperationalError, InterfaceError)


@shared_task(autoretry_for=_DATABASE_AWAY, retry_backoff=2, retry_backoff_max=60, max_retries=20)
def solve_proposal(proposal: int) -> None:
    """Work a draft out. Killed in the middle and started again, it begins anew."""
    try:
        services.solve_proposal(proposal_id=proposal, at=timezone.now())
    except _DATABASE_AWAY:
        raise
    except Exception:  # whatever it was, the clerk must not wait for a bar that never ends
        log.exception("proposal %s could not be worked out", proposal)
        services.fail_proposal(
            proposal_id=proposal, why="试排时程序出错，已记入日志，请联系系统管理员。", at=timezone.now()
        )
