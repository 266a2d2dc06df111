"""Settings shared by all environments. The environment is read here, once."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import csp, operator

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
env = environ.Env()


def _database_url() -> str:
    """DATABASE_URL, or the address of the private cluster that bin/setup made."""
    private = VAR / "database-url"
    url: str = env.str("DATABASE_URL", "") or (private.read_text().strip() if private.exists() else "")
    if not url:
        raise ImproperlyConfigured("No database: run bin/setup, or set DATABASE_URL=postgis://user:password@host/name.")
    if not re.fullmatch(r"(postgis|postgres|postgresql)://[^/?]*/[^/?]+(\?.*)?", url):
        raise ImproperlyConfigured("DATABASE_URL must read postgis://user:password@host:port/name.")
    return url


DEBUG = False
SITE_NAME = env.str("SITE_NAME", "Chaîne des parcs")
SITE_TERRITORY = env.str("SITE_TERRITORY", "") or _("de Béthune à Hénin")
SITE_PUBLISHER = env.str("SITE_PUBLISHER", "Pôle métropolitain de l’Artois")
SITE_CONTACT = env.str("SITE_CONTACT", "contact@polemetropolitainartois.fr")
PUBLIC_URL = env.str("PUBLIC_URL", "")
OPERATOR = operator.read(env, SITE_PUBLISHER, SITE_CONTACT)

# Where mail goes: smtp+tls://name:password@host:587. Without it, mail is printed by the process that would send it.
EMAIL_URL = env.str("EMAIL_URL", "")
vars().update(env.email_url_config(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", SITE_CONTACT)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "config.staticfiles.BuiltStaticFilesConfig",
    "django.contrib.gis",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_gis",
    "knox",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "comptes",
    "geodata",
    "parcs",
    "alertes",
    "cabanes",
    "sentiers",
    "agenda",
    "carte",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "geodata.endpoints.short.api",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "carte.compressing.pages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "carte.readable.Pages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "carte.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")

DATABASES: dict[str, dict[str, Any]] = {"default": dict(env.db_url_config(_database_url()))}
DATABASES["default"] |= {
    "HOST": unquote(DATABASES["default"].get("HOST", "")),
    "ENGINE": "django.contrib.gis.db.backends.postgis",
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": DATABASES["default"].get("OPTIONS", {})
    | {
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", 8), "timeout": 4, "max_idle": 300},
        "connect_timeout": 4,
        # Answers of milliseconds: starting workers or compiling costs more than it saves.
        "options": "-c jit=off -c max_parallel_workers_per_gather=0",
    },
}

AUTH_USER_MODEL = "comptes.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "gestion:home"
LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "carte.pages.errors.without_token"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("en", _("anglais")), ("nl", _("néerlandais"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Any] = []
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Never served by address: who may read an export is asked each time.
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("EXPORTS_ROOT", str(VAR / "exports"))},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

CONTENT_SECURITY_POLICY = csp.SETTING
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# Debian 12 has GDAL 3.6; GeoDjango's GDAL never sees a file or a spatial reference of a user here.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

BASEMAP = env.str("BASEMAP", "auto")
BASEMAP_HOST = env.str("BASEMAP_HOST", "https://data.geopf.fr")
BASEMAP_CACHE = env.str("BASEMAP_CACHE", str(VAR / "plan-ign"))
BASEMAP_CACHE_BYTES = env.int("BASEMAP_CACHE_BYTES", 500_000_000)
if BASEMAP not in ("auto", "own"):
    raise ImproperlyConfigured("BASEMAP is auto (Plan IGN when it can be reached) or own (never leaves the machine).")
GEODATA_REQUIRE_IF_MATCH = env.bool("GEODATA_REQUIRE_IF_MATCH", False)
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None, "AUTO_REFRESH": False}
# How far back the change feed reaches; a reader that comes later takes a copy first.
GEODATA_FEED_DAYS = env.int("GEODATA_FEED_DAYS", 400)
# Readers that may wait for a change at the same time in one process, each in a thread of the server.
GEODATA_WAITERS = env.int("GEODATA_WAITERS", 2)
# Answers that come from the database while they are sent (CSV, GPX, KML, copies, large pages), in one process: fewer than
# DATABASE_POOL. Connections beside that pool for hot reads and such answers, in one process.
GEODATA_STREAMED = env.int("GEODATA_STREAMED", 5)
GEODATA_READERS = env.int("GEODATA_READERS", 16)
# Files that are written before they are sent (GeoPackage, Shapefile…): where, how large, how many at the same time on this host.
GEODATA_FILES = Path(env.str("GEODATA_FILES", str(VAR / "files")))
GEODATA_FILE_BYTES = env.int("GEODATA_FILE_BYTES", 1_000_000_000)
GEODATA_FILES_AT_ONCE = env.int("GEODATA_FILES_AT_ONCE", 4)
# Requests/seconds that a caller may ask of the API in each process, or off: by network, with a key, from this machine.
GEODATA_LIMIT_ADDRESS = env.str("API_LIMIT_ADDRESS", "6000/300")
GEODATA_LIMIT_KEY = env.str("API_LIMIT_KEY", "60000/300")
GEODATA_LIMIT_LOCAL = env.str("API_LIMIT_LOCAL", "1000000/60")
# Networks whose X-Forwarded-For is believed: the proxies in front of this service.
GEODATA_TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1/128"])
GEODATA_API_KEYS = "comptes.keys"
GEODATA_USAGE_FLUSH_S = env.int("API_USAGE_FLUSH_S", 15)
GEODATA_DEPRECATIONS = "config.deprecations.DEPRECATIONS"
# Open maps that one process tells of changes, each in a thread of the server beside those of GEODATA_WAITERS.
GEODATA_STREAMS = env.int("GEODATA_STREAMS", 120)
# The address of the site in what webhooks send; to send to this machine itself is for tests and for trying out.
WEBHOOKS_ROOT = (PUBLIC_URL or env.str("WEBHOOKS_ROOT", "http://localhost:8000")).rstrip("/")
WEBHOOKS_LOOPBACK = env.bool("WEBHOOKS_LOOPBACK", False)
# Jobs of one worker that run at the same time; how often it looks for those whose time has come; after how many
# seconds of silence it counts as killed.
JOBS_AT_ONCE = env.int("JOBS_AT_ONCE", 4)
JOBS_LOOK_S = env.float("JOBS_LOOK_S", 5.0)
JOBS_LOST_AFTER_S = env.float("JOBS_LOST_AFTER_S", 30.0)
# A selection of more rows is written by a worker; of the rest the reader waits (docs/performance.md).
GEODATA_EXPORT_ABOVE = env.int("GEODATA_EXPORT_ABOVE", 20_000)
# The same of tiles in one file, and how many it holds at most.
GEODATA_TILES_ABOVE = env.int("GEODATA_TILES_ABOVE", 1_000)
GEODATA_TILES_MOST = env.int("GEODATA_TILES_MOST", 300_000)
GEODATA_EXPORT_MOST = env.int("GEODATA_EXPORT_MOST", 10_000_000)
GEODATA_EXPORT_HOURS = env.int("GEODATA_EXPORT_HOURS", 12)
GEODATA_EXPORTS_WAITING = env.int("GEODATA_EXPORTS_WAITING", 20)
GEODATA_EXPORTS_BYTES = env.int("GEODATA_EXPORTS_BYTES", 5_000_000_000)
GEODATA_TELLER = "carte.told.TELLER"
# The services that `manage.py harvest` knows.
HARVEST_SOURCES = env.str("HARVEST_SOURCES", str(ROOT / "starter" / "harvest.toml"))
GEODATA_COLLECTIONS = "config.collections.COLLECTIONS"
GEODATA_EXTENT = tuple(env.list("GEODATA_EXTENT", cast=float, default=[2.0, 50.1, 3.4, 50.8]))
