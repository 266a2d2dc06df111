"""`Range` (RFC 9110 §14): one range of bytes; several at once are answered with the whole."""

import re
from dataclasses import dataclass

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Unsatisfiable(Exception):
    """The range begins behind the end (416)."""


@dataclass(frozen=True)
class ByteRange:
    """From the first to the last byte, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.last - self.first + 1


def parse_range(text: str, size: int) -> ByteRange | None:
    """The range of a thing of `size` bytes; None for no range, or one that is not understood. Raises Unsatisfiable."""
    match = RANGE.fullmatch(text.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        wanted = ByteRange(max(0, size - int(last)), size - 1)
    else:
        wanted = ByteRange(int(first), min(int(last), size - 1) if last else size - 1)
        if last and int(last) < int(first):
            return None
    if wanted.first >= size or wanted.length < 1:
        raise Unsatisfiable
    return wanted
