"""What a service refuses is said where the user looks: in the form, or on the page that comes next."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage

from liaison.api.errors import in_words
from liaison.refusals import Refusal
from liaison.views.refusals import refusals_in, refusals_told


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.fixture
def form() -> NameForm:
    form = NameForm({"name": "一"})
    assert form.is_valid()
    return form


@pytest.fixture
def request_with_messages(rf):
    request = rf.post("/")
    request._messages = CookieStorage(request)
    return request


def test_a_refusal_stands_in_the_form_with_all_its_reasons(form):
    with refusals_in(form):
        raise Refusal("日期太早。", "名称重复。")
    assert form.non_field_errors() == ["日期太早。", "名称重复。"]


def test_a_refusal_stands_at_the_field_that_it_is_about(form):
    with refusals_in(form, "name"):
        raise Refusal("名称重复。")
    assert form.errors == {"name": ["名称重复。"]}


def test_a_button_s_refusal_is_told_on_the_next_page(request_with_messages):
    with refusals_told(request_with_messages):
        raise Refusal("日期太早。", "名称重复。")
    told = [(message.level_tag, message.message) for message in get_messages(request_with_messages)]
    assert told == [("error", "日期太早。"), ("error", "名称重复。")]


def test_what_is_no_refusal_goes_on_its_way(form):
    with pytest.raises(ZeroDivisionError), refusals_in(form):
        raise ZeroDivisionError
    assert not form.errors


def test_the_api_answers_a_refusal_with_409_and_its_words():
    answer = in_words(Refusal("该批次已结束。"), {})
    assert answer is not None
    assert (answer.status_code, answer.data["detail"].code) == (409, "refused")
    assert answer.data["detail"] == "该批次已结束。"
