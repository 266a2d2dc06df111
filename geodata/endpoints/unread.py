"""Bodies that nobody read are read to their end before the answer goes out (decision 0233).

The server closes the line of a request whose body it still has to read. Who is sending then hears of a broken line, a proxy too,
and not why it was refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from geodata.endpoints.forms import Application, Environ, Start
from geodata.queries import apart

# The largest that any address takes, photos and files with what surrounds them; of more the line breaks.
MOST = 40 * 1024 * 1024
PIECE = 64 * 1024


def read_out(application: Application) -> Application:
    """The application, whose answers begin once the body of the request has been read."""

    def serve(environ: Environ, start_response: Start) -> Iterable[bytes]:
        answer = application(environ, start_response)
        if (environ.get("CONTENT_LENGTH") or "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            _read_out(environ)
        return answer

    return serve


def _read_out(environ: Environ) -> None:
    # Who asks whether to send it at all has not begun; a server that does not mark the end would wait there for ever.
    if "HTTP_EXPECT" in environ or not environ.get("wsgi.input_terminated"):
        return
    # However slowly it comes.
    apart.hand_back()
    body, left = environ["wsgi.input"], MOST
    with suppress(OSError):
        while left > 0 and (piece := body.read(PIECE)):
            left -= len(piece)
