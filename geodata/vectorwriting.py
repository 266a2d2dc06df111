"""Vector files from rows: the other half of the door to GDAL, a child process with limits that writes.

The parent hands on the rows as PostgreSQL sends them (`COPY … (FORMAT csv)`): it looks at none of them and holds one
piece. The child (`vectorchild`) has a bounded memory, time and size of file.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from geodata.problems import Unavailable

CHILD = Path(__file__).with_name("vectorchild.py")
ENDING_S = 120
PIECE = 256 * 1024
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the rows hold and what they become.

    `columns` are names and kinds (`geodata.queries.flat.Kind`) of all but the last column, which is the geometry as WKB
    in hexadecimal digits. `driver` is GDAL's name of the format, or Parquet; `srid` an EPSG code; `told` goes into
    the metadata of formats that have some; `options` are GDAL's for the layer.
    """

    driver: str
    layer: str
    columns: Sequence[tuple[str, str]]
    geometry_type: str
    srid: int
    told: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


def write(path: Path, layout: Layout, rows: Iterable[bytes], most_bytes: int) -> None:
    """Write the file in the child. Raises Unavailable: it failed, or grew over `most_bytes`."""
    asked = {
        "path": str(path),
        "driver": layout.driver,
        "layer": layout.layer,
        "columns": list(layout.columns),
        "geometry_type": layout.geometry_type,
        "crs": f"EPSG:{layout.srid}",
        "told": dict(layout.told),
        "options": dict(layout.options),
        "most_bytes": most_bytes,
    }
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", str(CHILD), json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            code = _fed(child, rows)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        if code != 0:
            errors.seek(0)
            logger.error("a vector file could not be written: %s", errors.read(4_000).decode(errors="replace"))
            raise Unavailable(_("Ce fichier n’a pas pu être écrit. Demandez une plus petite sélection."))


def _fed(child: subprocess.Popen[bytes], rows: Iterable[bytes]) -> int:
    """Hand the rows on and wait for the end."""
    if child.stdin is None:
        raise TypeError("the child reads from a pipe")
    held: list[bytes] = []
    size = 0
    try:
        with child.stdin as pipe:
            for row in rows:
                held.append(row)
                size += len(row)
                if size > PIECE:
                    pipe.write(b"".join(held))
                    held, size = [], 0
            pipe.write(b"".join(held))
    except BrokenPipeError:
        pass
    try:
        return child.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
