"""The tests: as `dev`, with a cheap password hash and plain static files."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, VAR

SECRET_KEY = "only for the tests, never for a server"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
BASEMAP = "own"
# What bin/serve collected earlier is not what is tested: files come from the folders they are built in.
STATIC_ROOT = VAR / "test-static"
MEDIA_ROOT = VAR / "test-media"
# As in service: a live server that opened a session for each request had PostgreSQL do three times the work.
# On a busy machine nobody is refused.
DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 30
# Tests that need real commits empty the tables afterwards; elsewhere TRUNCATE is refused.
# No row of theirs has to outlive a power cut.
DATABASES["default"]["OPTIONS"]["options"] = "-c chaine.allow_truncate=on -c synchronous_commit=off"
# Counts are handed on when a test says so: a timer would open a session of its own.
GEODATA_USAGE_FLUSH_S = 3600
