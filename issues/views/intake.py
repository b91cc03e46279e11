"""登记问题: what reaches the office by 12345, a leader's note or the phone."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from issues import services
from issues.choices import Source
from issues.forms.intake import RegisterForm
from issues.perms import may_register
from liaison.models import Programme


@require_http_methods(["GET", "POST"])
def ticket_register(request: HttpRequest) -> HttpResponse:
    """One form for the three ways; the same 12345 number twice is said, not written twice."""
    if not may_register(request.user):
        raise PermissionDenied("问题由协调办公室登记；包抓干部请在企业页面登记。")
    programmes = Programme.objects.visible_to(request.user).order_by("code")
    form = RegisterForm(
        request.POST if request.method == "POST" else None, official=request.user, programmes=programmes
    )
    if request.method == "POST" and form.is_valid() and form.enrolment is not None:
        values = form.cleaned_data
        try:
            taken = services.register_ticket(
                enrolment=form.enrolment,
                source=Source(values["source"]),
                title=values["title"],
                description=values["description"],
                wish=values["wish"],
                category=values["category"],
                received_on=values["received_on"],
                number=values["number"],
                updated_at=values["updated_at"],
                repeats=values["repeats"],
                by=request.user,
                at=timezone.now(),
            )
        except services.MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, taken.words)
            return redirect(taken.ticket)
    return render(request, "issues/register.html", {"form": form}, status=422 if form.errors else 200)
