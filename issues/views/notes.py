"""批示: the list, a new one, and one note with what its units reported."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.models import Company
from issues import services
from issues.choices import NoteState
from issues.forms.meetings import units_to_choose
from issues.forms.supervision import NoteForm, WordsForm, leaders_for
from issues.models import LeaderNote, Ticket
from issues.perms import may_write_notes, serves_unit
from liaison.forms.filters import WrongFilter, know_names, value_of
from liaison.views.refusals import refusals_in

PER_PAGE = 30


@require_GET
def note_list(request: HttpRequest) -> HttpResponse:
    """领导批示, the newest first, by state; of one company where it is named."""
    know_names(request.GET, {"company", "state"})
    state = value_of(request.GET, "state", "状态", NoteState.values)
    notes = LeaderNote.objects.visible_to(request.user).with_state(request.user.access.on)
    company = None
    if uscc := request.GET.get("company", ""):
        company = Company.objects.visible_to(request.user).filter(uscc=uscc).first()
        if company is None:
            raise WrongFilter({"企业": ["没有这家企业，或您无权查看。"]})
        notes = notes.filter(company=company)
    of_state = {NoteState.WAITING: Q(is_owing=True), NoteState.LATE: Q(is_late=True)}
    of_state[NoteState.ANSWERED] = Q(is_owing=False)
    counts = notes.aggregate(
        all=Count("pk"), **{str(one): Count("pk", filter=asked) for one, asked in of_state.items()}
    )
    rows = (
        (notes.filter(of_state[NoteState(state)]) if state else notes)
        .select_related("leader", "company", "ticket")
        .annotate(
            units_n=Count("addressees"),
            answered_n=Count("addressees", filter=Q(addressees__answered_at__isnull=False)),
        )
    )
    paginator = Paginator(rows.order_by("-noted_on", "-pk"), PER_PAGE)
    paginator.count = counts[state or "all"]  # the chips have counted them
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "states": [
            ("", "全部", counts["all"]),
            *(
                (one.value, one.label, counts[one], "red" if one == NoteState.LATE else "")
                for one in NoteState
            ),
        ],
        "narrowed": bool(state),
        "company": company,
        "may_write": may_write_notes(request.user),
        "today": request.user.access.on,
    }
    return render(request, "issues/notes.html", context)


@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    """作批示, or write one down from paper."""
    official = request.user
    if not may_write_notes(official):
        raise PermissionDenied("批示由领导作出，或由协调办公室代为登记。")
    kinds = {
        "tickets": Ticket.objects.visible_to(official).select_related("company"),
        "companies": Company.objects.visible_to(official),
        "units": units_to_choose(official),
        "leaders": leaders_for(official),
    }
    status, about = 200, None
    if request.method == "POST":
        status, form = 422, NoteForm(request.POST, **kinds)  # type: ignore[arg-type]
        if form.is_valid():
            data = form.cleaned_data
            with refusals_in(form):
                note = services.write_note(
                    company=data["uscc"],
                    ticket=data["number"],
                    leader=data["leader"],
                    words=data["words"],
                    noted_on=data["noted_on"],
                    due_on=data["due_on"],
                    paper_number=data["paper_number"],
                    units=data["units"],
                    by=official,
                    at=timezone.now(),
                )
                messages.success(request, "批示已登记，承办单位的“今天要办”里会出现。")
                return redirect(note)
    else:
        number = request.GET.get("ticket", "").replace("\0", "")[:20]
        about = kinds["tickets"].filter(number=number).first() if number else None  # type: ignore[attr-defined]
        initial = {
            "number": number,
            "uscc": request.GET.get("company", "")[:18],
            "noted_on": official.access.on,
        }
        form = NoteForm(initial=initial, **kinds)  # type: ignore[arg-type]
    context = {"form": form, "ticket": form.cleaned_data.get("number") if form.is_bound else about}
    return render(request, "issues/note_new.html", context, status=status)


def _find(request: HttpRequest, pk: int) -> LeaderNote:
    visible = LeaderNote.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("leader", "recorded_by", "company", "ticket"), pk=pk)


def _show(
    request: HttpRequest, note: LeaderNote, form: WordsForm | None = None, unit: int = 0, status: int = 200
) -> HttpResponse:
    rows = [
        {
            "addressee": one,
            "may_answer": one.answered_at is None and serves_unit(request.user.access, one.department.path),
            "form": form if form is not None and one.pk == unit else WordsForm(auto_id=f"id_{one.pk}_%s"),
        }
        for one in note.addressees.select_related("department", "answered_by").order_by("pk")
    ]
    context = {
        "note": note,
        "rows": rows,
        "today": request.user.access.on,
        "refused": form,
        "sees_ticket": note.ticket is not None
        and Ticket.objects.visible_to(request.user).filter(pk=note.ticket.pk).exists(),
    }
    return render(request, "issues/note.html", context, status=status)


@require_GET
def note_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One note: the words, to whom, and what they reported."""
    return _show(request, _find(request, pk))


@require_POST
def note_answer(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """报告办理情况, by the unit."""
    note = _find(request, pk)
    addressee = get_object_or_404(note.addressees.select_related("department", "note"), pk=unit)
    if not serves_unit(request.user.access, addressee.department.path):
        raise PermissionDenied("办理情况由承办单位报告。")
    form = WordsForm(request.POST, auto_id=f"id_{addressee.pk}_%s")
    if form.is_valid():
        with refusals_in(form):
            services.answer_note(
                addressee=addressee, words=form.cleaned_data["words"], by=request.user, at=timezone.now()
            )
            messages.success(request, "办理情况已报告。")
            return redirect(note)
    return _show(request, note, form, addressee.pk, 422)
