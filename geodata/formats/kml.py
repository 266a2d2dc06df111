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
from geodata.formats.telling import spoken
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


END = b"</Document></kml>\n"


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The document in pieces."""
    return gathered(_pieces(selection, root))


def _pieces(selection: Selection, root: str) -> Iterator[bytes]:
    collection = selection.collection
    licence = licences.licence_of(licences.OURS)
    head = f'{DECLARATION}<kml xmlns="{NAMESPACE}" xmlns:atom="{ATOM}"><Document>{text("name", str(collection.title))}'
    head += element("atom:author", text("atom:name", str(settings.SITE_PUBLISHER)))
    head += element("atom:link", "", {"href": f"{root}api/collections/{collection.id}"})
    yield f"{head}{text('description', f'{collection.description} {licence.name}, {licence.url}')}".encode()
    stops = gpx.stops_along(selection) if gpx.is_line(collection) else None
    if stops is not None:
        yield f"<Folder>{text('name', str(stops.collection.title))}".encode()
        yield from _placemarks(stops, root)
        yield b"</Folder>"
    is_empty = True
    for piece in _placemarks(selection, root):
        is_empty = False
        yield piece
    # Without a folder GDAL finds no layer in it.
    yield f"<Folder>{text('name', str(collection.title))}</Folder></Document></kml>\n".encode() if is_empty else END


def _placemarks(selection: Selection, root: str) -> Iterator[bytes]:
    data = _data(selection.collection, selection.columns)
    drawn = SHAPE if selection.columns.geometry else NO_SHAPE
    rights, author = (lru_cache(select.CHOICES)(each) for each in (_rights, _author))
    for words, (properties, shape) in spoken(selection, root, data, drawn):
        told = "\n".join([each for each in (*words.notes, words.about, rights(words.licence)) if each])
        head = (
            f'<Placemark id="u{words.feature.uuid}">{text("name", words.title)}{author(words.author)}'
            f"<atom:link href={quoted(words.link)}/><description>{escaped(told)}</description><ExtendedData>"
        )
        # What PostgreSQL wrote is most of it, and stays as it is.
        yield b"".join((head.encode(), writable(properties or b""), b"</ExtendedData>", shape or b"", b"</Placemark>"))


def _author(name: str) -> str:
    return f"<atom:author><atom:name>{escaped(name)}</atom:name></atom:author>" if name else ""


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
