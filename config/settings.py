"""Every setting of Engram, in one file; what differs between installations comes from the environment.

`docs/deploy.md` lists the variables. Outside demo mode (`ENGRAM_DEMO=1`) nothing starts on a secret that was not given.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery.schedules import schedule
from django.core.exceptions import ImproperlyConfigured
from environs import Env

# The system's time-zone tables differ between machines; the pinned tzdata wheel is the one everybody scores by.
os.environ["PYTHONTZPATH"] = ""

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Mode and secrets ---------------------------------------------------------------------------------------------------
DEMO = env.bool("ENGRAM_DEMO", False)
DEBUG = False
DEMO_SECRET_KEY = "demo-only-secret-key-refused-outside-demo-mode-0123456789abcdef"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", DEMO_SECRET_KEY if DEMO else "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if not DEMO and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith(("demo-only", "change-me", "django-insecure"))):
    raise ImproperlyConfigured(
        "SECRET_KEY must be a random secret of at least 50 characters. Make one with: "
        'python -c "import secrets; print(secrets.token_urlsafe(64))"'
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if not DEMO else ["*"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000")

# --- Applications -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.apps.EngramAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "anymail",
    "backend.limits",
    "backend.accounts",
    "backend.sync",
    "backend.outbox",
    "backend.consents",
    "backend.privacy",
    "backend.observability",
    "tracker",
]
MIDDLEWARE = [
    "backend.observability.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.observability.logs.RequestMiddleware",
    "backend.limits.bounds.BoundsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.accounts.sign_in_limits.SignInLimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- PostgreSQL, Redis, Celery ------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", "postgres://engram@localhost/engram", conn_max_age=60, conn_health_checks=True
    )
}
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A message is only a wake-up (PostgreSQL is the queue of record): a stale one is worth nothing, and publishing never
# holds up the request that causes it.
CELERY_TASK_DEFAULT_EXPIRES = 300
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 0.2, "visibility_timeout": 600}
TICK_SECONDS = env.float("ENGRAM_TICK_SECONDS", 60.0)
CELERY_BEAT_SCHEDULE = {
    task.rpartition(".")[2]: {"task": task, "schedule": schedule(TICK_SECONDS), "options": {"expires": TICK_SECONDS}}
    for task in (
        "tracker.tasks.score_due_weeks",
        "tracker.tasks.close_weeks",
        "tracker.tasks.send_mail",
        "backend.privacy.tasks.make_exports",
        "backend.privacy.tasks.erase_accounts",
    )
}

# --- The week -----------------------------------------------------------------------------------------------------------
SCORING_BATCH_SIZE = env.int("ENGRAM_SCORING_BATCH_SIZE", 4096)
SCORING_LEASE_SECONDS = env.int("ENGRAM_SCORING_LEASE_SECONDS", 120)

# --- Accounts -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# Addresses are unique whatever their case, by a constraint on lower(email) that the check does not know of.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "backend.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Engram: "
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
# Where allauth's mails point people who have an account already, or none: the app's own pages, if it has any.
APP_URL = env.str("APP_URL", "") or PUBLIC_URL
HEADLESS_FRONTEND_URLS = {
    "account_signup": APP_URL,
    "account_confirm_email": APP_URL,
    "account_reset_password": APP_URL,
    "account_reset_password_from_key": APP_URL,
}
# backend/accounts/sign_in_limits.py counts before allauth sees a request; its own limits read first and write later.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
HEADLESS_TOKEN_STRATEGY = "backend.accounts.tokens.DeviceTokenStrategy"  # noqa: S105
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = "headless/spec/redoc.html"
DEVICE_TOKEN_LIFETIME_DAYS = env.int("ENGRAM_DEVICE_TOKEN_LIFETIME_DAYS", 180)
DEVICE_TOKEN_IDLE_DAYS = env.int("ENGRAM_DEVICE_TOKEN_IDLE_DAYS", 30)

# --- Privacy ------------------------------------------------------------------------------------------------------------
# How long an erasure can be taken back; 0: it happens at the next tick.
ERASURE_WINDOW_DAYS = env.int("ENGRAM_ERASURE_WINDOW_DAYS", 7)
# How long a finished export, and its link, can be downloaded.
EXPORT_LIFETIME_DAYS = env.int("ENGRAM_EXPORT_LIFETIME_DAYS", 7)
# Who was erased: outside the database and its backups, so that a restore can be made to forget them again.
ERASURE_LEDGER = env.str("ENGRAM_ERASURE_LEDGER", "") or (
    str(Path(env.str("ENGRAM_STATE", "") or BASE_DIR / ".engram") / "erasures.jsonl")
    if DEMO
    else "/var/lib/engram/erasures.jsonl"
)

# --- The API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["backend.accounts.authentication.DeviceTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.bodies.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["backend.api.json.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backend.api.json.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.api.refusals.problem_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Engram API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Logs in, an explained weekly engagement score and general wellness guidance out.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["backend.api.openapi.add_components"],
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "string", "format": "uuid"},
        "date": {"type": "string", "format": "date"},
        "week": {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"},
    },
}

# --- Mail ---------------------------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", "smtp://localhost:1025")
vars().update(env.dj_email_url("EMAIL_URL", EMAIL_URL))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Engram <engram@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Language, time, files ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
# Served by the application itself, straight from the packages: no collecting, no second server.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- Limits -------------------------------------------------------------------------------------------------------------
# Limits count by the caller's address: behind proxies, the one that the first trusted proxy saw.
TRUSTED_PROXIES = env.int("ENGRAM_TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# What a request may bring and ask for: bytes of a body, as it is sent and expanded, by the beginning of the address …
MAX_BODY_BYTES = 256 * 1024
BODY_LIMITS = [("/v1/sync/push", 2 * 1024 * 1024)]
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5
# … and seconds of PostgreSQL, for a statement and for a lock that it waits for.
STATEMENT_TIMEOUT_SECONDS = env.float("ENGRAM_STATEMENT_TIMEOUT_SECONDS", 10.0)
LOCK_TIMEOUT_SECONDS = env.float("ENGRAM_LOCK_TIMEOUT_SECONDS", 5.0)
# Changes to the numbers in backend/limits/policies.py, each NAME=QUOTA/SECONDS.
RATE_LIMITS: list[str] = env.list("ENGRAM_RATE_LIMITS", [])

# --- Security -----------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if not DEMO:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Logs: ids, never bodies, query strings or tokens ---------------------------------------------------------------------
DJANGO_STRUCTLOG_USER_ID_FIELD = None
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "backend.observability.logs.configure_logging"
LOGGING = {"level": LOG_LEVEL}

# --- Admin --------------------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Engram",
    "SITE_HEADER": "Engram",
    "SITE_SUBHEADER": "Programme staff",
    "SITE_SYMBOL": "psychiatry",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "navigation": "config.admin_site.navigation"},
    "DASHBOARD_CALLBACK": "tracker.dashboard.context.add_dashboard",
    "ENVIRONMENT": "config.apps.environment_label",
    "COLORS": {
        "primary": {
            "50": "240 253 250",
            "100": "204 251 241",
            "200": "153 246 228",
            "300": "94 234 212",
            "400": "45 212 191",
            "500": "20 184 166",
            "600": "13 148 136",
            "700": "15 118 110",
            "800": "17 94 89",
            "900": "19 78 74",
            "950": "4 47 46",
        }
    },
}
