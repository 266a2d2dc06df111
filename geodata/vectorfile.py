"""Vector files from a person or an operator, read in a child process with limits (`vectorshapes` for what people bring).

The child has a bounded memory, time and number of features. It starts with the drivers that its file may need and with
no way out (`closed`), so that what a file holds cannot make GDAL open another one (VRT) or the network.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pyogrio
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, LineString, MultiLineString, Polygon
from django.contrib.gis.geos.prototypes.io import WKBWriter
from django.utils.translation import gettext as _
from pyogrio.raw import read

from geodata.problems import Problem
from geodata.units import WGS84

DRIVERS = {".gpx": "GPX", ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".kml": "LIBKML"}
# Either reads a .kml; services answer with what the drivers of files read.
ALSO = {"LIBKML": {"KML"}, "WFS": {"GML", "GeoJSON", "CSV"}, "OAPIF": {"GeoJSON", "GML"}}
# Nothing listens there, and no host is reached without it.
NO_WAY_OUT = {
    "GDAL_HTTP_PROXY": "http://127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "",
    "no_proxy": "",
}
MAX_BYTES = 30 * 1024 * 1024
MAX_FEATURES = 5_000
TIMEOUT_S = 40
Box = tuple[float, float, float, float]
# West, south, east, north in metres.
LAMBERT93_BOX: Box = (90_000.0, 6_000_000.0, 1_300_000.0, 7_200_000.0)
GROUND_DRIVERS = {".pbf": "OSM", ".gpkg": "GPKG"}
GROUND_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from geodata.vectorfile import ground_child; ground_child(sys.argv[2])"
CHILD = Path(__file__).with_name("vectorshapes.py")


class Unreadable(Problem):
    """The file cannot be read; `detail` says why in words."""

    status = 422
    slug = "unreadable-file"


@dataclass(frozen=True)
class Shape:
    """One shape of a file in EPSG:4326, without heights; `elevations_m` holds them when every vertex of a line has one."""

    geometry: GEOSGeometry
    layer: str
    name: str
    elevations_m: list[float] | None = None


def closed(driver: str) -> dict[str, str]:
    """Settings for the environment of a child before it starts: no drivers of GDAL but what this one needs, no network.

    pyogrio registers them as it is imported; afterwards `OGR_SKIP` does nothing.
    """
    skipped = pyogrio.list_drivers().keys() - {driver, *ALSO.get(driver, ())}
    return {"OGR_SKIP": ",".join(sorted(skipped)), "PROJ_NETWORK": "OFF"} | NO_WAY_OUT


def read_shapes(path: Path) -> list[Shape]:
    """The shapes of a GPX, GeoJSON, GeoPackage or KML file. Raises Unreadable."""
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        known = ", ".join(sorted({ending[1:] for ending in DRIVERS}))
        raise Unreadable(_("Ce type de fichier ne se lit pas. Types lus : %(known)s.") % {"known": known})
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(_("Ce fichier est trop gros : 30 Mo au plus."))
    asked = json.dumps({"path": str(path), "most": MAX_FEATURES, "seconds": TIMEOUT_S})
    command = [sys.executable, str(CHILD), asked]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, timeout=TIMEOUT_S, check=False, env=os.environ | closed(driver)
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(_("La lecture de ce fichier prend trop de temps.")) from None
    if done.returncode != 0:
        raise Unreadable(_("Ce fichier ne se lit pas comme %(driver)s.") % {"driver": driver})
    found = json.loads(done.stdout)
    if found["truncated"]:
        raise Unreadable(_("Ce fichier contient plus de %(most)d objets.") % {"most": MAX_FEATURES})
    return [_shape(each) for each in found["shapes"]]


def _shape(found: dict[str, Any]) -> Shape:
    srid = srid_of(found["crs"])
    if srid is None:
        raise Unreadable(_("Le système de coordonnées de ce fichier n’est pas reconnu."))
    try:
        raw = GEOSGeometry(found["wkb"], srid=srid)
        shape = raw
        if raw.hasz:
            shape = GEOSGeometry(memoryview(WKBWriter(dim=2).write(raw)), srid=srid)
        if srid != WGS84:
            shape.transform(WGS84)
    except (GEOSException, GDALException):
        raise Unreadable(_("Une géométrie de ce fichier ne se lit pas.")) from None
    return Shape(shape, found["layer"], found["name"], _elevations(raw))


def _elevations(shape: GEOSGeometry) -> list[float] | None:
    """Heights of a line, when each vertex has one that is a number."""
    parts = list(shape) if isinstance(shape, MultiLineString) else [shape]
    if not shape.hasz or len(parts) != 1 or not isinstance(parts[0], LineString):
        return None
    heights = [position[2] for position in parts[0].coords]
    return heights if all(math.isfinite(height) for height in heights) and any(heights) else None


@dataclass(frozen=True)
class Wanted:
    """Features of a layer that satisfy an OGR SQL condition, with the column that names them, if any does."""

    layer: str
    where: str
    name: str


def read_ground(path: Path, wanted: Sequence[Wanted], box: Box) -> Iterator[tuple[int, str, str]]:
    """The features of an operator's file that meet the box: which of `wanted` each is, its hex WKB (EPSG:4326), its name.

    A layer that the file lacks gives nothing. One child reads them all. Raises Unreadable: no `.osm.pbf` or `.gpkg`, or
    damaged.
    """
    if path.suffix not in GROUND_DRIVERS or not path.is_file():
        raise Unreadable(_("Il faut un fichier .osm.pbf ou .gpkg."))
    asked = json.dumps({"path": str(path), "wanted": [astuple(each) for each in wanted], "box": box})
    command = [sys.executable, "-c", GROUND_CHILD, str(Path(__file__).parent.parent), asked]
    environment = os.environ | closed(GROUND_DRIVERS[path.suffix])
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        for line in process.stdout or ():
            number, wkb, told = line.rstrip("\n").split("\t", 2)
            yield int(number), wkb, told
    if process.returncode != 0:
        raise Unreadable(_("Ce fichier ne se lit pas comme %(driver)s.") % {"driver": GROUND_DRIVERS[path.suffix]})


def ground_child(asked: str) -> None:
    """Print the asked features, one a line; called alone in a process of its own."""
    told = json.loads(asked)
    path, wanted = told["path"], [Wanted(*each) for each in told["wanted"]]
    layers = {str(name) for name, _kind in pyogrio.list_layers(path)} & {each.layer for each in wanted}
    srids = {layer: srid_of(pyogrio.read_info(path, layer=layer)["crs"]) for layer in layers}
    for number, each in enumerate(wanted):
        if each.layer in layers:
            _print_ground(path, number, each, tuple(told["box"]), srids[each.layer])


def _print_ground(path: str, number: int, wanted: Wanted, box: Box, srid: int | None) -> None:
    columns = [wanted.name] if wanted.name else []
    _meta, _fids, blobs, fields = read(
        path,
        layer=wanted.layer,
        where=wanted.where or None,
        columns=columns,
        bbox=_transformed(box, srid),
        force_2d=True,
    )
    names = fields[0] if columns else [""] * len(blobs)
    for blob, name in zip(blobs, names, strict=True):
        shape = GEOSGeometry(memoryview(blob), srid=srid) if blob is not None else None
        if shape is None or shape.empty:
            continue
        if srid != WGS84:
            shape.transform(WGS84)
        told = " ".join(str(name or "").split())
        sys.stdout.write(f"{number}\t{bytes(shape.wkb).hex()}\t{told}\n")


def _transformed(box: Box, srid: int | None) -> Box:
    if srid in (None, WGS84):
        return box
    area = Polygon.from_bbox(box)
    area.srid = WGS84
    area.transform(srid)
    west, south, east, north = area.extent
    return west, south, east, north


def srid_of(crs: str | None) -> int | None:
    """The EPSG code of a layer; a file without a CRS is taken for longitude and latitude."""
    # GDAL has no number for what an OGC API calls CRS84, with or without heights.
    if crs is None or crs.upper() == "OGC:CRS84" or re.match(r'GEOGCS\["WGS 84 [^"]*CRS84', crs):
        return WGS84
    found = re.fullmatch(r"EPSG:(\d{4,6})", crs)
    return int(found[1]) if found else None
