"""The QR code of an address as one SVG path, for the printed page (ISO/IEC 18004, level M)."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import qrcode
from qrcode.constants import ERROR_CORRECT_M


@dataclass(frozen=True)
class Code:
    """A path of dark modules in a square of `size` units, quiet zone included."""

    path: str
    size: int


@lru_cache(maxsize=256)
def code(address: str) -> Code:
    """The code of an address; one rectangle a run of dark modules keeps the path short."""
    maker = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    maker.add_data(address)
    maker.make(fit=True)
    rows = maker.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for dark, group in groupby(row):
            width = len(list(group))
            if dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return Code("".join(runs), len(rows))
