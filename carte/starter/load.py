"""Rows into the database: one transaction a file, good rows loaded, bad rows reported, edits of people kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction

from carte.starter.rows import FILES, Context, File, Row
from carte.starter.words import BadRow, Words
from geodata.changes import recording
from geodata.changes.values import SAME_PLACE_DEGREES
from geodata.features import Feature
from geodata.models import Revision
from geodata.units import WGS84

REASON = "jeu de départ"
FIRST_LINE = 2
MAX_CELL = 10_000_000

DISSOLVE = """
UPDATE parcs_autorite a SET geom = territory.geom
FROM (SELECT epci_id, geodata_rounded(ST_Multi(ST_Union(geom))) AS geom FROM parcs_commune WHERE geom IS NOT NULL GROUP BY epci_id
      UNION ALL
      SELECT 'PMA', geodata_rounded(ST_Multi(ST_Union(geom))) FROM parcs_commune WHERE geom IS NOT NULL) territory
WHERE a.code = territory.epci_id AND a.geom IS DISTINCT FROM territory.geom
"""


@dataclass
class Report:
    """What became of the rows of one file; `drafts` are the created ones that nobody but their authority sees."""

    file: str
    created: int = 0
    drafts: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def load(folder: Path, *, contours: Path | None, overwrite: bool = False, reason: str = REASON) -> Iterator[Report]:
    """Load every file of the folder in order; yields a report a file. Raises FileNotFoundError."""
    context = _context(folder, contours)
    for file in FILES:
        report = Report(file.name)
        with recording(by=None, reason=reason, source="import"):
            for line, row in enumerate(_rows(folder / file.name), start=FIRST_LINE):
                _load_row(file, line, row, context, report, overwrite=overwrite)
            if file.name == "communes.csv":
                with connection.cursor() as cursor:
                    cursor.execute(DISSOLVE)
        yield report


def _load_row(file: File, line: int, row: Row, context: Context, report: Report, *, overwrite: bool) -> None:
    model = apps.get_model(file.model)
    try:
        values = file.read(row, context)
        with transaction.atomic():
            _save(model, row, values, report, overwrite=overwrite)
    except BadRow as error:
        report.refused.append(f"{file.name} line {line}: {error}")
    except ValidationError as error:
        report.refused.append(f"{file.name} line {line}: {_in_words(error)}")
    except KeyError as error:
        report.refused.append(f"{file.name} line {line}: nothing is called {error}")
    except (DatabaseError, ValueError) as error:
        report.refused.append(f"{file.name} line {line}: {str(error).splitlines()[0]}")


def _in_words(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())


def _save(model: type[models.Model], row: Row, values: dict[str, Any], report: Report, *, overwrite: bool) -> None:
    key = {"uuid": row["uuid"]} if issubclass(model, Feature) else {"slug": values["slug"]}
    present = model._default_manager.filter(**key).first()
    if present is None:
        thing = model(**values | key)
        thing.full_clean()
        thing.save(force_insert=True)
        report.created += 1
        report.drafts += isinstance(thing, Feature) and not thing.is_public
        return
    changed = [name for name, value in values.items() if not _same(getattr(present, name), value, model, name)]
    if not changed:
        report.unchanged += 1
        return
    if not overwrite and _edited_by_people(present):
        report.kept.append(f"{getattr(present, 'slug', present.pk)} ({', '.join(changed)})")
        return
    for name in changed:
        setattr(present, name, values[name])
    present.full_clean()
    present.save()
    report.updated += 1


def _same(present: Any, value: Any, model: type[models.Model], name: str) -> bool:
    if isinstance(value, GEOSGeometry) and isinstance(present, GEOSGeometry):
        return bool(present.equals_exact(value, SAME_PLACE_DEGREES))
    if isinstance(value, list):
        return present == value or [str(item) for item in present] == [str(item) for item in value]
    column = model._meta.get_field(name)
    return bool(present == (column.to_python(value) if isinstance(column, models.Field) else value))


def _edited_by_people(thing: models.Model) -> bool:
    """Whether the last change is not the loader's; what has no history may have been edited, so it counts as such.

    What a migration wrote is nobody's edit.
    """
    if not isinstance(thing, Feature):
        return True
    last = (
        Revision.objects.filter(uuid=thing.uuid)
        .exclude(source="system")
        .order_by("-id")
        .only("actor_id", "source")
        .first()
    )
    return last is not None and (last.actor_id is not None or last.source != "import")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, restval=""):
            row.pop(None, None)
            yield row


def _context(folder: Path, contours: Path | None) -> Context:
    """What the rows of this folder refer to. Raises FileNotFoundError, BadRow: a file that cannot be read."""
    try:
        return _read_context(folder, contours)
    except (ValueError, KeyError) as error:
        raise BadRow(f"{folder} cannot be read: {error}") from None


def _read_context(folder: Path, contours: Path | None) -> Context:
    words = Words.read(folder / "mapping.toml", _rows(folder / "communes.csv"))
    shapes: dict[str, GEOSGeometry] = {}
    for name in ("parks.geojson", "trails.geojson"):
        for feature in json.loads((folder / name).read_text(encoding="utf-8"))["features"]:
            shapes[feature["id"]] = GEOSGeometry(json.dumps(feature["geometry"]), srid=WGS84)
    return Context(
        words=words,
        shapes=shapes,
        parks={row["id"]: row for row in _rows(folder / "parks.csv")},
        cabins={row["slug"]: row for row in _rows(folder / "cabins.csv")},
        contours=dict(read_contours(contours)) if contours else {},
    )


def read_contours(path: Path) -> Iterator[tuple[str, GEOSGeometry]]:
    """INSEE code and contour (EPSG:4326) of each commune of the file that bin/setup made."""
    csv.field_size_limit(MAX_CELL)
    for row in _rows(path):
        shape = GEOSGeometry(row["geometry"], srid=WGS84)
        shape.srid = WGS84
        yield row["insee"], shape if shape.geom_type == "MultiPolygon" else MultiPolygon(shape, srid=WGS84)
