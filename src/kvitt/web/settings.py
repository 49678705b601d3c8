"""Django's settings, made from ours. Nothing is decided here that ``Settings`` says.

Importing this reads the environment once and writes nothing.
"""

from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.contrib.messages.constants import ERROR, SUCCESS, WARNING

from kvitt import settings as configuration
from kvitt.adapters.database import address
from kvitt.web import mail

#: The whole of ours, for views and templates: ``settings.KVITT.environment``.
KVITT = configuration.current()

#: The demo's practice shop and practice Klarna, which are mounted beside the console.
_DEMO = KVITT.environment is configuration.Environment.DEMO
KVITT_SANDBOX_SHOP_URL = "/shop/" if _DEMO else ""
KVITT_SANDBOX_KLARNA_URL = "/klarna/" if _DEMO else ""
KVITT_KLARNA_PORTAL_URL = "/klarna/__sim/order/{id}" if _DEMO else ""

DEBUG = KVITT.debug
SECRET_KEY = KVITT.secret_key.get_secret_value()
ALLOWED_HOSTS = list(KVITT.hosts)
CSRF_TRUSTED_ORIGINS = [KVITT.public_url] if KVITT.public_url else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "kvitt.adapters.database",
    "kvitt.web.accounts",
    "kvitt.web.api",
    "kvitt.web.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kvitt.web.accounts.origin.OriginGate",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kvitt.web.accounts.sessions.SessionWatch",
    "kvitt.web.accounts.gate.LoginGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kvitt.web.console.zone.ZoneMiddleware",
    "kvitt.web.console.preferences.PreferencesMiddleware",
    "kvitt.web.console.pressed.PressedMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "kvitt.web.urls"
WSGI_APPLICATION = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": address.parse(KVITT.database)}

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "kvitt.web.console.context.console",
            ],
        },
    }
]

# --- people ---
# Argon2id first (OWASP password storage); the others would only be read, and none is older.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATORS: dict[str, dict[str, int]] = {
    "UserAttributeSimilarityValidator": {},
    "MinimumLengthValidator": {"min_length": 12},
    "CommonPasswordValidator": {},
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in _VALIDATORS.items()
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MESSAGE_TAGS = {SUCCESS: "good", WARNING: "warn", ERROR: "bad"}
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# --- cookies and transport ---
# A name that begins with __Host- is bound to this host and to TLS by the browser, which
# refuses it over plain http (RFC 6265bis §4.1.3.2): on loopback the names are plain.
_COOKIE_PREFIX = "__Host-" if KVITT.https else ""
SESSION_ENGINE = "kvitt.web.accounts.sessions"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}kvitt-session"
SESSION_COOKIE_SECURE = KVITT.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}kvitt-csrf"
CSRF_COOKIE_SECURE = KVITT.https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}kvitt-language"
LANGUAGE_COOKIE_SECURE = KVITT.https
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Only a proxy of ours may say that the request came over TLS; anybody can send the header.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if KVITT.behind_proxy and KVITT.https else None
)
SECURE_SSL_REDIRECT = KVITT.behind_proxy and KVITT.https
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if KVITT.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        # Covered by default-src; said for readers who look for it (ASVS 5.0, 3.4.3).
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- mail ---
_POST = mail.parse(KVITT.mail)
EMAIL_BACKEND = _POST.backend
EMAIL_FILE_PATH = _POST.folder or None
EMAIL_HOST, EMAIL_PORT = _POST.host, _POST.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _POST.user, _POST.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _POST.starttls, _POST.tls
EMAIL_TIMEOUT = mail.TIMEOUT
DEFAULT_FROM_EMAIL = KVITT.mail_from

# --- languages and time ---
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# Only those that have a catalogue: a page must not claim a language it is not written in.
LANGUAGES = [
    ("en", "English"),
    ("sv", "Svenska"),
    ("de", "Deutsch"),
    ("nb", "Norsk"),
    ("da", "Dansk"),
    ("fi", "Suomi"),
]

# --- files ---
STATIC_URL = "/static/"
# Served from where they are installed: there is no collecting step to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STATIC_ROOT = None
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]

# --- log lines ---
LOGGING_CONFIG = "kvitt.web.logs.configure"
LOGGING = {"level": KVITT.log_level.value}
