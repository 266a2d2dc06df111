"""Items and item as a file: the whole selection in one of the formats that are not pages."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from geodata import registry
from geodata.endpoints import mementos, validators
from geodata.endpoints.changes import Closing
from geodata.endpoints.exports import queued
from geodata.endpoints.files import Made
from geodata.endpoints.naming import dated
from geodata.endpoints.pages import link_header
from geodata.endpoints.validators import not_modified
from geodata.exports.asking import rows_if_large
from geodata.formats.choice import Format
from geodata.params.crs import CRS84
from geodata.problems import BadParameter
from geodata.queries import apart, past, states
from geodata.queries.past import Moment
from geodata.queries.rows import Selection
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def download(
    request: HttpRequest, chosen: Format, selection: Selection, stem: str, moment: Moment | None = None
) -> HttpResponseBase:
    """The file, named `<stem>-<day>.<extension>`; 304 when nothing that it tells has changed.

    Raises BadParameter: another system for a format that exists in degrees only.
    """
    if chosen.degrees and selection.crs is not CRS84:
        raise BadParameter("crs", _("Ce format n’existe qu’en longitude et latitude (CRS84)."))
    selection = replace(selection, address=_address(request))
    etag = _etag(request, chosen, selection.collection, selection.user, moment)
    unchanged = not_modified(request, etag)
    if unchanged is None and (count := rows_if_large(chosen, selection)) is not None:
        return queued(request, chosen, selection, count)
    response: HttpResponseBase = unchanged or HttpResponse()
    if unchanged is None:
        # Before the stream begins: what asks the database afterwards would keep a connection while the client reads.
        missing = sum(each.count for each in chosen.omissions(selection))
        response = (
            HttpResponse(content_type=chosen.content_type)
            if request.method == "HEAD"
            else _streamed(request, chosen, selection, moment)
        )
        day = timezone.localtime(moment.instant) if moment else None
        response["Content-Disposition"] = dated(stem, chosen.extension, day, inline=chosen.inline)
        if missing:
            response["Omitted-Features"] = str(missing)
    response["ETag"] = etag
    response["Content-Crs"] = f"<{selection.crs.uri}>"
    if moment is not None:
        response["Link"] = link_header(mementos.links(request, moment, chosen.media_type))
        return mementos.told(response, moment, etag)
    response["Cache-Control"] = "private, no-cache" if selection.user.is_authenticated else "public, no-cache"
    return response


def _address(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("f", None)
    return request.path.removeprefix("/") + (f"?{kept.urlencode()}" if kept else "")


def _etag(
    request: HttpRequest, chosen: Format, collection: Collection, user: User | AnonymousUser, moment: Moment | None
) -> str:
    """The state of what the file tells; a file in words says what is closed today, so it is of a day."""
    if moment is not None:
        return mementos.etag(moment, chosen.name)
    day = f"-{timezone.localdate():%Y%m%d}" if chosen.told else ""
    state = states.state(None if chosen.told else collection, user)
    read = registry.collections() if chosen.told else [collection]
    return validators.of_collection(request, state, f"{chosen.name}{day}", user, read)


def _made(chosen: Format, selection: Selection) -> StreamingHttpResponse:
    apart.hand_back()
    with translation.override(settings.LANGUAGE_CODE):
        made = Made(chosen, selection)
    response = StreamingHttpResponse(made, content_type=chosen.content_type)
    response["Content-Length"] = str(made.size)
    return response


def _streamed(
    request: HttpRequest, chosen: Format, selection: Selection, moment: Moment | None
) -> StreamingHttpResponse:
    if chosen.write is None:
        return _made(chosen, selection)
    of = moment if chosen.told else None
    with past.showing(of), translation.override(settings.LANGUAGE_CODE):
        chunks = apart.Placed(spoken(chosen.write(selection, request.build_absolute_uri("/")), of))
    # The first piece is read before the status is sent: what fails, fails as a problem.
    body = Closing(chain([next(chunks)], _whole_or_torn(chunks, chosen.torn)), chunks)
    return StreamingHttpResponse(body, content_type=chosen.content_type)


def _whole_or_torn(chunks: Iterator[bytes], torn: bytes) -> Iterator[bytes]:
    """The same pieces; of what fails, `torn` is the end: the server ends a body in the same way whether it failed or not."""
    try:
        yield from chunks
    except Exception:
        if torn:
            yield torn
        raise


def spoken(chunks: Iterator[bytes], moment: Moment | None = None) -> Generator[bytes, None, None]:
    """The same pieces, written in French whoever asks: the API never varies features by language.

    Of a past state, what they say of neighbours is read at its revision, and what was closed is of its instant. No
    connection of Django's is kept between them.
    """
    revision = moment.revision if moment else None
    try:
        while True:
            with translation.override(settings.LANGUAGE_CODE), past.showing(moment), past.reading(revision):
                piece = next(chunks, None)
            apart.hand_back()
            if piece is None:
                return
            yield piece
    finally:
        chunks.close()  # type: ignore[attr-defined]
