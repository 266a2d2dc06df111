"""A feed is read as a partner reads it, measured, and judged by what it declares to follow.

A collection as lines of GeoJSON by its own schema, geometries included; the feed of the national trail schema by that
schema; the catalogue by what DCAT-AP makes mandatory.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from rdflib import RDF, Graph
from rdflib.namespace import DCAT

from geodata.catalogue import rules as dcat
from geodata.endpoints import catalogue
from geodata.formats import geojsonseq
from geodata.ogc.schema import schema
from geodata.params.items import ItemsQuery
from geodata.queries import rows, states
from geodata.registry import GEOMETRY, Collection
from sentiers import schema_randonnee, schema_rules

MOST_JUDGED = 2_000
MOST_TOLD = 20
WORLD = (-180.0, -90.0, 180.0, 90.0)
# The formats of geometries in a schema (OGC API Features Part 5) and the types of GeoJSON that each takes.
SHAPES = {
    "geometry-point": ("Point",),
    "geometry-linestring": ("LineString",),
    "geometry-multipolygon": ("MultiPolygon",),
    "geometry-any": ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"),
}  # fmt: skip
Rules = dict[str, Any]


@dataclass
class Found:
    """What a check found so far; `size_bytes` and times are those of the whole feed."""

    features: int = 0
    judged: int = 0
    size_bytes: int = 0
    first_byte_ms: int = 0
    total_ms: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    begun_at: float = field(default_factory=time.perf_counter)

    def measured(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces, counted as they pass."""
        for piece in pieces:
            if not self.size_bytes:
                self.first_byte_ms = self._passed_ms()
            self.size_bytes += len(piece)
            yield piece
        self.total_ms = self._passed_ms()

    def tell(self, what: str, name: str, rule: str) -> None:
        """Keep a problem, of the first MOST_TOLD."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append({"id": what, "property": name, "rule": rule})

    def judge(self, texts: Iterable[bytes], judge: Any, every: int, key: str = "id") -> None:
        """Judge one of so many features, each a text; `key` is the member or property that names it."""
        for text in texts:
            if self.features % every == 0:
                feature = json.loads(text)
                self.judged += 1
                for error in judge.iter_errors(feature):
                    path = [str(part) for part in error.absolute_path if part != "properties"]
                    name = feature.get(key) or feature["properties"].get(key, "")
                    self.tell(name, ".".join(path), str(error.validator))
            self.features += 1

    def _passed_ms(self) -> int:
        return round(1000 * (time.perf_counter() - self.begun_at))


def collection_as_lines(collection: Collection) -> Found:
    """The download that partners copy, judged by `/api/collections/<id>/schema`."""
    found = Found()
    pieces = found.measured(geojsonseq.write(_all_of(collection), ""))
    lines = (line for piece in pieces for line in piece.split(geojsonseq.SEPARATOR)[1:])
    found.judge(lines, Draft202012Validator(rules(collection), format_checker=_checker()), _every(collection))
    return found


def national_trails(collection: Collection) -> Found:
    """The feed of schema_randonnee, judged by that schema."""
    found, checker = Found(), Draft7Validator.FORMAT_CHECKER
    pieces = found.measured(schema_randonnee.write(_all_of(collection), f"{settings.WEBHOOKS_ROOT}/"))
    judge = Draft7Validator(schema_rules.FEATURE, format_checker=checker)
    found.judge(schema_randonnee.features(pieces), judge, _every(collection), key="uuid")
    return found


def dcat_catalogue() -> Found:
    """The catalogue as Turtle, read back."""
    found, state = Found(), states.public_state(None)
    text = b"".join(found.measured([catalogue.written(f"{settings.WEBHOOKS_ROOT}/", state, catalogue.TURTLE)]))
    read = Graph().parse(data=text, format="turtle")
    found.features = found.judged = len(set(read.subjects(RDF.type, DCAT.Dataset)))
    for node, name, rule in dcat.faults(read):
        found.tell(node, name, rule)
    return found


def rules(collection: Collection) -> Rules:
    """The published schema as one for GeoJSON; codes may be absent (null), the geometry where its column may."""
    published = schema(collection, collection.id)["properties"]
    shape = published.pop(GEOMETRY)
    del published["id"]
    described = {name: _nullable(each) for name, each in published.items()}
    properties = {"type": "object", "properties": described, "required": [*described], "additionalProperties": False}
    members = {
        "type": {"const": "Feature"},
        "id": {"type": "string", "format": "uuid"},
        "geometry": _nullable(shape) if collection.geometry.null else shape,
        "properties": properties,
    }
    return {"type": "object", "properties": members, "required": [*members]}


def _nullable(rule: Rules) -> Rules:
    return {"anyOf": [{"type": "null"}, rule]}


def _checker() -> FormatChecker:
    checker = FormatChecker()
    for name, kinds in SHAPES.items():
        checker.checks(name)(partial(_is_shape, kinds))
    return checker


def _is_shape(kinds: tuple[str, ...], value: Any) -> bool:
    """Whether this is GeoJSON of one of these types, valid and in degrees."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        return False
    try:
        shape = GEOSGeometry(json.dumps(value))
    except (GDALException, GEOSException, ValueError):
        return False
    if shape.empty or not shape.valid:
        return False
    west, south, east, north = shape.extent
    return WORLD[0] <= west and WORLD[1] <= south and east <= WORLD[2] and north <= WORLD[3]


def _all_of(collection: Collection) -> rows.Selection:
    return rows.of_query(collection, AnonymousUser(), ItemsQuery())


def _every(collection: Collection) -> int:
    """One of how many is judged, so that at most about MOST_JUDGED are, spread over the whole."""
    return max(collection.visible_to(AnonymousUser()).count() // MOST_JUDGED, 1)
