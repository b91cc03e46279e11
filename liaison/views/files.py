"""Attachments as every room shows them: a shelf (list and upload), a download, a removal.

A room's view finds the owner (`visible_to`), asks its predicate, and leaves the rest to these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import models
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from liaison.files import FileRefused
from liaison.forms.files import SEND_AGAIN, TOO_MUCH, FilesForm, sort_out
from liaison.models import StoredFile
from liaison.services import keep_file, remove_file
from liaison.uploads import TOO_LARGE

# What an attachment may do in a browser: nothing. Pictures and PDF bring no script of ours to run.
_NOTHING = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
# A browser's own PDF viewer does not open in a sandboxed document; the file still may load nothing.
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Shelf:
    """The attachments of one thing: its list, and the way to add one where `add_url` is given."""

    ident: str  # of the HTML element
    files: Sequence[StoredFile]
    open_name: str  # of the address that hands a file out
    remove_name: str  # of the address that takes it away
    add_url: str = ""
    form: FilesForm = field(default_factory=lambda: FilesForm(auto_id="id_%s"))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each file with its addresses."""
        return [
            {
                "file": file,
                "open_url": reverse(self.open_name, args=[file.pk]),
                "remove_url": reverse(self.remove_name, args=[file.pk]),
            }
            for file in self.files
        ]


def add_files(request: HttpRequest, *, model: type[StoredFile], owner: models.Model) -> tuple[int, FilesForm]:
    """Keep what may be kept of the files that were sent; the form names the others, each with its reason."""
    uploads = request.FILES.getlist("attached")
    checked, wrong = sort_out(uploads)
    kept = 0
    for one in checked:
        try:
            keep_file(model=model, owner=owner, checked=one, by=request.user, at=timezone.now())
        except FileRefused as refusal:
            wrong.append(str(refusal))
        else:
            kept += 1
    if getattr(request, TOO_LARGE, False):
        wrong.append(TOO_MUCH)
    elif not uploads:
        wrong.append("还没有选择文件。")
    form = FilesForm({}, auto_id="id_%s")
    if form.is_valid() and wrong:
        form.add_error("attached", wrong)
    if kept:
        messages.success(request, f"已上传 {kept} 个附件。")
    return kept, form


def say_cut_short(request: HttpRequest, form: Form) -> None:
    """A sending that was too large came without all its files: the form, where it takes any, says so."""
    if getattr(request, TOO_LARGE, False) and "attached" in form.fields:
        form.add_error("attached", TOO_MUCH)


def ask_again(request: HttpRequest, form: Form) -> None:
    """A form that is shown again asks for its files anew: a browser does not keep them."""
    if request.FILES and "attached" in form.fields and "attached" not in form.errors:
        form.add_error("attached", SEND_AGAIN)


def answer_shelf(request: HttpRequest, shelf: Shelf, *, title: str, back: tuple[str, str]) -> HttpResponse:
    """After an upload or a removal: the shelf alone for htmx; otherwise back, or a page that says why not."""
    wrong = bool(shelf.form.errors)
    if request.htmx:
        return render(request, "liaison/_files_answer.html", {"shelf": shelf}, status=422 if wrong else 200)
    if not wrong:
        return redirect(back[1])
    context = {"shelf": shelf, "what": title, "back": back}
    return render(request, "liaison/files.html", context, status=422)


def take_away(request: HttpRequest, stored: StoredFile) -> None:
    """Remove an attachment and say so."""
    remove_file(stored=stored, by=request.user, at=timezone.now())
    messages.success(request, f"已删除附件“{stored.name}”。")


def hand_out(request: HttpRequest, stored: StoredFile) -> FileResponse:
    """An attachment as a download; shown in the browser where it is asked for and safe (`?show=yes`)."""
    kind = stored.what
    shown = request.GET.get("show") == "yes" and kind.is_shown
    response = FileResponse(
        stored.file.open("rb"),
        as_attachment=not shown,
        filename=stored.name,
        content_type=kind.media_type if shown or kind.value != "txt" else "text/plain; charset=utf-8",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _PDF if kind == "pdf" else _NOTHING
    response["Cache-Control"] = "private, no-store"
    return response
