"""Items and item as a file: the whole selection in one of the formats that are not pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from geodata.endpoints.answers import not_modified
from geodata.endpoints.changes import Closing
from geodata.endpoints.files import Made
from geodata.formats.choice import Format
from geodata.params.crs import CRS84
from geodata.problems import BadParameter
from geodata.queries import apart, extent
from geodata.queries.rows import Selection
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def download(request: HttpRequest, chosen: Format, selection: Selection, stem: str) -> HttpResponseBase:
    """The file, named `<stem>-<day>.<extension>`; 304 when nothing that it tells has changed.

    Raises BadParameter: another system for a format that exists in degrees only.
    """
    if chosen.degrees and selection.crs is not CRS84:
        raise BadParameter("crs", _("Ce format n’existe qu’en longitude et latitude (CRS84)."))
    etag = _etag(chosen, selection.collection, selection.user)
    unchanged = not_modified(request, etag)
    response: HttpResponseBase = unchanged or HttpResponse()
    if unchanged is None:
        response = (
            HttpResponse(content_type=chosen.content_type)
            if request.method == "HEAD"
            else _streamed(request, chosen, selection)
        )
        place = "inline" if chosen.inline else "attachment"
        name = f"{stem}-{timezone.localdate():%Y-%m-%d}.{chosen.extension}"
        response["Content-Disposition"] = f'{place}; filename="{name}"'
    response["ETag"] = etag
    response["Content-Crs"] = f"<{selection.crs.uri}>"
    response["Cache-Control"] = "private, no-cache" if selection.user.is_authenticated else "public, no-cache"
    return response


def _etag(chosen: Format, collection: Collection, user: User | AnonymousUser) -> str:
    """The revision of what the file tells; a file in words says what is closed today, so it is of a day."""
    who = f"-u{user.pk}" if user.is_authenticated else ""
    day = f"-{timezone.localdate():%Y%m%d}" if chosen.told else ""
    return f'W/"{extent.revision(None if chosen.told else collection, user)}-{chosen.name}{day}{who}"'


def _made(chosen: Format, selection: Selection) -> StreamingHttpResponse:
    apart.hand_back()
    made = Made(chosen, selection)
    response = StreamingHttpResponse(made, content_type=chosen.content_type)
    response["Content-Length"] = str(made.size)
    return response


def _streamed(request: HttpRequest, chosen: Format, selection: Selection) -> StreamingHttpResponse:
    if chosen.write is None:
        return _made(chosen, selection)
    apart.hand_back()
    chunks = spoken(chosen.write(selection, request.build_absolute_uri("/")))
    # The first piece is read before the status is sent: what fails, fails as a problem.
    body = Closing(chain([next(chunks)], chunks), chunks)
    return StreamingHttpResponse(body, content_type=chosen.content_type)


def spoken(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, written in French whoever asks: the API never varies features by language."""
    try:
        while True:
            with translation.override(settings.LANGUAGE_CODE):
                piece = next(chunks, None)
            if piece is None:
                return
            yield piece
    finally:
        chunks.close()  # type: ignore[attr-defined]
