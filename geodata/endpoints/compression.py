"""Answers in br or gzip, and what that does to their validators (RFC 9110 §8.4, §8.8.3.3)."""

import re
import zlib
from collections.abc import Iterable, Iterator

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from geodata.formats.choice import ranges_of

MIN_COMPRESSED = 500
# Small answers go to phones, where bytes count; streams are as long as their slower end, so they cost a third of the time
# for an eighth more bytes (docs/performance.md).
WHOLE = {"br": 4, "gzip": 5}
STREAMED = {"br": 1, "gzip": 2}
CODED = re.compile(r'-(?:br|gzip)"$')
# Compressed already, or sent piece by piece as it happens.
PACKED = (
    "image/", "video/", "application/zip", "application/vnd.apache.parquet", "application/vnd.pmtiles", "text/event-stream",
)  # fmt: skip


def compressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response in br or gzip when the client takes it and it is worth it; streams stay streams."""
    coding = _accepted(request.headers.get("Accept-Encoding", ""))
    if coding is None or response.has_header("Content-Encoding") or getattr(response, "as_it_is", False):
        return response
    if response.status_code == 304:  # noqa: PLR2004
        return _tagged(response, coding)
    if response.status_code == 204 or _is_packed(response.get("Content-Type", "")):  # noqa: PLR2004
        return response
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _pressed(_bytes(response), coding, STREAMED)
        del response["Content-Length"]
    elif isinstance(response, HttpResponse) and len(response.content) >= MIN_COMPRESSED:
        response.content = pressed(response.content, coding)
        response["Content-Length"] = str(len(response.content))
    else:
        return response
    response["Content-Encoding"] = coding
    return _tagged(response, coding)


def coding_of(accept: str, media_type: str, size: int) -> str | None:
    """br, gzip or None: how an answer of this type and size is sent to who accepts these."""
    return None if size < MIN_COMPRESSED or _is_packed(media_type) else _accepted(accept)


def pressed(body: bytes, coding: str) -> bytes:
    """The body in this coding."""
    return b"".join(_pressed([body], coding, WHOLE))


def uncoded(etag: str) -> str:
    """A validator as it is before compression: without `W/` and without the name of a coding."""
    return CODED.sub('"', etag.strip().removeprefix("W/"))


def tagged(etag: str, coding: str) -> str:
    """The validator of an answer in this coding: a strong one tells it, a weak one holds for all."""
    return f'{etag[:-1]}-{coding}"' if etag.startswith('"') else etag


def _tagged(response: HttpResponseBase, coding: str) -> HttpResponseBase:
    if "ETag" in response:
        response["ETag"] = tagged(response["ETag"], coding)
    return response


def _is_packed(media_type: str) -> bool:
    return media_type.startswith(PACKED) and not media_type.startswith("image/svg")


def _bytes(response: StreamingHttpResponse) -> Iterator[bytes]:
    return iter(response.streaming_content)  # type: ignore[arg-type]


def _accepted(accept: str) -> str | None:
    offered = {coding for coding, quality in ranges_of(accept) if quality > 0}
    return next((coding for coding in WHOLE if coding in offered), None)


def _pressed(chunks: Iterable[bytes], coding: str, levels: dict[str, int]) -> Iterator[bytes]:
    if coding == "br":
        press = brotli.Compressor(quality=levels[coding])
        squeeze, finish = press.process, press.finish
    else:
        zipper = zlib.compressobj(levels[coding], zlib.DEFLATED, 31)
        squeeze, finish = zipper.compress, zipper.flush
    for chunk in chunks:
        if made := squeeze(chunk):
            yield made
    yield finish()
