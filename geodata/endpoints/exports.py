"""Files that a worker writes: the answer to who asks for a large one, where it stands, the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import registry
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.authentication import user_of
from geodata.endpoints.naming import dated
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.validators import not_modified
from geodata.exports import asking
from geodata.exports.models import Export, State
from geodata.exports.tasks import STORAGE, name_of
from geodata.formats import offered
from geodata.formats.choice import JSON, Format
from geodata.ogc.links import link
from geodata.params.items import single
from geodata.params.ranges import ByteRange, Unsatisfiable, parse_range
from geodata.problems import Gone, NotFound
from geodata.queries.rows import Selection

PIECE = 256 * 1024
RETRY_AFTER_S = 5


def queued(request: HttpRequest, chosen: Format, selection: Selection, wanted_rows: int) -> HttpResponseBase:
    """202 and where the file will be; once it is there, the same question leads to it (303)."""
    pairs = sorted((name, value) for name, values in request.GET.lists() for value in values if name != "f")
    asked = asking.ask(chosen, selection, urlencode(pairs), wanted_rows)
    if asked.state == State.READY:
        response: HttpResponseBase = HttpResponse(status=303)
        response["Location"] = _file(request, asked)
    else:
        response = _waiting(request, asked)
    response["Cache-Control"] = "no-store"
    return response


def _waiting(request: HttpRequest, asked: Export) -> HttpResponse:
    response = document(request, _described(request, asked))
    response.status_code = 202
    response["Location"] = _self(request, asked)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _of_file(request: HttpRequest, uuid: UUID) -> Sequence[Format]:
    """Raises NotFound, Gone."""
    return (_format(_readable(request, uuid)),)


def _of_export(request: HttpRequest, uuid: UUID) -> Sequence[Format]:
    """Raises NotFound, Gone."""
    return (JSON, *_of_file(request, uuid))


@endpoint("GET", gives=_of_export)
def export(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Where a file stands, and its address once it is written; who accepts the file alone is led to it."""
    ask_nothing_else(request)
    asked = _readable(request, uuid)
    wants_file = chosen_of(request) != JSON
    response: HttpResponseBase
    if wants_file and asked.state == State.READY:
        response = HttpResponse(status=303)
        response["Location"] = _file(request, asked)
    elif wants_file and asked.state in asking.UNFINISHED:
        response = _waiting(request, asked)
    else:
        response = document(request, _described(request, asked))
        if asked.state in asking.UNFINISHED:
            response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response


@endpoint("GET", gives=_of_file)
def export_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The file, whole or a range of it (RFC 9110 §14)."""
    single(request.GET, ())
    asked = _readable(request, uuid)
    if asked.state != State.READY:
        raise NotFound(_("Ce fichier n’est pas encore écrit."))
    etag = f'"{asked.uuid}"'
    unchanged = not_modified(request, etag)
    response = unchanged if unchanged is not None else _sent(request, asked, etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache" if asked.user_id else "public, no-cache"
    return response


def _readable(request: HttpRequest, uuid: UUID) -> Export:
    """The file that is asked for, looked up once: which forms there are to choose from is asked before the view runs."""
    known: Export | None = getattr(request, "export", None)
    if known is not None:
        return known
    user = user_of(request)
    asked = asking.find(uuid, user)
    if asked is None:
        raise NotFound(_("Ce fichier n’existe pas, ou n’est plus gardé."))
    if not asking.may_read(asked, user):
        raise Gone(_("Ce fichier n’est plus gardé, ou il contient une fiche retirée depuis : demandez-le de nouveau."))
    request.export = asked  # type: ignore[attr-defined]
    return asked


def _sent(request: HttpRequest, asked: Export, etag: str) -> HttpResponseBase:
    chosen = _format(asked)
    if_range = request.headers.get("If-Range", etag)
    try:
        part = parse_range(request.headers.get("Range", ""), asked.size_bytes) if if_range == etag else None
    except Unsatisfiable:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{asked.size_bytes}"
        return refused
    whole = ByteRange(0, asked.size_bytes - 1)
    wanted = part or whole
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=chosen.content_type)
    else:
        held = storages[STORAGE].open(name_of(asked), "rb")
        response = StreamingHttpResponse(_Pieces(held, wanted), content_type=chosen.content_type)
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{asked.size_bytes}"
    response["Content-Length"] = str(wanted.length)
    # A range is of the bytes as they are: no compression on the way.
    response.as_it_is = True  # type: ignore[attr-defined]
    day = timezone.localtime(asked.ready_at or asked.created_at)
    response["Content-Disposition"] = dated(asked.collection, chosen.extension, day)
    return response


class _Pieces(Iterator[bytes]):
    """A range of a file, in pieces."""

    def __init__(self, held: IO[bytes], wanted: ByteRange) -> None:
        self._held, self._left = held, wanted.length
        held.seek(wanted.first)

    def __next__(self) -> bytes:
        piece = self._held.read(min(PIECE, self._left))
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Let the file go."""
        self._held.close()


def _described(request: HttpRequest, asked: Export) -> dict[str, Any]:
    chosen = _format(asked)
    links = [
        link(_self(request, asked), "self", "application/json"),
        link(request.build_absolute_uri(f"/api/collections/{asked.collection}"), "collection", "application/json"),
    ]
    if asked.state == State.READY:
        links.append(link(_file(request, asked), "enclosure", chosen.media_type, chosen.title))
    told = {
        "id": str(asked.uuid),
        "state": asked.state,
        "collection": asked.collection,
        "format": asked.format,
        "rows": asked.rows,
        "progress": round(min(1.0, asked.rows_done / max(1, asked.rows)), 2),
        "created": _instant(asked.created_at),
        "expires": _instant(asked.expires_at),
        "links": links,
    }
    return told | ({"size": asked.size_bytes} if asked.state == State.READY else {})


def _format(asked: Export) -> Format:
    return next(each for each in offered.of(registry.get(asked.collection)) if each.name == asked.format)


def _self(request: HttpRequest, asked: Export) -> str:
    return request.build_absolute_uri(f"/api/exports/{asked.uuid}")


def _file(request: HttpRequest, asked: Export) -> str:
    return _self(request, asked) + "/file"


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
