"""What may be asked of the API, by its OpenAPI document: each parameter of each path, with values that rows have.

A parameter or a part of an address that nobody says a value for here ends the test.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from geodata import registry
from geodata.params.cql2.judging import ARITHMETIC, OF_INSTANTS, OF_LISTS, OF_PERIODS, SPATIAL
from geodata.params.properties import filterable, plain, sortable
from geodata.units import across, down
from tests.offers import TABLES, formats_of

DEEPEST = 16
# Zooms at which tiles are asked with conditions, the collection of which there are most, and those of which all is asked.
ZOOMS = ("/7/", "/13/")
MOST = "cabanes"
MANY = (MOST,)
# Formats that show each way in which rows are read; the others write the same rows otherwise.
FLOWING = ("html", "geojson", "geojsonseq", "csv", "gpx", "fgb")
# Whether all is asked of every collection, each condition of cabins alone and each page in each language: some minutes more.
IN_FULL = bool(os.environ.get("LARGE_IN_FULL"))
BOX = "2.1,50.2,3.3,50.7"
BOXES = {
    "CRS84": BOX,
    "4326": "50.2,2.1,50.7,3.3",
    "3857": "233000,6470000,368000,6560000",
    "2154": "636000,7010000,722000,7068000",
}
SHAPES = {
    "CRS84": "POINT(2.8 50.4)", "4326": "POINT(50.4 2.8)", "3857": "POINT(311694 6525500)", "2154": "POINT(685000 7034000)",
}  # fmt: skip
IN_JSON = json.dumps({"op": ">", "args": [{"property": "revision"}, 0]})
NUMBERS = models.IntegerField | models.FloatField | models.DecimalField


@dataclass(frozen=True)
class Ask:
    """An address; `due`: whether something of the collection has to be in the answer."""

    path: str
    query: dict[str, str] = field(default_factory=dict)
    due: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


class Sample:
    """Rows of a collection: one that is shown, its place, and a value for each property that any row has."""

    def __init__(self, collection: registry.Collection) -> None:
        self.collection = collection
        rows = collection.visible_to(AnonymousUser()).order_by("-id")
        self.row = rows.filter(geom__isnull=False).first() or rows.first()
        self.values = dict(self._found(rows))
        spot = self.row.geom.point_on_surface if self.row.geom else None
        if spot is not None and self.row.geom.geom_type == "LineString":
            self.lon, self.lat = self.row.geom[len(self.row.geom) // 2]
        elif spot is not None:
            self.lon, self.lat = spot.coords

    def _found(self, rows: Any) -> Iterator[tuple[str, Any]]:
        for name, column in filterable(self.collection).items():
            known = rows.filter(**{f"{column.attname}__isnull": False})
            if isinstance(column, ArrayField):
                known = known.filter(**{f"{column.attname}__len__gt": 0})
            elif isinstance(plain(column), models.CharField | models.TextField):
                known = known.exclude(**{column.attname: ""})
            value = known.values_list(column.attname, flat=True).first()
            if value is not None:
                yield name, value

    def has(self, name: str) -> bool:
        """Whether the row itself has the value of this property."""
        value: Any = getattr(self.row, filterable(self.collection)[name].attname)
        return bool(value == self.values[name])

    @property
    def word(self) -> str:
        """The first word of its name, which many have."""
        return str(self.row.label).split()[0]

    def tile(self, zoom: int) -> str:
        """The tile of this zoom that the place of the row is in."""
        side = 1 << zoom
        return f"{zoom}/{int(down(self.lat) * side)}/{int(across(self.lon) * side)}"


def given(value: Any) -> str:
    """A value as a parameter takes it; of a list its first."""
    value = value[0] if isinstance(value, list) else value
    if isinstance(value, bool):
        return str(value).lower()
    return _instant(value) if isinstance(value, datetime) else str(value)


def literal(value: Any) -> str:
    """A value as CQL2 text has it."""
    if isinstance(value, list):
        return f"({', '.join(map(literal, value))})"
    if isinstance(value, datetime):
        return f"TIMESTAMP('{_instant(value)}')"
    if isinstance(value, date):
        return f"DATE('{value}')"
    if isinstance(value, bool | int | float):
        return str(value).upper()
    return "'{}'".format(str(value).replace("'", "''"))


def _instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"


def conditions(name: str, column: Any, value: Any) -> Iterator[str]:
    """Every condition that a property of this type takes, true of the row that has the value."""
    one, kind = literal(value), plain(column)
    yield f"{name} IS NOT NULL"
    if isinstance(column, ArrayField):
        yield from (f"{word}({name}, {one})" for word in OF_LISTS)
        return
    yield f"{name} = {one}"
    yield f"NOT {name} <> {one}"
    yield f"{name} IN ({one}, {one})"
    if isinstance(kind, models.BooleanField | models.UUIDField):
        return
    yield f"{name} <= {one} AND {name} >= {one}"
    if isinstance(kind, NUMBERS):
        yield f"{name} BETWEEN {one} AND {one}"
    elif isinstance(kind, models.DateField):
        yield f"T_EQUALS({name}, {one}) OR T_INTERSECTS({name}, {one})"
    else:
        start = str(value)[:3].replace("'", "''").replace("%", "").replace("_", "")
        yield f"{name} LIKE '{start}%'"
        yield f"CASEI({name}) LIKE CASEI('%{start.upper()}%')"
        yield f"CASEI(ACCENTI({name})) LIKE CASEI(ACCENTI('{start}%'))"


def others(sample: Sample) -> Iterator[tuple[str, bool]]:
    """The conditions that are not of one property, and whether they are true of a row."""
    around = f"BBOX({BOX})"
    for word in SPATIAL:
        yield f"{word}(geom, {around})", word in ("s_intersects", "s_within")
    for word in OF_INSTANTS:
        yield f"{word}(updated_at, TIMESTAMP('2020-01-01T00:00:00Z'))", word in ("t_after", "t_disjoint")
    for word in OF_PERIODS:
        yield f"{word}(INTERVAL(created_at, updated_at), INTERVAL('2020-01-01', '..'))", word == "t_during"
    for word in ARITHMETIC:
        yield f"revision {word} 2 > 0", word != "%"
    yield "revision IS NULL OR name_fr IS NULL AND NOT revision > 0".replace("name_fr", sample.collection.label), False


def of_items(sample: Sample, path: str) -> Iterator[Ask]:
    """What the parameters of a list of items do not say by themselves: conditions and orders."""
    columns = filterable(sample.collection)
    for name, column in columns.items():
        texts = list(conditions(name, column, sample.values[name])) if name in sample.values else []
        if IN_FULL and sample.collection.id == MOST:
            yield Ask(path, {"filter": f"{name} IS NULL", "limit": "2"}, due=False)
        elif texts:
            texts = [f"({') AND ('.join(texts)})"]
        yield from (Ask(path, {"filter": text, "limit": "2"}) for text in texts)
    has_shapes = sample.row.geom is not None
    for text, due in others(sample):
        yield Ask(path, {"filter": text, "limit": "2"}, due=due and (has_shapes or "geom" not in text))
    for number, name in enumerate(sortable(sample.collection)):
        signs = ("", "-") if IN_FULL and sample.collection.id == MOST else ("", "-")[number % 2 :][:1]
        yield from (Ask(path, {"sortby": f"{sign}{name}", "limit": "2"}) for sign in signs)
    yield Ask(path, {"q": str(sample.row.label), "limit": "2"})
    yield Ask(path, {"q": "introuvable"}, due=False)
    yield Ask(
        path,
        {
            "bbox": BOX,
            "q": sample.word,
            "filter": "revision > 0",
            "sortby": f"-{sample.collection.label}",
            "limit": "2",
        },
        due=has_shapes,
    )
    yield Ask(path, {"bbox": BOX, "limit": "10000"}, due=has_shapes)


class Asking:
    """Makes addresses of an operation of the document; `instant` is one of the past."""

    def __init__(self, samples: dict[str, Sample], instant: str, since: str) -> None:
        self.samples, self.instant, self.since = samples, instant, since

    def of(self, template: str, operation: dict[str, Any]) -> Iterator[Ask]:
        """Every address of a path: by itself, then with each value of each parameter."""
        sample = self._sample(template)
        asked = [each for each in operation.get("parameters", []) if each["in"] != "path"]
        has_many = IN_FULL or sample.collection.id in MANY
        if not has_many:
            asked = []
        for path in self._paths(template, operation, sample):
            yield Ask(path)
            is_tile = "/{tileMatrix}/" in template
            if is_tile and not any(zoom in path for zoom in ZOOMS):
                continue
            for each in asked:
                for query, due in self._ways(each, template, sample):
                    name = {each["name"]: query} if isinstance(query, str) else query
                    is_header = each["in"] == "header"
                    yield Ask(path, {} if is_header else name, due, name if is_header else {})
            if template.endswith("/items") and has_many:
                yield from of_items(sample, path)
            if is_tile and not has_many:
                yield Ask(path, {"as-of": self.instant})

    def _sample(self, template: str) -> Sample:
        named = [name for name in self.samples if name in template.split("/")]
        return self.samples[named[0] if named else "cabanes"]

    def _paths(self, template: str, operation: dict[str, Any], sample: Sample) -> Iterator[str]:
        parts = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "path"}
        path = f"/api{template}"
        if "tileMatrix" in parts:
            for zoom in range(sample.collection.min_zoom, DEEPEST + 1):
                yield path.replace("{tileMatrix}/{tileRow}/{tileCol}", sample.tile(zoom))
        elif parts.keys() == {"id"}:
            yield path.replace("{id}", str(sample.row.uuid))
        elif len(parts) == 1:
            ((name, schema),) = parts.items()
            yield from (path.replace(f"{{{name}}}", value) for value in schema["enum"])
        else:
            assert not parts, (template, parts)
            yield path

    def _ways(self, parameter: dict[str, Any], template: str, sample: Sample) -> Iterator[tuple[Any, bool]]:
        """The values of a parameter, or whole queries, and whether something is due."""
        name, codes = parameter["name"], parameter["schema"].get("enum", [])
        collection, has_shapes = sample.collection, sample.row.geom is not None
        if name == "f" and template.endswith(("/items", "/items/{id}")):
            # A table of twelve thousand rows takes as long in each kind; closures are asked for in all of them.
            left_out = TABLES[1:] if collection.id == MOST else ()
            offered = [each for each in formats_of(collection) if each.name in codes and each not in left_out]
            yield from ((each.name, True) for each in offered if IN_FULL or each.name in FLOWING)
        elif name in ("bbox-crs", "filter-crs"):
            for code in codes:
                key = code.rsplit("/", 1)[-1]
                value = BOXES[key] if name == "bbox-crs" else f"S_INTERSECTS(geom, {SHAPES[key]})"
                yield {name: code, name.removesuffix("-crs"): value}, has_shapes and name == "bbox-crs"
        elif name == "filter-lang":
            yield from (({name: code, "filter": IN_JSON if "json" in code else "revision > 0"}, True) for code in codes)
        elif name == "profile" and "snapshot" in template:
            yield codes[0], True
        elif name in ("f", "crs", "profile", "collection"):
            yield from ((code, True) for code in codes)
        elif name in collection.fields or name == "id":
            if name in sample.values:
                # A tile shows the place of one row; the value may be another one's.
                yield given(sample.values[name]), "{tileMatrix}" not in template or sample.has(name)
        else:
            yield from self._own(sample, template)[name]

    def _own(self, sample: Sample, template: str) -> dict[str, list[tuple[Any, bool]]]:
        label = sample.collection.label
        choice = {"properties": label} | ({"collection": sample.collection.id} if template == "/changes" else {})
        return {
            "bbox": [(BOX, sample.row.geom is not None), ("2.7,50.3,2.9,50.5", False)],
            "datetime": [("2020-01-01T00:00:00Z/..", True), ("2026-01-01", False)],
            "as-of": [(self.instant, True)],
            "limit": [("3", True)],
            # The test follows the link to the next page.
            "cursor": [],
            "q": [(sample.word, True)],
            "filter": [("revision > 0", True)],
            "properties": [(choice, True)],
            "sortby": [(label, True)],
            "skipGeometry": [("true", True)],
            "skipFeature": [("true", True)],
            "since": [(self.since, False)],
            "after": [(str(sample.row.uuid), False)],
            "Prefer": [("wait=1", True)],
        }
