"""A mypy plugin: what our requests always carry, so that no view has to assert it again.

`request.user` is an Official: LoginRequiredMiddleware and the API's IsAuthenticated close every address
by default, and what is open on purpose (sign-in, the company's link, the health check) does not read it.
`request.htmx` is set by django-htmx's middleware. A filter set is always given its request.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.plugins.common import add_attribute_to_class
from mypy.types import AnyType, NoneType, Type, TypeOfAny, UnionType, get_proper_type

NARROWED = {
    "django.http.request.HttpRequest.user",
    "rest_framework.request.Request.user",
    "django_filters.filterset.BaseFilterSet.request",
}


class OfficialPlugin(Plugin):
    """Takes AnonymousUser and None out of what a request carries, and adds `htmx` to it."""

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        return _given if fullname in NARROWED else None

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _with_htmx if fullname == "django.http.request.HttpRequest" else None


def _given(context: AttributeContext) -> Type:
    declared = get_proper_type(context.default_attr_type)
    if not isinstance(declared, UnionType):
        return declared
    kept = [
        item
        for item in map(get_proper_type, declared.items)
        if not isinstance(item, NoneType) and "AnonymousUser" not in str(item)
    ]
    return UnionType.make_union(kept)


def _with_htmx(context: ClassDefContext) -> None:
    if "htmx" not in context.cls.info.names:
        add_attribute_to_class(context.api, context.cls, "htmx", AnyType(TypeOfAny.explicit))


def plugin(version: str) -> type[Plugin]:
    return OfficialPlugin
