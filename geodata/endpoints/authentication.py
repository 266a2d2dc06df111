"""Who asks: a bearer token (hashed in the database), or a session with its CSRF token for writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from geodata.problems import Forbidden, NotAuthenticated

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

BEARER = "bearer "
SAFE = ("GET", "HEAD", "OPTIONS")


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


class _Tokens(TokenAuthentication):  # type: ignore[misc]
    """As knox has it, but each request looks at its own token alone, not at all those of its owner."""

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        is_over = auth_token.expiry is not None and auth_token.expiry < timezone.now()
        if is_over:
            auth_token.delete()
        return is_over


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """The person or machine that asks.

    Raises NotAuthenticated for a token that is unknown or expired, Forbidden for a session that
    writes without its CSRF token.
    """
    header = request.headers.get("Authorization")
    # Of a header that is not ASCII the server keeps the name alone.
    if header is not None:
        if not header.lower().startswith(BEARER):
            raise NotAuthenticated(_("Authorization: Bearer suivi d’un jeton."))
        try:
            user, _token = _Tokens().authenticate_credentials(header[len(BEARER) :].strip().encode())
        except AuthenticationFailed:
            raise NotAuthenticated(_("Ce jeton est inconnu ou a expiré.")) from None
        return user  # type: ignore[no-any-return]
    if request.method not in SAFE and request.user.is_authenticated:
        request.csrf_processing_done = False  # type: ignore[attr-defined]
        check = _Check(lambda _request: HttpResponse())
        check.process_request(request)
        if check.process_view(request, HttpResponse, (), {}):
            raise Forbidden(_("Il manque l’en-tête X-CSRFToken de la session."))
    return request.user
