"""登记问题: what reaches the office by 12345, a leader's note or the phone."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companies.models import Company
from issues import services
from issues.choices import Source
from issues.forms.intake import RegisterForm
from issues.models import Ticket
from issues.perms import may_register
from issues.reports.similar import similar_near, similar_seen, unasked
from liaison.models import Programme
from liaison.views.refusals import refusals_in

ASK = "该企业有类似的未销号问题：是同一件，选并入哪一件；不是，再按一次“登记”。"


@require_http_methods(["GET", "POST"])
def ticket_register(request: HttpRequest) -> HttpResponse:
    """One form for the three ways; the same 12345 number twice is said, not written twice.

    What looks like an open problem of the company is shown while it is typed (`?company=&title=`), and asked
    about once where it says the same.
    """
    if not may_register(request.user):
        raise PermissionDenied("问题由协调办公室登记；包抓干部请在企业页面登记。")
    programmes = Programme.objects.visible_to(request.user).order_by("code")
    sent = request.method == "POST"
    said, title = request.GET.get("company", ""), request.GET.get("title", "")
    form = RegisterForm(
        request.POST if sent else None,
        official=request.user,
        programmes=programmes,
        initial={"company": said[:60], "title": title[:80]},
    )
    company: Company | None = None
    if sent:
        form.is_valid()
        company = form.enrolment.company if form.enrolment else None
        title = form.cleaned_data.get("title", "")
    elif said and title:
        company = form.company_meant(said)
    alike = list(similar_seen(request.user, company, title)) if company else []
    if sent and not form.errors and (taken := _register(request, form, alike)):
        messages.success(request, taken.words)
        return redirect(taken.ticket)
    near = list(similar_near(request.user, company, title)) if company else []
    context = {"form": form, "alike": alike, "near": near, "onto": request.POST.get("onto", "")}
    return render(request, "issues/register.html", context, status=422 if form.errors else 200)


def _register(request: HttpRequest, form: RegisterForm, alike: list[Ticket]) -> services.Taken | None:
    """Write it down, merged where that was chosen; nothing, and the form says why, where it cannot be."""
    values, onto = form.cleaned_data, request.POST.get("onto", "")
    repeats = values["repeats"] or next((one for one in alike if one.number == onto), None)
    is_asked = repeats is None and unasked(alike, request.POST.get("seen", ""))
    if form.enrolment is None or (is_asked and not _is_known(request, values["number"])):
        form.add_error(None, ASK)
        return None
    with refusals_in(form):
        return services.register_ticket(
            enrolment=form.enrolment,
            source=Source(values["source"]),
            title=values["title"],
            description=values["description"],
            wish=values["wish"],
            category=values["category"],
            received_on=values["received_on"],
            number=values["number"],
            updated_at=values["updated_at"],
            repeats=repeats,
            by=request.user,
            at=timezone.now(),
        )
    return None


def _is_known(request: HttpRequest, number: str) -> bool:
    """The other system's number came before: what comes now is news of it, not another problem."""
    return bool(number) and Ticket.objects.visible_to(request.user).filter(numbers__number=number).exists()
