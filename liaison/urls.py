"""Every address of the product, by room. The rooms' own addresses are in their urls.py."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

import assessment.api
import companies.api
import issues.api
import liaison.api.calendar
import liaison.api.directory
import liaison.api.imports
import liaison.api.inbox
import liaison.api.rulebook
import liaison.api.schema
from companies.views import departments
from issues.views import calendar as moves
from issues.views import rulebook as publishing
from liaison.views import accounts, calendar, directory, drafts, imports, inbox, rulebook, trainings
from liaison.views.gallery import components

router = DefaultRouter()
for routes in (
    liaison.api.directory.ROUTES,
    liaison.api.rulebook.ROUTES,
    liaison.api.calendar.ROUTES,
    liaison.api.imports.ROUTES,
    liaison.api.inbox.ROUTES,
    companies.api.ROUTES,
    issues.api.ROUTES,
    assessment.api.ROUTES,
):
    for prefix, viewset, name in routes:
        router.register(prefix, viewset, name)

ground_floor = (
    [
        path("sign-in/", accounts.SignIn.as_view(), name="sign-in"),
        path("sign-out/", accounts.SignOut.as_view(), name="sign-out"),
        path("password/", accounts.password_change, name="password-change"),
        path("inbox/", inbox.inbox, name="inbox"),
        path("inbox/bell/", inbox.bell, name="bell"),
        path("inbox/read/", inbox.inbox_read_all, name="inbox-read-all"),
        path("inbox/<int:pk>/open/", inbox.inbox_open, name="inbox-open"),
        path("inbox/<int:pk>/read/", inbox.inbox_read, name="inbox-read"),
        path("departments/", departments.departments, name="departments"),
        path("departments/export/", departments.departments_export, name="departments-export"),
        path("officials/", directory.officials, name="officials"),
        path("officials/<int:pk>/", directory.official, name="official"),
        path("officials/<int:pk>/trainings/", trainings.official_train, name="official-train"),
        path("trainings/", trainings.trainings, name="trainings"),
        path("trainings/export/", trainings.trainings_export, name="trainings-export"),
        path("trainings/new/", trainings.training_new, name="training-new"),
        path("trainings/<int:pk>/withdraw/", trainings.training_withdraw, name="training-withdraw"),
        path("officials/<int:pk>/password/", directory.password_issue, name="password-issue"),
        path("programmes/", rulebook.programmes, name="programmes"),
        path("programme-templates/", rulebook.templates, name="programme-templates"),
        path("programme-templates/<slug:preset>/", rulebook.programme_new, name="programme-new"),
        path("programmes/<slug:code>/", rulebook.programme, name="programme"),
        path("programmes/<slug:code>/compare/", rulebook.programme_compare, name="programme-compare"),
        path("programmes/<slug:code>/draft/", drafts.draft, name="draft"),
        path("programmes/<slug:code>/draft/new/", drafts.draft_new, name="draft-new"),
        path("programmes/<slug:code>/draft/describe/", drafts.draft_describe, name="draft-describe"),
        path("programmes/<slug:code>/draft/discard/", drafts.draft_discard, name="draft-discard"),
        path("programmes/<slug:code>/draft/publish/", publishing.draft_publish, name="draft-publish"),
        *(
            path(f"programmes/<slug:code>/draft/rules/<slug:kind>/{rest}", view, name=name)
            for rest, view, name in (
                ("new/", drafts.rule_new, "rule-new"),
                ("<int:pk>/", drafts.rule_edit, "rule"),
                ("<int:pk>/remove/", drafts.rule_remove, "rule-remove"),
                ("<int:pk>/move/", drafts.rule_move, "rule-move"),
            )
        ),
        path("calendar/", calendar.calendar, name="calendar"),
        path("calendar/<int:year>/", calendar.calendar, name="calendar-year"),
        path("calendar/<int:year>/notice/", calendar.notice, name="calendar-notice"),
        path("calendar/exceptions/new/", calendar.exception_new, name="calendar-exception"),
        path(
            "calendar/exceptions/<int:pk>/correct/",
            calendar.exception_correct,
            name="calendar-exception-correct",
        ),
        path(
            "calendar/exceptions/<int:pk>/withdraw/",
            calendar.exception_withdraw,
            name="calendar-exception-withdraw",
        ),
        path("calendar/changes/", calendar.changes, name="calendar-changes"),
        *(
            path(
                f"calendar/changes/<int:pk>/{act and act + '/'}",
                view,
                name=f"calendar-change{act and '-' + act}",
            )
            for act, view in (
                ("", moves.calendar_change),
                ("progress", moves.calendar_change_progress),
                ("export", moves.calendar_change_export),
                ("confirm", moves.calendar_change_confirm),
                ("renew", moves.calendar_change_renew),
                ("discard", moves.calendar_change_discard),
            )
        ),
        path("audit/", rulebook.audit, name="audit"),
        *imports.urlpatterns,
    ],
    "liaison",
)

urlpatterns = [
    path("", include("liaison.dashboards.urls")),
    path("", include(ground_floor)),
    path("", include("companies.urls")),
    path("", include("issues.urls")),
    path("", include("assessment.urls")),
    path("components/", components, name="components"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/", include(router.urls)),
    path("admin/", admin.site.urls),
]
