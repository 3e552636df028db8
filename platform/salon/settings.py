"""Django's settings. What an operator may change is in `environment.py`; the rest is decided here."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.utils.csp import CSP

from salon import cache, environment, keys, logs, machine, mail

ENV = environment.load()
REPOSITORY = environment.REPOSITORY
WEB_DIST = REPOSITORY / "platform" / "web" / "dist"

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or keys.kept_secret(ENV.data_dir, "secret-key")
PUBLIC_URL = ENV.url
LISTENS_EVERYWHERE = ENV.host in ("0.0.0.0", "::", "")  # noqa: S104

# Without SALON_URL nobody has told us our name. Listening on loopback that is no question; listening everywhere any name
# must do, and `check` refuses that as soon as mail (whose links would carry a forged name) is configured.
SERVED_ON_LOOPBACK = False  # `serve` sets it
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
if PUBLIC_URL:
    ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", *LOOPBACK_NAMES, *(machine.own_addresses() if LISTENS_EVERYWHERE else [])]
else:
    ALLOWED_HOSTS = ["*"] if LISTENS_EVERYWHERE else [ENV.host, *LOOPBACK_NAMES]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "servestatic",
    "channels",
    "allauth",
    "allauth.account",
    "django_tasks_db",
    "django_vite",
    "salon",
    "accounts",
    "rooms",
]
MIDDLEWARE = [
    "servestatic.middleware.ServeStaticMiddleware",
    "salon.trace.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "salon.errors.ApiErrorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.FirstStartMiddleware",
]
ROOT_URLCONF = "salon.urls"
ASGI_APPLICATION = "salon.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "salon.context.policy",
                "salon.context.news",
            ]
        },
    }
]

# SQLite: WAL lets readers read while one writes; IMMEDIATE takes the write lock at BEGIN, so that two writers queue up
# instead of failing half-way; FULL flushes each commit, because an answered upload must survive a power cut.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
DATABASES = {"default": dj_database_url.parse(ENV.database_url or f"sqlite:///{ENV.data_dir / 'salon.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
else:
    # Each request runs in a thread of its own under ASGI; the pool keeps their connections warm and bounded.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # or the first requests after a restart of PostgreSQL would all fail
    # A database whose host has vanished never says so: the kernel must find out, or each thread that waits for it waits for hours. What
    # the address itself says (`?connect_timeout=3`) stands.
    VIGILANCE = {
        "connect_timeout": 10,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # milliseconds that what was sent may go unconfirmed
    }
    DATABASES["default"]["OPTIONS"] = VIGILANCE | DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 20, "timeout": 15}

if ENV.redis_url:
    # RESP 2: redis-py's reader of RESP 3 asks for a logger and prints the message for every message that is published.
    REDIS = {"address": ENV.redis_url, "protocol": 2}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS]}}}
    CACHES = {"default": {"BACKEND": "salon.cache.ForgivingRedisCache", "LOCATION": ENV.redis_url, "OPTIONS": cache.TIMEOUTS}}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data_dir / "static"
STATICFILES_DIRS = [WEB_DIST] if WEB_DIST.exists() else []
SERVESTATIC_AUTOREFRESH = DEBUG  # `make dev` builds the client again while we run
SERVESTATIC_USE_FINDERS = True  # `make run` needs no collectstatic
SERVESTATIC_KEEP_ONLY_HASHED_FILES = False
DJANGO_VITE = {"default": {"manifest_path": WEB_DIST / ".vite" / "manifest.json"}}
MEDIA_ROOT = ENV.data_dir / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT, "allow_overwrite": True}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAX_UPLOAD_BYTES = ENV.max_upload_mb * 1_000_000
MAX_PIXELS = ENV.max_megapixels * 1_000_000
QUOTA_PERSON_BYTES = ENV.quota_person_mb and ENV.quota_person_mb * 1_000_000
QUOTA_ROOM_BYTES = ENV.quota_room_mb and ENV.quota_room_mb * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # all of a request but its files
FILE_UPLOAD_TEMP_DIR = ENV.data_dir / "incoming"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SIGNUP_POLICY = ENV.signup
MAIL_CONFIGURED = ENV.mail_url is not None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_CONFIGURED else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = MAIL_CONFIGURED  # a code keeps the invited person in the tab that knows the invite
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_MAX_EMAIL_ADDRESSES = None if MAIL_CONFIGURED else 1  # without mail nobody could show that a second one is theirs
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

MAILERS = {"default": mail.mailer(ENV.mail_url)}
DEFAULT_FROM_EMAIL = ENV.mail_from

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "blob:", "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
TLS = bool(PUBLIC_URL and PUBLIC_URL.startswith("https://"))
# Without a proxy these headers are whatever the client likes to say.
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxies
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.proxies else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "salon.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "salon_session"
CSRF_COOKIE_NAME = "salon_csrf"
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = logs.configuration(ENV.log_format, ENV.log_level, [SECRET_KEY, *ENV.secrets()])
# salon.W001 says with the fix what django_vite.W001 says without.
# security.W008: redirecting to https is the proxy's work, which alone knows how people arrive.
# security.W005, W021: what else lives under the operator's domain is not ours to decide.
# mail.E001: a Salon without mail is a supported Salon.
SILENCED_SYSTEM_CHECKS = ["django_vite.W001", "mail.E001", "security.W005", "security.W008", "security.W021"]
