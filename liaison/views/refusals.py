"""Where a page says what a service refused: in the form that asked for it, or on the page that comes next."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from liaison.refusals import Refusal


class _Saying:
    """A block that ends where a service refuses; the reasons are said, and the view goes on behind it."""

    def __init__(self, say: Callable[[list[str]], None]) -> None:
        self.say = say

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Refusal):
            self.say(list(error.reasons))
            return True
        return False


def refusals_in(form: BaseForm, field: str | None = None) -> _Saying:
    """What the block's service refuses stands in the form, which the view then shows again (422)."""
    return _Saying(lambda reasons: form.add_error(field, reasons))


def refusals_told(request: HttpRequest) -> _Saying:
    """What the block's service refuses is told on the page that comes next: a button has no form to show."""

    def tell(reasons: list[str]) -> None:
        for reason in reasons:
            messages.error(request, reason)

    return _Saying(tell)
