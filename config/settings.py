"""Every setting of Engram, in one file; what differs between installations comes from the environment.

`docs/deploy.md` lists the variables. Outside demo mode (`ENGRAM_DEMO=1`) nothing starts on a secret that was not given.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery.schedules import schedule
from csp.constants import NONE, SELF
from dj_database_url import parse as database_from_url
from dj_email_url import parse as mail_from_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from backend.languages import DEFAULT_LANGUAGE
from backend.languages import LANGUAGES as SUPPORTED_LANGUAGES
from config.secrets import refuse_weak_key, refuse_weak_keys, refuse_weak_password, secret, service_account

# The system's time-zone tables differ between machines; the pinned tzdata wheel is the one everybody scores by.
os.environ["PYTHONTZPATH"] = ""

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Mode and secrets ---------------------------------------------------------------------------------------------------
DEMO = env.bool("ENGRAM_DEMO", False)
DEBUG = False
DEMO_SECRET_KEY = "demo-only-secret-key-refused-outside-demo-mode-0123456789abcdef"  # noqa: S105
# Each of these, and FCM_SERVICE_ACCOUNT, may come from a file instead: NAME_FILE.
SECRET_KEY = secret("SECRET_KEY", DEMO_SECRET_KEY if DEMO else "")
SECRET_KEY_FALLBACKS = [key.strip() for key in secret("SECRET_KEY_FALLBACKS").split(",") if key.strip()]
DATABASE_URL = secret("DATABASE_URL", "postgres://engram@localhost/engram")
REDIS_URL = secret("REDIS_URL", "redis://localhost:6379/0")
EMAIL_URL = secret("EMAIL_URL", "smtp://localhost:1025")
EMAIL_API_KEY = secret("EMAIL_API_KEY")
# What links in mails are signed with; without it, a random secret that is kept in the database. No change of SECRET_KEY ends
# a link, for mails are kept for years.
UNSUBSCRIBE_KEY = secret("UNSUBSCRIBE_KEY")
# What addresses that get no mail any more are hashed with; without it, likewise.
SUPPRESSION_KEY = secret("SUPPRESSION_KEY")
# For the provider to tell what became of mails: USER:PASSWORD, and Mailgun's or SendGrid's key for signatures.
EMAIL_WEBHOOK_SECRET = secret("EMAIL_WEBHOOK_SECRET")
EMAIL_WEBHOOK_KEY = secret("EMAIL_WEBHOOK_KEY")
if not DEMO:
    refuse_weak_keys(SECRET_KEY, SECRET_KEY_FALLBACKS)
    refuse_weak_key("UNSUBSCRIBE_KEY", UNSUBSCRIBE_KEY)
    refuse_weak_key("SUPPRESSION_KEY", SUPPRESSION_KEY)
    refuse_weak_key("EMAIL_WEBHOOK_SECRET", EMAIL_WEBHOOK_SECRET)
    for _name, _url in (("DATABASE_URL", DATABASE_URL), ("REDIS_URL", REDIS_URL), ("EMAIL_URL", EMAIL_URL)):
        refuse_weak_password(_name, _url)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if not DEMO else ["*"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000")

# --- Applications -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.apps.EngramAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.socialaccount",
    "anymail",
    "import_export",
    "simple_history",
    "backend.limits",
    "backend.postgres",
    "backend.audit",
    "backend.accounts",
    "backend.accounts.native_sign_in",
    "backend.sync",
    "backend.outbox",
    "backend.consents",
    "backend.privacy",
    "backend.observability",
    "tracker",
]
MIDDLEWARE = [
    "backend.observability.health.HealthMiddleware",
    "backend.accounts.even_answers.EvenAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "backend.api.headers.HeadersMiddleware",
    "backend.api.headers.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.observability.logs.RequestMiddleware",
    "backend.limits.bounds.BoundsMiddleware",
    "backend.accounts.page_language.PageLanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.accounts.sign_in_limits.SignInLimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backend.accounts.renewal_header.RenewalHeaderMiddleware",
    "backend.audit.middleware.AuditUnavailableMiddleware",
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
DATABASES: dict[str, dict[str, Any]] = {
    "default": dict(database_from_url(DATABASE_URL, conn_max_age=60, conn_health_checks=True))
}
# The application's role can change rows and no table. The role that owns the tables is for `migrate` alone, and only there
# its address need be given; without one, the application's role owns them.
DATABASE_OWNER_URL = secret("DATABASE_OWNER_URL", "")
_CREDENTIALS = ("USER", "PASSWORD", "HOST", "PORT")
DATABASE_OWNER = {}
DATABASE_APPLICATION = {}
if DATABASE_OWNER_URL:
    _owner: dict[str, Any] = dict(database_from_url(DATABASE_OWNER_URL))
    DATABASE_OWNER = {key: _owner[key] for key in _CREDENTIALS}
    DATABASE_APPLICATION = {key: DATABASES["default"][key] for key in _CREDENTIALS}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# A file that staff import waits between its preview and their yes where every process finds it.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"
IMPORT_EXPORT_SKIP_ADMIN_LOG = True  # entries have their own history
SIMPLE_HISTORY_REVERT_DISABLED = True

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
        "tracker.tasks.send_pushes",
        "backend.privacy.tasks.make_exports",
        "backend.privacy.tasks.erase_accounts",
        "backend.sync.tasks.forget_old_refusals",
    )
}
CELERY_BEAT_SCHEDULE["log_audit_head"] = {
    "task": "backend.audit.tasks.log_audit_head",
    "schedule": schedule(3600.0),
    "options": {"expires": 3600.0},
}

# --- The week -----------------------------------------------------------------------------------------------------------
SCORING_BATCH_SIZE = env.int("ENGRAM_SCORING_BATCH_SIZE", 4096)
SCORING_LEASE_SECONDS = env.int("ENGRAM_SCORING_LEASE_SECONDS", 120)
# Mails for one hour leave over its first seconds, each participant's always at the same one.
MAIL_SPREAD_SECONDS = env.int("ENGRAM_MAIL_SPREAD_SECONDS", 600)

# --- Accounts -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# Addresses are unique whatever their case, by a constraint on lower(email) that the check does not know of.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
    {"NAME": "backend.accounts.passwords.LengthValidator"},
    {"NAME": "backend.accounts.passwords.NotCommonValidator"},
    {"NAME": "backend.accounts.sign_outs.PasswordChangeSignsOut"},
]
ACCOUNT_ADAPTER = "backend.outbox.account_mails.OutboxAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # as long as any other code
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Engram: "
# A new address counts once its code was entered; the old one gets a notice, as of every change of how one signs in.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Second factors: authenticator apps, passkeys (which also sign in alone), and recovery codes for when they are lost.
MFA_ADAPTER = "backend.accounts.second_factors.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Engram"
MFA_TOTP_TOLERANCE = 1
# Native Sign in with Apple and Google: for the client ids that are named here, and not at all if there are none.
NATIVE_CLIENT_IDS: dict[str, list[str]] = {
    "apple": env.list("ENGRAM_APPLE_CLIENT_IDS", []),
    "google": env.list("ENGRAM_GOOGLE_CLIENT_IDS", []),
}
IDENTITY_ISSUERS: dict[str, dict[str, Any]] = {
    "apple": {"names": ["https://appleid.apple.com"], "keys_url": "https://appleid.apple.com/auth/keys"},
    "google": {
        "names": ["https://accounts.google.com", "accounts.google.com"],
        "keys_url": "https://www.googleapis.com/oauth2/v3/certs",
    },
}
# allauth has one app for each client id; where it looks for "the" app of a provider, it takes the first.
SOCIALACCOUNT_PROVIDERS = {
    provider: {"APPS": [{"client_id": name, "settings": {"hidden": name != names[0]}} for name in names]}
    for provider, names in NATIVE_CLIENT_IDS.items()
}
SOCIALACCOUNT_ADAPTER = "backend.accounts.native_sign_in.adapter.SocialAccountAdapter"
# An address alone opens nobody's account: a provider's account is connected by somebody who is signed in.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
# Browsers sign in at /account/: staff for the admin, participants for what stores want a web page for.
HEADLESS_ONLY = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False  # a browser forgets with its last window
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
# Answers that must not tell whether an address has an account go out at full steps of at least this many seconds; 0 turns
# it off.
EVEN_ANSWERS_STEP = env.float("ENGRAM_EVEN_ANSWERS_STEP", 0.3)
HEADLESS_TOKEN_STRATEGY = "backend.accounts.token_strategy.DeviceTokenStrategy"  # noqa: S105
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = "headless/spec/reference.html"
DEVICE_TOKEN_LIFETIME_DAYS = env.int("ENGRAM_DEVICE_TOKEN_LIFETIME_DAYS", 180)
DEVICE_TOKEN_IDLE_DAYS = env.int("ENGRAM_DEVICE_TOKEN_IDLE_DAYS", 30)
# How long a renewed token holds on after the new one was first used: for requests in flight.
DEVICE_TOKEN_OVERLAP_MINUTES = env.int("ENGRAM_DEVICE_TOKEN_OVERLAP_MINUTES", 60)

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
    "DESCRIPTION": "Logs in, an explained weekly engagement score and general wellness guidance out."
    " For people: [what research found about the practices](/evidence).",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": ["backend.api.openapi.add_components"],
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "string", "format": "uuid"},
        "date": {"type": "string", "format": "date"},
        "week": {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"},
    },
}

# --- Mail ---------------------------------------------------------------------------------------------------------------
vars().update(mail_from_url(EMAIL_URL))
EMAIL_TIMEOUT = 20
# Where a summary leads to: the app's page of a week, such as https://app.example.org/weeks/{week}. Without it, nowhere.
APP_LINK = env.str("APP_LINK", "")
# Who carries mails away. `smtp` and `ses` by SMTP, to EMAIL_URL; the others over their HTTP API, with a key.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", "smtp")
PROVIDER_BACKENDS = {
    "postmark": "anymail.backends.postmark.EmailBackend",
    "mailgun": "anymail.backends.mailgun.EmailBackend",
    "sendgrid": "anymail.backends.sendgrid.EmailBackend",
}
_EMAIL_API_URL = env.str("EMAIL_API_URL", "")
ANYMAIL: dict[str, Any] = {
    "IDNA_ENCODER": "idna2003",  # as codes to confirm an address went out
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "POSTMARK_SERVER_TOKEN": EMAIL_API_KEY,
    "MAILGUN_API_KEY": EMAIL_API_KEY,
    "SENDGRID_API_KEY": EMAIL_API_KEY,
    **({f"{EMAIL_PROVIDER.upper()}_API_URL": _EMAIL_API_URL} if _EMAIL_API_URL else {}),
}
if EMAIL_WEBHOOK_SECRET:
    ANYMAIL["WEBHOOK_SECRET"] = EMAIL_WEBHOOK_SECRET
if EMAIL_WEBHOOK_KEY:
    ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"] = ANYMAIL["SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"] = EMAIL_WEBHOOK_KEY
if EMAIL_PROVIDER in PROVIDER_BACKENDS:
    EMAIL_BACKEND = PROVIDER_BACKENDS[EMAIL_PROVIDER]
    if not EMAIL_API_KEY:
        raise ImproperlyConfigured(f"EMAIL_PROVIDER={EMAIL_PROVIDER} needs EMAIL_API_KEY.")
elif EMAIL_PROVIDER not in ("smtp", "ses"):
    raise ImproperlyConfigured(f"EMAIL_PROVIDER: {EMAIL_PROVIDER!r} is not smtp, ses, postmark, mailgun or sendgrid.")
# Mails a second, from all senders together; 0: as fast as they go.
EMAIL_PER_SECOND = env.int("EMAIL_PER_SECOND", 0)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Engram <engram@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Push notifications -------------------------------------------------------------------------------------------------
# The key file of a Google service account that may send by Firebase Cloud Messaging, as JSON. Without one nothing is pushed.
FCM_SERVICE_ACCOUNT = service_account("FCM_SERVICE_ACCOUNT", secret("FCM_SERVICE_ACCOUNT"))
FCM_BASE_URL = env.str("FCM_BASE_URL", "https://fcm.googleapis.com")
FCM_TIMEOUT = 20

# --- Language, time, files ----------------------------------------------------------------------------------------------
# Nothing picks a language by itself: mails and documents are written in the participant's, the pages under /account/ in the
# browser's (backend/accounts/page_language.py). The admin, and the errors of the API, are in English.
LANGUAGE_CODE = DEFAULT_LANGUAGE
LANGUAGES = list(SUPPORTED_LANGUAGES)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
# Served by the application itself, straight from the packages: no collecting, no second server.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- Limits -------------------------------------------------------------------------------------------------------------
# Limits count by the caller's address: behind proxies, the one that the first trusted proxy saw.
TRUSTED_PROXIES = env.int("ENGRAM_TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# What a request may bring and ask for: bytes of a body, as it is sent and expanded, by the beginning of the address …
MAX_BODY_BYTES = 256 * 1024
BODY_LIMITS = [
    ("/v1/sync/push", 2 * 1024 * 1024),
    ("/webhooks/email/", 2 * 1024 * 1024),  # SendGrid tells of many mails at once
    # Lists of the catalogue as CSV; the USDA's adds a megabyte.
    *(
        (f"/admin/tracker/{name}/import/", 8 * 1024 * 1024)
        for name in ("exerciseactivity", "cognitiveactivity", "food")
    ),
]
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
# … and seconds of PostgreSQL, for a statement and for a lock that it waits for.
STATEMENT_TIMEOUT_SECONDS = env.float("ENGRAM_STATEMENT_TIMEOUT_SECONDS", 10.0)
LOCK_TIMEOUT_SECONDS = env.float("ENGRAM_LOCK_TIMEOUT_SECONDS", 5.0)
# Changes to the numbers in backend/limits/policies.py, each NAME=QUOTA/SECONDS.
RATE_LIMITS: list[str] = env.list("ENGRAM_RATE_LIMITS", [])

# --- Security -----------------------------------------------------------------------------------------------------------
# Nobody shows an answer of the API as a page, and nothing on it may load or run. No origin is let in by CORS either: apps
# are no browsers. Pages have a policy by the beginning of their address, with what they can't be shown without.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [NONE]}
}
_OWN_PAGE = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
_REFERENCE_PAGE = {**_OWN_PAGE, "form-action": [NONE], "style-src": [SELF, "'unsafe-inline'"]}
PAGE_POLICIES = {
    "/account/": _OWN_PAGE,
    # Forms behind the links in mails; they run nothing.
    "/mail/": {**_OWN_PAGE, "script-src": [NONE], "font-src": [NONE], "connect-src": [NONE]},
    # A page to read: it runs nothing, and asks for nothing.
    "/evidence": {**_OWN_PAGE, "script-src": [NONE], "font-src": [NONE], "connect-src": [NONE], "form-action": [NONE]},
    # Swagger UI styles elements one by one.
    "/docs": _REFERENCE_PAGE,
    "/auth/openapi.html": _REFERENCE_PAGE,
    # unfold's Alpine.js makes functions of the attributes in its own templates, and styles elements one by one.
    "/admin/": {
        **_OWN_PAGE,
        "script-src": [SELF, "'unsafe-eval'"],
        "style-src": [SELF, "'unsafe-inline'"],
        "frame-src": [SELF],
    },
}
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

# --- Staff ---------------------------------------------------------------------------------------------------------------
# A member of staff signs in again after so long without a request, and after so long in any case.
STAFF_IDLE_MINUTES = env.int("ENGRAM_STAFF_IDLE_MINUTES", 60)
STAFF_SESSION_HOURS = env.int("ENGRAM_STAFF_SESSION_HOURS", 12)
# Who takes data away has given password and second factor within so many minutes.
FRESH_CHECK_MINUTES = env.int("ENGRAM_FRESH_CHECK_MINUTES", 5)

# --- The audit ----------------------------------------------------------------------------------------------------------
# Staff say what they look at participants' data for, and say it again after so many hours.
AUDIT_PURPOSE_HOURS = env.int("ENGRAM_AUDIT_PURPOSE_HOURS", 8)

# --- Logs: the fields of backend/observability/log_fields.py, never bodies, query strings, addresses or tokens ------------
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_CORRELATION_ID = False
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
