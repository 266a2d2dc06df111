"""What is mailed to people about their account."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from comptes import address
from comptes.models import User

# Who asks again and again for a new password or address does not fill somebody's mailbox.
AGAIN_S = 600


def mail_resets(email: str, *, language: str, root: str) -> None:
    """Write to each account of an address how to choose a new password, at most once in AGAIN_S from each process.

    Links begin with `root` (scheme and host). Nothing is written where no mail can be: a link has no place in a log.
    Raises what the mail server does; who was written to before is then not written to again.
    """
    if not settings.EMAIL_URL:
        return
    with translation.override(language):
        for user in PasswordResetForm().get_users(email):
            token, uid = default_token_generator.make_token(user), urlsafe_base64_encode(force_bytes(user.pk))
            _mail_once(
                f"reset-{user.pk}", "forgotten", user.email, {"user": user, "root": root, "token": token, "uid": uid}
            )


def mail_address_link(pk: int, *, email: str, state: str, language: str, root: str) -> None:
    """Write to the new address how to confirm it.

    Nothing is written once the account is no longer in the `state` in which it was asked, nor where no mail can be.
    """
    user = _asking(pk, state)
    if user is not None:
        context = {"user": user, "root": root, "email": email, "token": address.token(user, email)}
        with translation.override(language):
            _mail_once(f"address-{state}-{email.casefold()}", "address_confirm", email, context)


def mail_address_asked(pk: int, *, email: str, state: str, language: str, root: str) -> None:
    """Write to the present address that somebody asked for another, under the same conditions."""
    user = _asking(pk, state)
    if user is not None and user.email:
        context = {"user": user, "root": root, "email": email}
        with translation.override(language):
            _mail_once(f"address-asked-{state}-{email.casefold()}", "address_asked", user.email, context)


def _asking(pk: int, state: str) -> User | None:
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if settings.EMAIL_URL and user is not None and address.state(user) == state else None


def mail_address_changed(pk: int, *, email: str, language: str) -> None:
    """Tell the address that the account no longer has that this is so."""
    user = User.objects.filter(pk=pk).first()
    if settings.EMAIL_URL and user is not None:
        with translation.override(language):
            _mail_once(f"address-changed-{pk}-{user.email_changed_at}", "address_changed", email, {"user": user})


def _mail_once(mark: str, what: str, to: str, context: dict[str, Any]) -> None:
    """Send a mail unless this process sent what bears this mark in the last AGAIN_S."""
    key = f"mailed-{sha256(mark.encode()).hexdigest()}"
    if cache.get(key) is not None:
        return
    context = context | {"name": settings.SITE_NAME, "contact": settings.SITE_CONTACT}
    subject = " ".join(render_to_string(f"registration/{what}_subject.txt", context).split())
    send_mail(subject, render_to_string(f"registration/{what}_mail.txt", context), None, [to])
    cache.set(key, True, AGAIN_S)
