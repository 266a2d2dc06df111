"""Atom (RFC 4287) of what has dates: events and closures, with ids that stay and the instant of the last change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from psycopg import sql

from geodata import licences
from geodata.formats.choice import Format
from geodata.formats.markup import DECLARATION, element, text
from geodata.formats.pieces import gathered
from geodata.formats.telling import Words, spoken, told_since
from geodata.queries import rows
from geodata.queries.rows import Selection
from geodata.registry import Collection

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


def dated(collection: Collection) -> bool:
    """Whether its features happen at a time."""
    return bool(collection.datetime)


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The feed in pieces; it was updated when the entry was that changed last."""
    return gathered(piece.encode() for piece in _pieces(selection, root))


def _pieces(selection: Selection, root: str) -> Iterator[str]:
    collection = selection.collection
    base = f"{root}api/collections/{collection.id}/items"
    (changed,) = rows.summed(selection, sql.SQL("max(t.updated_at)"))
    licence = licences.licence_of(licences.OURS)
    yield f'{DECLARATION}<feed xmlns="{NAMESPACE}" xml:lang="fr">'
    own = f"{root}{selection.address}" if selection.address else base
    more = "&" if "?" in own else "?"
    yield text("id", own) + text("title", f"{settings.SITE_NAME} · {collection.title}")
    yield text("updated", _instant(changed or told_since(collection, selection.user)))
    yield element("author", text("name", str(settings.SITE_PUBLISHER)))
    yield element("link", "", {"rel": "self", "type": MEDIA_TYPE, "href": f"{own}{more}f=atom"})
    yield element("link", "", {"rel": "alternate", "type": "text/html", "href": f"{own}{more}f=html"})
    yield text("rights", f"{licence.name}, {licence.url}")
    for words, _values in spoken(selection, root):
        yield _entry(base, words)
    yield "</feed>\n"


def _entry(base: str, words: Words) -> str:
    feature = words.feature
    inner = text("id", f"urn:uuid:{feature.uuid}") + text("title", words.title)
    inner += text("updated", _instant(feature.updated_at)) + text("published", _instant(feature.created_at))
    if words.author:
        inner += element("author", text("name", words.author))
    inner += element("link", "", {"rel": "alternate", "type": "text/html", "href": words.link})
    inner += element(
        "link", "", {"rel": "related", "type": "application/geo+json", "href": f"{base}/{feature.uuid}?f=geojson"}
    )
    if words.kind:
        inner += element("category", "", {"term": words.kind})
    return element("entry", inner + text("summary", words.description or words.title))


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMAT = Format(
    name="atom",
    media_type=MEDIA_TYPE,
    parameters="; charset=utf-8",
    title="Atom",
    extension="atom",
    told=True,
    inline=True,
    degrees=True,
    offered=dated,
    write=write,
)
