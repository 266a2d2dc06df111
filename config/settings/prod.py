"""Production: behind a TLS proxy. Refuses to start with an unsafe setting, in one sentence."""

import re

from django.core.exceptions import ImproperlyConfigured

from config import proxies
from config.settings.base import *  # noqa: F403
from config.settings.base import env

MIN_SECRET = 40

SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

if len(SECRET_KEY) < MIN_SECRET:
    raise ImproperlyConfigured(f"SECRET_KEY is missing or shorter than {MIN_SECRET} characters.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this site, for example parcs.example.fr.")
if env.bool("DEBUG", False):
    raise ImproperlyConfigured("DEBUG must be off in production.")
if env.bool("WEBHOOKS_LOOPBACK", False):
    raise ImproperlyConfigured("WEBHOOKS_LOOPBACK must be off in production: webhooks would reach this machine.")
PUBLIC_URL = env.str("PUBLIC_URL", "")
if not re.fullmatch(r"https://[^/?#\s]+/?", PUBLIC_URL):
    raise ImproperlyConfigured(
        "PUBLIC_URL must be the https address of this site, for example https://parcs.example.fr."
    )
WEBHOOKS_ROOT = PUBLIC_URL.rstrip("/")
if proxies.trusts_everyone(env.list("TRUSTED_PROXIES", default=[])):
    raise ImproperlyConfigured("TRUSTED_PROXIES must name the networks of your proxies, not every address (/0).")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
REFUSE_DEMO_ACCOUNTS = True
