"""Settings: read from the environment, with defaults that run on one machine without any set-up."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured


env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[3]
VAR_DIR = Path(env("CARTABLE_VAR", default=str(BASE_DIR / "var")))

DEBUG = False
# Without a key in the environment the program makes one of its own under var/ (mode 600), see foundation.keys.
SECRET_KEY = env("CARTABLE_SECRET_KEY", default="")
if not SECRET_KEY:
    from cartable.foundation.keys import local_secret

    SECRET_KEY = local_secret(VAR_DIR)
CARTABLE_KEYS = env("CARTABLE_KEYS", default="")
CARTABLE_CHECKPOINT_KEY = env("CARTABLE_CHECKPOINT_KEY", default="")
# Where the journal's checkpoints are put: best a folder of another machine, to which lines can only be added.
CHECKPOINTS_DIR = Path(env("CARTABLE_CHECKPOINTS", default=str(VAR_DIR / "checkpoints")))
ALLOWED_HOSTS = env.list("CARTABLE_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CARTABLE_ORIGINS", default=[])
# The address printed in letters, slips and e-mails.
PUBLIC_ADDRESS = env("CARTABLE_ADDRESS", default="http://127.0.0.1:8000")
BEHIND_HTTPS = PUBLIC_ADDRESS.startswith("https://")

HOUSE = [
    "foundation",
    "journal",
    "ledger",
    "intake",
    "messages",
    "documents",
    "territories",
    "bodies",
    "accounts",
    "pupils",
    "operations",
    "funding",
    "census",
    "equipment",
    "planning",
    "monitoring",
    "scenarios",
    "web",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "cartable.config.apps.FlashConfig",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "widget_tweaks",
    "dsfr",
    "django_htmx",
    "csp",
    "axes",
    *[f"cartable.{room}" for room in HOUSE],
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cartable.web.middleware.LanguageOfUser",
    "cartable.web.middleware.QuietSession",
    "cartable.web.middleware.RefusalPage",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "cartable.config.urls"
WSGI_APPLICATION = "cartable.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "cartable.web.context.house",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DSFR_MARK_OPTIONAL_FIELDS = True

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
POSTGRESQL_OPTIONS = {
    "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
}


def database(url: str) -> dict:
    """Give Django's settings for one store address (`sqlite:///…` or `postgresql://…`)."""
    settings = environ.Env.db_url_config(url)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = dict(SQLITE_OPTIONS)
    else:
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **POSTGRESQL_OPTIONS}
        settings["CONN_MAX_AGE"] = 60
    return settings


DATABASES = {"default": database(env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'cartable.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# The brand of the Republic belongs to the State: shown only where the State itself runs the service.
RUN_BY_THE_STATE = env.bool("CARTABLE_RUN_BY_THE_STATE", default=False)
CSRF_FAILURE_VIEW = "cartable.web.errors.csrf_failed"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# The name of the form's field and of `authenticate`'s argument: left alone it is "identifier", and nobody is locked.
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "cartable.web.signin.views.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# A web upload: 20 MB here, and as many rows as `intake.contracts.WEB` says; larger ones go by the command line.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
UPLOAD_MAX_BYTES = 20 * 1024 * 1024

# With a relay e-mails leave by it, without one they are files under var/mail.
EMAIL_HOST = env("CARTABLE_SMTP_HOST", default="")
EMAIL_BACKEND = env(
    "CARTABLE_EMAIL_BACKEND",
    default=f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend",
)
SMTP_TLS = env("CARTABLE_SMTP_TLS", default="starttls")
if SMTP_TLS not in ("starttls", "tls", "none"):
    raise ImproperlyConfigured("CARTABLE_SMTP_TLS: write starttls, tls or none")
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP_TLS == "starttls", SMTP_TLS == "tls"
EMAIL_PORT = env.int("CARTABLE_SMTP_PORT", default={"starttls": 587, "tls": 465, "none": 25}[SMTP_TLS])
EMAIL_HOST_USER = env("CARTABLE_SMTP_USER", default="")
EMAIL_HOST_PASSWORD = env("CARTABLE_SMTP_PASSWORD", default="")
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env("CARTABLE_FROM", default="Cartable <cartable@localhost>")

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
