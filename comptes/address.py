"""A new e-mail address: asked for by who is signed in, proven by a link that only the new mailbox receives (decision 0209)."""

from __future__ import annotations

import json
from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import signing
from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from comptes.models import User

SALT = "comptes.address"
# Addresses that one account may have mailed: so many at once, and in a day.
MOST_A_DAY = 5
DAY = timedelta(days=1)


class LinkRefused(Exception):
    """A link that is forged, too old, used, of another account, or leads to an address that is not free: which one is not told."""


def state(user: User) -> str:
    """What a link holds on to: it is void once the password or the address of the account is another, or was meanwhile."""
    words = json.dumps([user.pk, user.password, user.email, str(user.email_changed_at)])
    return salted_hmac(SALT, words, algorithm="sha256").hexdigest()


def token(user: User, email: str) -> str:
    """What the link to `email` holds, signed."""
    return signing.dumps([user.pk, email, state(user)], salt=SALT)


def take_turn(user: User) -> bool:
    """Take one of MOST_A_DAY askings; False when none is left.

    The account keeps the instant at which all are back; each asking puts it off by its part of a day, never beyond a day.
    """
    now, part = timezone.now(), DAY / MOST_A_DAY
    whole_at = Greatest(Coalesce("address_turns_at", Value(now)), Value(now)) + Value(part)
    accounts = User.objects.annotate(whole_at=ExpressionWrapper(whole_at, output_field=DateTimeField()))
    return accounts.filter(pk=user.pk, whole_at__lte=now + DAY).update(address_turns_at=F("whole_at")) > 0


def read(text: str, user: User) -> str:
    """The address that a link gives to this account. Raises LinkRefused."""
    try:
        pk, email, held = signing.loads(text, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        raise LinkRefused from None
    if pk != user.pk or not constant_time_compare(held, state(user)):
        raise LinkRefused
    return str(email)


def take(text: str, user: User) -> str:
    """Give the account the address of the link, and write it in the log of the administration; the address it had.

    Raises LinkRefused, also where another account has the address, whatever its case.
    """
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=user.pk)
        email, before = read(text, account), account.email
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(upper(%s), 0))", [email])
        if User.objects.filter(email__iexact=email).exclude(pk=account.pk).exists():
            raise LinkRefused
        account.email, account.email_changed_at = email, timezone.now()
        account.save(update_fields=["email", "email_changed_at"])
        told = [{"changed": {"fields": [str(User._meta.get_field("email").verbose_name)]}}]
        accounts = User.objects.filter(pk=account.pk)
        LogEntry.objects.log_actions(account.pk, accounts, CHANGE, told, single_object=True)
    return before
