"""Errors that cross rooms, each with its HTTP status.

    Problem
    ├── BadParameter          400  a query parameter that cannot be read; names it
    ├── NotAuthenticated      401
    ├── Forbidden             403  says who can
    ├── NotFound              404
    ├── NotAcceptable         406  names the media types that there are
    ├── Conflict              409
    ├── Gone                  410  deleted
    ├── ExpiredCursor         410  a cursor of the change feed that leads nowhere any more; says where to begin again
    ├── PreconditionFailed    412  of a read
    │   └── StaleRevision          carries the current ETag
    ├── TooLarge              413  the body, before it is read
    ├── UnsupportedMediaType  415  UnsupportedCoding: of a coding that no resource reads
    ├── Invalid               422  one entry per field
    ├── PreconditionRequired  428
    ├── QuotaExceeded         429  names the policy; says when to go on
    └── Unavailable           503  not now; says when to ask again

The endpoints map them, once, to `application/problem+json` (RFC 9457). Texts are lazy
translations: they are rendered in the reader's language at the last moment.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.functional import Promise, keep_lazy_text
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# SQLSTATE classes: 08 connection, 53 resources, 57P0x shutdown.
DOWN = ("08", "53", "57P0")
LOST = (InterfaceError, OperationalError, psycopg.InterfaceError, psycopg.OperationalError)
# What psycopg makes, and Django after it, of a connection that broke while an answer was awaited: a crash of PostgreSQL.
BROKEN = (DatabaseError, psycopg.DatabaseError)

FIX_FIELDS = _("Corrigez les champs indiqués.")
SIGN_IN = _("Connectez-vous, ou envoyez un jeton (en-tête « Authorization: Bearer … »).")


@keep_lazy_text
def filled(text: Text, values: Mapping[str, object]) -> Text:
    """A sentence with its values, still to be translated when the sentence is."""
    return text % values


def is_down(error: BaseException | None) -> bool:
    """Whether the database did not answer, as opposed to refusing a statement (a time-out, a deadlock).

    Of Django's connection or of one of ours. An error without SQLSTATE comes from this side: no connection, or none any more.
    """
    if error is None or (not isinstance(error, LOST) and type(error) not in BROKEN):
        return False
    state = getattr(error if isinstance(error, psycopg.Error) else error.__cause__, "sqlstate", None)
    return state is None or state.startswith(DOWN)


class Problem(Exception):
    """The base of every error a client may see.

    `slug` names the problem type in its URI, `title` is the same for all occurrences,
    `detail` says what happened this time (RFC 9457 §3.1).
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[Text] = _("Erreur interne")

    def __init__(self, detail: Text = "") -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def extensions(self) -> dict[str, object]:
        """Extra members of the problem document (RFC 9457 §3.2)."""
        return {}


class BadParameter(Problem):
    """A query parameter is unknown, repeated, malformed or out of range."""

    status = 400
    slug = "bad-parameter"
    title = _("Paramètre incorrect")

    def __init__(self, parameter: str, detail: Text) -> None:
        super().__init__(detail)
        self.parameter = parameter

    @property
    def extensions(self) -> dict[str, object]:
        return {"parameter": self.parameter}


class NotAuthenticated(Problem):
    """The request needs a session or a bearer token."""

    status = 401
    slug = "not-authenticated"
    title = _("Connexion nécessaire")

    def __init__(self, detail: Text = SIGN_IN) -> None:
        super().__init__(detail)


class Forbidden(Problem):
    """The person is known but has not the right; `detail` says who has."""

    status = 403
    slug = "forbidden"
    title = _("Action non permise")


class NotFound(Problem):
    """No such thing, or not visible to this person."""

    status = 404
    slug = "not-found"
    title = _("Introuvable")


class NotAcceptable(Problem):
    """No representation satisfies `Accept`; `types` are the media types that there are."""

    status = 406
    slug = "not-acceptable"
    title = _("Format non disponible")

    def __init__(self, types: Sequence[str]) -> None:
        super().__init__(filled(_("Types disponibles : %(types)s."), {"types": ", ".join(types)}))
        self.types = types

    @property
    def extensions(self) -> dict[str, object]:
        return {"types": list(self.types)}


class Conflict(Problem):
    """The request clashes with the state of the thing (a slug taken, a schematic line)."""

    status = 409
    slug = "conflict"
    title = _("Conflit")


class Gone(Problem):
    """It existed and was deleted: when and why as everybody may know; `successor` is the uuid of what replaced it, if any."""

    status = 410
    slug = "gone"
    title = _("Supprimé")

    def __init__(self, detail: Text = "", *, at: str = "", reason: str = "", successor: str | None = None) -> None:
        super().__init__(detail)
        self.at, self.reason, self.successor = at, reason, successor

    @property
    def extensions(self) -> dict[str, object]:
        told: dict[str, object] = {"at": self.at, "reason": self.reason} if self.at else {}
        return told | ({"successor": self.successor} if self.successor else {})


