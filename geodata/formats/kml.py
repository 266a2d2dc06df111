"""KML 2.2 (OGC 07-147r2): every feature with its shape, its words, its page, its rights and its properties.

The cabins along a selection of trails stand in a folder of their own; closures come first in a description.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _
from psycopg import sql

from geodata import licences
from geodata.formats import gpx
from geodata.formats.choice import Format
from geodata.formats.markup import DECLARATION, element, escaped, quoted, text, writable
from geodata.formats.pieces import gathered
from geodata.formats.telling import Words, spoken
from geodata.licences import Licence
from geodata.params.columns import Columns
from geodata.queries import flat, select
from geodata.queries.flat import Kind
from geodata.queries.rows import Selection
from geodata.registry import Collection
from geodata.units import COORDINATE_DECIMALS

NAMESPACE = "http://www.opengis.net/kml/2.2"
ATOM = "http://www.w3.org/2005/Atom"
# Every position with the height that clamps it to the ground, as many programs expect three numbers.
SHAPE = sql.SQL("replace(replace(ST_AsKML(t.geom, {}), ' ', ',0 '), '</coordinates>', ',0</coordinates>')").format(
    sql.Literal(COORDINATE_DECIMALS)
)
NO_SHAPE = sql.SQL("NULL")
ANY = sql.SQL("{value}::text")
ESCAPED = "replace(replace(replace({}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
# Numbers that may have a fraction show that they do.
PLAIN = {
    Kind.TEXT: sql.SQL(ESCAPED.format("nullif({value}, '')")),
    Kind.LIST: sql.SQL(ESCAPED.format("{value}")),
    Kind.JSON: sql.SQL(ESCAPED.format("CASE {value} WHEN '[]' THEN '' ELSE {value} END")),
    Kind.NUMBER: sql.SQL("{value} || CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e15 THEN '.0' ELSE '' END"),
}


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
    data = _data(selection.collection, selection.columns)
    drawn = SHAPE if selection.columns.geometry else NO_SHAPE
    rights = lru_cache(select.CHOICES)(_rights)
    for words, (properties, shape) in spoken(selection, root, data, drawn):
        told = "\n".join([each for each in (*words.notes, words.about, rights(words.licence)) if each])
        yield _placemark(words, told, writable(properties or b"").decode(), (shape or b"").decode())


def _placemark(words: Words, told: str, data: str, shape: str) -> str:
    author = f"<atom:author><atom:name>{escaped(words.author)}</atom:name></atom:author>" if words.author else ""
    return (
        f'<Placemark id="u{words.feature.uuid}">{text("name", words.title)}{author}'
        f"<atom:link href={quoted(words.link)}/><description>{escaped(told)}</description>"
        f"<ExtendedData>{data}</ExtendedData>{shape}</Placemark>"
    )


def _rights(licence: Licence) -> str:
    return _("Licence : %(licence)s") % {"licence": " ".join((licence.name, licence.url)).strip()}


@lru_cache(select.CHOICES)
def _data(collection: Collection, columns: Columns) -> sql.SQL:
    """The properties of a feature. An empty text says nothing; names of properties need no escaping."""
    written = [
        sql.SQL("coalesce({} || {} || '</value></Data>', '')").format(
            f'<Data name="{each.name}"><value>', PLAIN.get(each.kind, ANY).format(value=each.value)
        )
        for each in flat.table(collection, columns)
    ]
    return select.flat(sql.SQL(" || ").join(written))


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
