"""How an answer about the past says which past it shows (RFC 7089; the draft on versioned features, decision 0150).

A resource is its own TimeGate: `Accept-Datetime` leads to the same address with `as-of`. What nothing can change any
more is kept by caches for a day, no longer: a text that the law asks to erase must leave them too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from geodata.endpoints import validators
from geodata.ogc.links import Link, link
from geodata.params.instants import AS_OF, read_http_date
from geodata.problems import BadParameter
from geodata.queries.past import Moment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

HEADER = "Accept-Datetime"
SETTLED = "public, max-age=86400, immutable"
OPEN = "public, no-cache"


def written(instant: datetime) -> str:
    """An instant as `as-of` takes it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def http_date(instant: datetime) -> str:
    """An instant as `Memento-Datetime` gives it, in whole seconds."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def negotiated(request: HttpRequest) -> HttpResponse | None:
    """302 to the state that `Accept-Datetime` asks for; None without it, or for the future (RFC 7089 §4.1).

    Raises BadParameter: no date.
    """
    asked = request.headers.get(HEADER)
    if asked is None or AS_OF in request.GET:
        return None
    try:
        instant = read_http_date(asked)
    except ValueError:
        raise BadParameter(HEADER, _("Une date comme : Tue, 03 Mar 2026 10:00:00 GMT.")) from None
    if instant >= timezone.now():
        return None
    response = HttpResponse(status=302)
    response["Location"] = at(request, instant)
    response["Link"] = f'<{request.build_absolute_uri()}>; rel="original timegate"'
    response["Cache-Control"] = OPEN
    return response


def at(request: HttpRequest, instant: datetime | None) -> str:
    """This address as of an instant, or now (None), with its other parameters."""
    kept = [(name, value) for name, values in request.GET.lists() for value in values if name != AS_OF]
    if instant is not None:
        kept.append((AS_OF, written(instant)))
    rest = f"?{urlencode(kept)}" if kept else ""
    return request.build_absolute_uri(request.path) + rest


def links(request: HttpRequest, moment: Moment, media_type: str) -> list[Link]:
    """`canonical`, and the present state it belongs to as `original` and `timegate`."""
    original = at(request, None)
    return [
        link(at(request, moment.instant), "canonical", media_type),
        link(original, "original", media_type),
        link(original, "timegate", media_type),
    ]


def etag(moment: Moment, name: str) -> str:
    """The strong validator of a past state in one representation and language, as this release says it.

    The instant of its last revision is in it: after a backup was restored, the number may stand for another change.
    So is the instant asked for, of which links and words are: that of a running day moves on.
    """
    made, asked = (validators.short(each) for each in (moment.made, validators.moment_of(moment.instant)))
    told = f"p{moment.revision}.{made}.{moment.erasures}-{validators.release()}-{asked}"
    return f'"{told}-{name}-{translation.get_language()}"'


def etag_of_page(moment: Moment, name: str, user: User | AnonymousUser) -> str:
    """The weak validator of a page about a past state, which also says who is signed in."""
    return f"W/{etag(moment, f'{name}-u{user.pk or 0}')}"


def told(response: HttpResponseBase, moment: Moment, validator: str, since: datetime | None = None) -> HttpResponseBase:
    """The answer with what caches and readers must know; `since` is when the version that it gives began."""
    response["ETag"] = validator
    response["Cache-Control"] = SETTLED if moment.is_settled else OPEN
    response["Memento-Datetime"] = http_date(since or moment.instant)
    return response
