"""What is mailed to people about their account."""

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from comptes.models import User

# Who asks again and again for a new password does not fill somebody's mailbox.
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
            written = f"reset-{user.pk}"
            if cache.get(written) is None:
                _mail_reset(user, root)
                cache.set(written, True, AGAIN_S)


def _mail_reset(user: User, root: str) -> None:
    context = {
        "name": settings.SITE_NAME,
        "root": root,
        "token": default_token_generator.make_token(user),
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "user": user,
    }
    subject = " ".join(render_to_string("registration/forgotten_subject.txt", context).split())
    send_mail(subject, render_to_string("registration/forgotten_mail.txt", context), None, [user.email])
