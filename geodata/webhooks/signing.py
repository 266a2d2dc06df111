"""Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 of id, instant and body.

A secret derives from the key of the instance and a salt of the subscription: the database alone holds none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from geodata.webhooks.models import Subscription

PREFIX = "whsec_"
# How long the secret before a new one signs as well.
OVERLAP = timedelta(days=1)
Headers = dict[str, str]


def secret(salt: str) -> str:
    """The secret as it is shown, once: `whsec_` and base64."""
    return PREFIX + base64.b64encode(_key(salt)).decode()


def headers(subscription: Subscription, message: UUID, body: bytes, now: datetime) -> Headers:
    """`webhook-id`, `webhook-timestamp` (Unix seconds of this attempt) and `webhook-signature`."""
    stamp = str(int(now.timestamp()))
    salts = [subscription.salt]
    if subscription.former_salt and subscription.rotated_at and now < subscription.rotated_at + OVERLAP:
        salts.append(subscription.former_salt)
    signed = f"{message}.{stamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(_key(salt), signed, hashlib.sha256)).decode() for salt in salts]
    return {
        "webhook-id": str(message),
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def _key(salt: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"webhook" + salt.encode(), hashlib.sha256)
