"""KML 2.2 (OGC 07-147r2): every feature with its shape, its words, its page, its rights and its properties.

The cabins along a selection of trails stand in a folder of their own; closures come first in a description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from geodata import licences
from geodata.formats import gpx
from geodata.formats.choice import Format
from geodata.formats.markup import DECLARATION, element, escaped, text
from geodata.formats.pieces import gathered
from geodata.formats.telling import Words, teller
from geodata.queries import batches, flat
from geodata.queries.rows import Selection

NAMESPACE = "http://www.opengis.net/kml/2.2"
ATOM = "http://www.w3.org/2005/Atom"


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The document in pieces."""
    return gathered(piece.encode() for piece in _pieces(selection, root))


def _pieces(selection: Selection, root: str) -> Iterator[str]:
    collection = selection.collection
    licence = licences.licence_of(licences.OURS)
    yield f'{DECLARATION}<kml xmlns="{NAMESPACE}" xmlns:atom="{ATOM}"><Document>'
    yield text("name", str(collection.title)) + element("atom:author", text("atom:name", str(settings.SITE_PUBLISHER)))
    yield element("atom:link", "", {"href": f"{root}api/collections/{collection.id}"})
    yield text("description", f"{collection.description} {licence.name}, {licence.url}")
    stops = gpx.stops_along(selection) if gpx.is_line(collection) else None
    if stops is not None:
        yield "<Folder>" + text("name", str(stops.collection.title))
        yield from _placemarks(stops, root)
        yield "</Folder>"
    yield from _placemarks(selection, root)
    yield "</Document></kml>\n"


def _placemarks(selection: Selection, root: str) -> Iterator[str]:
    collection = selection.collection
    for batch in batches.of(selection, teller().related(collection)):
        for words in teller().words(collection, batch, selection.user, root):
            yield _placemark(selection, words)


def _placemark(selection: Selection, words: Words) -> str:
    feature = words.feature
    rights = _("Licence : %(licence)s") % {"licence": " ".join((words.licence.name, words.licence.url)).strip()}
    inner = text("name", words.title)
    if words.author:
        inner += element("atom:author", text("atom:name", words.author))
    inner += element("atom:link", "", {"href": words.link})
    inner += text("description", "\n".join(part for part in (*words.notes, words.about, rights) if part))
    inner += element("ExtendedData", "".join(_data(selection, feature)))
    shape = feature.geom.kml if feature.geom is not None and selection.columns.geometry else ""
    return element("Placemark", inner + shape, {"id": f"u{feature.uuid}"})


def _data(selection: Selection, feature: Any) -> Iterator[str]:
    fields = selection.collection.fields
    for column in flat.table(selection.collection, selection.columns):
        value = feature.uuid if column.name == "id" else getattr(feature, fields[column.name].attname)
        # An empty text says nothing; names of properties need no escaping.
        if value is not None and value != "":
            yield f'<Data name="{column.name}"><value>{escaped(_plain(value))}</value></Data>'


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, dict) for each in value):
        return flat.BETWEEN.join(str(each) for each in value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else str(value)


FORMAT = Format(
    name="kml",
    media_type="application/vnd.google-earth.kml+xml",
    title="KML",
    extension="kml",
    told=True,
    degrees=True,
    chooses=True,
    write=write,
)
