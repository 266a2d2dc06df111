"""Features of a file or a service of any size, read by a limited child onto the disk, then given one after the other.

What is held in memory is one feature here, and a batch of them in the child (`vectorpull`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Polygon
from django.utils.translation import gettext_lazy as _

from geodata.problems import filled
from geodata.units import LAMBERT93, WGS84
from geodata.vectorfile import DRIVERS, LAMBERT93_BOX, MAX_FEATURES, TIMEOUT_S, Unreadable, closed, srid_of

CHILD = Path(__file__).with_name("vectorpull.py")
STREAM_DRIVERS = DRIVERS | {".csv": "CSV", ".fgb": "FlatGeobuf", ".geojsonl": "GeoJSONSeq", ".gml": "GML"}
# More than the line with which the child ends.
END_BYTES = 4_096
SPOOL_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Asked:
    """What to open: a path whose ending tells the driver, or an address that begins with the name of `driver`.

    `options` are those of the driver, `environment` holds settings of GDAL (a secret header, the proxy, without which it
    reaches no network).
    """

    path: str
    driver: str = ""
    layer: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    max_features: int = MAX_FEATURES
    timeout_s: int = TIMEOUT_S


@dataclass(frozen=True)
class Found:
    """One feature: its columns, and its shape in EPSG:4326 (heights kept) or None."""

    columns: Mapping[str, Any]
    shape: GEOSGeometry | None


class Spool:
    """The features that a child read to the end, each a line of a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every feature as it was read, with the place where `at` finds it again."""
        self._file.seek(0)
        place, line = 0, self._file.readline()
        while line and not line.startswith(b'{"end"'):
            yield place, line
            place += len(line)
            line = self._file.readline()

    def at(self, place: int) -> Found:
        """The feature at a place that `lines` gave."""
        self._file.seek(place)
        return found_in(self._file.readline())

    def __iter__(self) -> Iterator[Found]:
        return (found_in(line) for _place, line in self.lines())


def found_in(line: bytes) -> Found:
    """The feature of a line; its shape is None also where it, or its system, cannot be read, which a row's checks say.

    Numbers that are metres of Lambert-93, in a file that names no system, are read as those.
    """
    told = json.loads(line)
    return Found(told["columns"], _placed(told["wkb"], srid_of(told["crs"])))


def columns_in(line: bytes) -> dict[str, Any]:
    """The columns of the feature of a line, without a look at its shape."""
    told: dict[str, Any] = json.loads(line)["columns"]
    return told


@contextmanager
def spooled(asked: Asked) -> Iterator[Spool]:
    """Every feature, once the child has read the last: what a reader does with a row costs the source no time.

    Raises Unreadable: no such driver or layer, no answer, a page that fails, too many features or bytes, too late.
    """
    driver = asked.driver or STREAM_DRIVERS.get(Path(asked.path).suffix.lower(), "")
    if not driver:
        known = ", ".join(sorted(STREAM_DRIVERS))
        raise Unreadable(filled(_("Ce type de fichier ne se lit pas. Types lus : %(known)s."), {"known": known}))
    told = {
        "path": asked.path, "layer": asked.layer, "options": dict(asked.options),
        "most": asked.max_features, "most_bytes": SPOOL_BYTES,
    }  # fmt: skip
    command = [sys.executable, str(CHILD), json.dumps(told)]
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **closed(driver), **asked.environment}
    with tempfile.TemporaryFile() as file:
        try:
            subprocess.run(  # noqa: S603
                command, stdout=file, stderr=subprocess.DEVNULL, env=environment, timeout=asked.timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(_("La lecture de cette source prend trop de temps.")) from None
        ended = _end_of(file)
        if ended == "many":
            most = {"most": asked.max_features}
            raise Unreadable(filled(_("Cette source contient plus de %(most)d objets."), most))
        if ended != "all":
            why = {"driver": driver, "why": ended or "?"}
            raise Unreadable(filled(_("Cette source ne se lit pas comme %(driver)s : %(why)s"), why))
        yield Spool(file)


def _end_of(file: IO[bytes]) -> str:
    """How the child says that it ended; empty when it could not say it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_BYTES))
    last = file.read().splitlines()[-1:]
    try:
        return str(json.loads(last[0]).get("end", "")) if last else ""
    except ValueError:
        return ""


def _placed(wkb: str | None, srid: int | None) -> GEOSGeometry | None:
    if wkb is None or srid is None:
        return None
    try:
        shape = GEOSGeometry(wkb)
        if shape.empty:
            return None
        if srid == WGS84 and Polygon.from_bbox(LAMBERT93_BOX).contains(Polygon.from_bbox(shape.extent).centroid):
            srid = LAMBERT93
        shape.srid = srid
        if shape.srid != WGS84:
            shape.transform(WGS84)
    except (GEOSException, GDALException):
        return None
    return shape
