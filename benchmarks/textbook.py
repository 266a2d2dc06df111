"""What one would write from the manuals: a djangorestframework-gis list, and an empty view. URLs and settings of both.

DJANGO_SETTINGS_MODULE=benchmarks.textbook granian --interface wsgi config.wsgi:application
"""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES, INSTALLED_APPS, REST_FRAMEWORK

ROOT_URLCONF = "benchmarks.textbook_urls"
MIDDLEWARE: list[str] = []
DATABASES["default"]["OPTIONS"] = {}
INSTALLED_APPS = [*INSTALLED_APPS]
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_AUTHENTICATION_CLASSES": [], "DEFAULT_PERMISSION_CLASSES": []}
