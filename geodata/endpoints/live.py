"""`/api/live`: server-sent events for open maps (decisions 0142, 0213)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from geodata.endpoints.answers import endpoint, problem_document
from geodata.endpoints.limiting import neighbour
from geodata.formats.choice import Format
from geodata.live.broadcast import AT_ONCE, Broadcast, broadcast
from geodata.live.telling import HEARTBEAT, RESET, Told, of_page, position
from geodata.params.changes import Anchor, ChangesQuery, parse_collection, parse_since
from geodata.params.items import single
from geodata.queries import apart
from geodata.queries import changes as feed

EVENTS = Format(name="sse", media_type="text/event-stream", title="Server-sent events")
# How often a quiet stream hands over an empty piece: nothing is sent, but the server says when the line is closed.
LINE_S = 3.0
# How often it sends something, so that no proxy takes the line for a dead one.
BEAT_S = 15.0
# How long the first line waits for the place in the feed from which the process tells.
BEGIN_S = 5.0
# A stream is begun anew now and then, so that maps spread over processes that were started meanwhile.
LASTING_S = 3_600.0
RETRY_MS = 4_000
FULL_RETRY_S = (30, 90)


@endpoint("GET", gives=(EVENTS,))
def live(request: HttpRequest) -> HttpResponseBase:
    """A stream of what changes from now on, or from `Last-Event-ID` (or `since`), of one collection or of all."""
    given = single(request.GET, ("collection", "since", "f"))
    wanted = parse_collection(given["collection"]) if "collection" in given else None
    token = request.headers.get("Last-Event-ID") or given.get("since")
    since = parse_since(token) if token else None
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=EVENTS.media_type)
    else:
        who = neighbour(request)
        apart.hand_back()
        if not broadcast.enter(who):
            return _full(request)
        stream = Stream(broadcast, wanted.id if wanted else None, since, who)
        response = StreamingHttpResponse(stream, content_type=EVENTS.media_type)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _full(request: HttpRequest) -> HttpResponse:
    told = _("Trop de cartes sont ouvertes à la fois. La carte se lit aussi sans cette liaison ; réessayez plus tard.")
    response = problem_document(request, 503, "too-many-streams", _("Trop de liaisons ouvertes"), told)
    response["Retry-After"] = str(random.randint(*FULL_RETRY_S))  # noqa: S311  (spreads load)
    response["Cache-Control"] = "no-store"
    return response


class Stream(Iterator[bytes]):
    """The bytes of one stream; its place is given back when the response is closed, however it ends."""

    def __init__(self, source: Broadcast, collection_id: str | None, since: Anchor | None, who: bytes) -> None:
        self._source, self._collection, self._since, self._who = source, collection_id, since, who
        self._number = -1
        self._beat_at = 0.0
        self._until = time.monotonic() + LASTING_S
        self._left = False

    def __next__(self) -> bytes:
        if self._left or self._source.is_over or time.monotonic() > self._until:
            raise StopIteration
        piece = self._begin() if self._number < 0 else self._go_on()
        if piece:
            self._beat_at = time.monotonic() + BEAT_S
        return piece

    def close(self) -> None:
        """Give the place back, once."""
        if not self._left:
            self._left = True
            self._source.leave(self._who)

    def __del__(self) -> None:
        self.close()

    def _begin(self) -> bytes:
        """How long to wait before coming again, what was missed since, and from where on the stream tells."""
        found = self._source.begin(BEGIN_S)
        if found is None:
            return HEARTBEAT
        self._number, last = found
        missed = self._missed(last) if self._since else []
        ready = b"event: ready\ndata: {}\n" + position(last) + b"\n"
        return f"retry: {RETRY_MS}\n\n".encode() + self._said(missed) + ready

    def _go_on(self) -> bytes:
        """What is told next; an empty piece or a beat when there was nothing for so long."""
        quiet_s = min(LINE_S, max(self._beat_at - time.monotonic(), 0.0))
        self._number, found = self._source.after(self._number, quiet_s)
        return self._said(found) or (HEARTBEAT if time.monotonic() >= self._beat_at else b"")

    def _missed(self, last: Anchor) -> list[Told]:
        if self._since == last:
            return []
        try:
            page = feed.page(ChangesQuery(since=self._since, limit=AT_ONCE, skip_feature=True))
            return [RESET] if page.more else [of_page(page)]
        except feed.Expired:
            return [RESET]
        finally:
            apart.hand_back()

    def _said(self, found: list[Told]) -> bytes:
        return b"".join(told.to(self._collection) for told in found)