class ExpiredCursor(Problem):
    """The changes after a cursor are no longer all kept; `snapshots` are the addresses of copies to begin with."""

    status = 410
    slug = "expired-cursor"
    title = _("Curseur périmé")

    def __init__(self, detail: Text, snapshots: Sequence[str]) -> None:
        super().__init__(detail)
        self.snapshots = snapshots

    @property
    def extensions(self) -> dict[str, object]:
        return {"parameter": "since", "snapshots": list(self.snapshots)}


class PreconditionFailed(Problem):
    """What was asked for is not what `If-Match` names, or it has changed since `If-Unmodified-Since`."""

    status = 412
    slug = "precondition-failed"
    title = _("Condition non remplie")


class StaleRevision(PreconditionFailed):
    """`If-Match` names a revision that is no longer the current one, made `at` that instant."""

    slug = "stale-revision"
    title = _("La fiche a changé entre-temps")

    def __init__(self, detail: Text = "", current: int | None = None, at: datetime | None = None) -> None:
        super().__init__(detail)
        self.current, self.at = current, at

    @property
    def extensions(self) -> dict[str, object]:
        return {} if self.current is None else {"revision": self.current}


class TooLarge(Problem):
    """The body is larger than this resource reads; nothing of it was parsed."""

    status = 413
    slug = "too-large"
    title = _("Envoi trop gros")


class UnsupportedMediaType(Problem):
    """The body is of a type this resource does not read; `types` are those that it reads."""

    status = 415
    slug = "unsupported-media-type"
    title = _("Type de contenu non pris en charge")

    def __init__(self, types: Sequence[str], detail: Text = "") -> None:
        super().__init__(detail or filled(_("Envoyez %(types)s."), {"types": ", ".join(types)}))
        self.types = types


class UnsupportedCoding(UnsupportedMediaType):
    """The body has a content coding (RFC 9110 §15.5.16): bodies are read as they are."""

    def __init__(self, coding: str) -> None:
        super().__init__(
            (),
            filled(
                _("Content-Encoding : %(coding)s n’est pas lu. Envoyez le corps sans compression."), {"coding": coding}
            ),
        )


class Invalid(Problem):
    """The body was read but breaks rules; `errors` maps a field to its sentences."""

    status = 422
    slug = "invalid"
    title = _("Données refusées")

    def __init__(
        self,
        errors: Mapping[str, Sequence[Text]],
        detail: Text = FIX_FIELDS,
    ) -> None:
        super().__init__(detail)
        self.errors = errors

    @property
    def extensions(self) -> dict[str, object]:
        return {
            "errors": [
                {"field": field, "detail": str(sentence)}
                for field, sentences in self.errors.items()
                for sentence in sentences
            ]
        }


class PreconditionRequired(Problem):
    """This instance demands `If-Match` on writes."""

    status = 428
    slug = "precondition-required"
    title = _("En-tête If-Match nécessaire")


class QuotaExceeded(Problem):
    """The caller asked more than a quota policy allows; `retry_s` seconds later one more request is allowed.

    Source: draft-ietf-httpapi-ratelimit-headers-10 §5.1 (`violated-policies`), RFC 6585 §4.
    """

    status = 429
    slug = "quota-exceeded"
    title = _("Trop de requêtes")

    def __init__(self, detail: Text, policy: str, retry_s: int) -> None:
        super().__init__(detail)
        self.policy = policy
        self.retry_s = retry_s

    @property
    def extensions(self) -> dict[str, object]:
        return {"violated-policies": [self.policy]}


class Unavailable(Problem):
    """The service has no room for this now; ask again after `retry_after_s` seconds."""

    status = 503
    slug = "unavailable"
    title = _("Service momentanément indisponible")

    def __init__(self, detail: Text = "", retry_after_s: int = 30) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


# Told without an error of ours: by the endpoints, or by nginx before them (docs/guides/nginx.conf).
OTHERS: dict[str, tuple[int, Text, str]] = {
    "bad-request": (400, _("Requête illisible"), "The request, a header or the form in its body cannot be read."),
    "method-not-allowed": (405, _("Méthode non permise"), "`Allow` names the methods of this address."),
    "uri-too-long": (414, _("Adresse trop longue"), "Addresses have at most 64 KiB: shorten the filter."),
    "headers-too-large": (431, _("En-têtes trop longs"), "A header has at most 64 KiB."),
    "too-many-streams": (503, _("Trop de liaisons ouvertes"), "`Retry-After` says when to open the stream again."),
}


def types() -> dict[str, tuple[int, Text, str]]:
    """Each type of problem by the last part of its address: status, title, meaning."""
    kinds: list[type[Problem]] = [Problem, *_below(Problem)]
    return {each.slug: (each.status, each.title, " ".join((each.__doc__ or "").split())) for each in kinds} | OTHERS


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
