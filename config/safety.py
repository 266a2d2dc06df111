"""What production refuses to start with, asked of the database."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError


def refuse_demo_accounts() -> None:
    """Raise ImproperlyConfigured when an instance that refuses demo accounts has an active one.

    A database that does not answer is no reason not to start: requests then get 503.
    """
    if not getattr(settings, "REFUSE_DEMO_ACCOUNTS", False):
        return
    try:
        found = get_user_model().objects.filter(is_demo=True, is_active=True).exists()
    except OperationalError:
        return
    if found:
        raise ImproperlyConfigured("Demo accounts exist: remove them with manage.py make_demo_accounts --remove.")
