"""Small pieces of bytes gathered into pieces worth sending."""

from collections.abc import Iterable, Iterator

CHUNK = 64 * 1024


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about 64 KiB; at least one, so that an answer can begin with it."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
