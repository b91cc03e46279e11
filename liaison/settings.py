"""One settings file for trial, tests and production; what differs comes from the environment.

SECRET_KEY, DATABASE_URL and REDIS_URL are required. DEBUG=1 only for work on the code.
"""

import os
from pathlib import Path

import dj_database_url
import django_stubs_ext
import structlog
from csp.constants import NONCE, SELF

django_stubs_ext.monkeypatch()  # ModelForm[Row] and the like may be written, not only checked

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default) == "1"


# --- who we are -------------------------------------------------------------------------------
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = flag("DEBUG")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")  # written into links sent to companies
HTTPS = flag("HTTPS")

INSTALLED_APPS = [
    "liaison",
    "companies",
    "issues",
    "assessment",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_celery_beat",
    "import_export",
    "pgtrigger",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # closed by default
    "liaison.middleware.OnDutyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liaison.middleware.KickOutboxMiddleware",
    "liaison.middleware.WrongFilterMiddleware",
    "liaison.middleware.UnstorableInputMiddleware",
]

ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "liaison.context_processors.frame",
            ],
            "builtins": ["liaison.templatetags.ui"],
        },
    }
]

# --- where things are kept --------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60, conn_health_checks=True)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {"knox": "knox.migrations"}
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / "var" / "media"))  # never served by URL
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_MAX_BYTES = int(os.environ.get("FILE_MAX_MB", "20")) * 1024 * 1024  # one attachment
# Of one request, where one attachment still fits; the reverse proxy refuses far larger bodies earlier.
UPLOAD_MAX_BYTES = max(20 * 1024 * 1024, FILE_MAX_BYTES)
FILES_PER_OWNER = int(os.environ.get("FILES_PER_OWNER", "20"))  # attachments of one plan, one line, …
CLAMAV = os.environ.get("CLAMAV", "")  # virus scanner: host:port or unix:/path; empty: files are not scanned
CLAMAV_SECONDS = 30
FILE_UPLOAD_HANDLERS = ["liaison.uploads.CappedUploadHandler"]

# --- people and sign-in -----------------------------------------------------------------------
AUTH_USER_MODEL = "liaison.Official"
LOGIN_URL = "liaison:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "liaison:sign-in"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "liaison.forms.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "liaison.forms.passwords.UnlikeThePerson"},
    {"NAME": "liaison.forms.passwords.Uncommon"},
    {"NAME": "liaison.forms.passwords.NotOnlyDigits"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

# --- words and clocks -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- static files -----------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- jobs -------------------------------------------------------------------------------------
REDIS_URL = os.environ["REDIS_URL"]
CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("unix://"):  # kombu has its own names for a socket and for the database on it
    CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
        "?db=", "?virtual_host=", 1
    )
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 15 * 60,  # longer than the longest job: then a killed worker's task is back
    "unacked_restore_interval": 5,  # looked for every 5 s; liaison.celery.take_over does not wait at all
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,  # a page never waits long for a broker that is down
    "socket_timeout": 30,
    "max_retries": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 14 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Which tasks a topic of the outbox starts: news goes up the rooms here, never by import.
JOBS_ON_NEWS = {
    "company.news": ["issues.tasks.tell_company"],
    "inbox.news": ["issues.tasks.write_messages"],
    "ticket.said": ["issues.tasks.tell_of_message"],
    "bulk.ordered": ["issues.tasks.run_bulk"],
    "calendar.confirmed": ["issues.tasks.apply_calendar_change"],
    "import.check": ["liaison.tasks.check_import"],
    "import.apply": ["liaison.tasks.apply_import"],
    "proposal.asked": ["companies.tasks.solve_proposal"],
    "version.adopted": ["issues.tasks.apply_adoptions"],
    "ticket.answered": ["assessment.tasks.invite_companies"],
}

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "liaison.api.OnDutyTokenAuthentication",
        "liaison.api.OnDutySessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "liaison.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["liaison.api.filters.StrictFilters"],
    "EXCEPTION_HANDLER": "liaison.api.errors.in_words",
    "DEFAULT_PARSER_CLASSES": [
        "liaison.api.parsers.JsonObjectParser",
        "rest_framework.parsers.FormParser",
        "liaison.api.parsers.FilePartsParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}  # issue_token sets each token's own expiry
SPECTACULAR_SETTINGS = {
    "TITLE": "联企 API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "RecusalReasonEnum": "companies.choices.RecusalReason",
        "StatusEnum": "issues.choices.Status",
        "SourceEnum": "issues.choices.Source",
        "DutyKindEnum": "companies.choices.DutyKind",
        "YearStatusEnum": "liaison.choices.YearStatus",
        "DayKindEnum": "liaison.choices.DayKind",
        "InboxKindEnum": "liaison.choices.InboxKind",
        "ImportStateEnum": "liaison.choices.ImportState",
        "BulletinStateEnum": "issues.choices.BulletinState",
        "ProposalStateEnum": "companies.choices.ProposalState",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

# --- text messages ----------------------------------------------------------------------------
SMS_WEBHOOK_URL = os.environ.get(
    "SMS_WEBHOOK_URL", ""
)  # the city's SMS gateway; empty: the office passes links on
# Each official's morning digest also goes to their phone, never within the quiet hours (from, until).
DIGEST_SMS = bool(SMS_WEBHOOK_URL) and flag("DIGEST_SMS")
QUIET_HOURS = (int(os.environ.get("QUIET_FROM", "20")), int(os.environ.get("QUIET_UNTIL", "8")))

# --- logs -------------------------------------------------------------------------------------
_renderer = (
    structlog.processors.JSONRenderer(ensure_ascii=False)
    if flag("LOG_JSON")
    else structlog.dev.ConsoleRenderer(colors=False)
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.db.backends": {"level": "INFO"}},
}
