"""Links of the OGC documents (RFC 8288 relations; OGC API Common)."""

from collections.abc import Sequence
from typing import Any

from geodata.formats.choice import Format
from geodata.registry import Collection

Link = dict[str, Any]
OGC = "http://www.opengis.net/def/rel/ogc/1.0"
TILES = "collections/{id}/tiles"


def link(href: str, rel: str, media_type: str, title: object = "") -> Link:
    """One link; an empty title is left out."""
    found = {"href": href, "rel": rel, "type": media_type}
    return found | ({"title": str(title)} if title else {})


def selves(base: str, query: str, current: Format, offered: Sequence[Format]) -> list[Link]:
    """`self` and `alternate` links of a resource at `base` with these further parameters."""
    found = []
    for each in offered:
        rest = "&".join(part for part in (f"f={each.name}", query) if part)
        found.append(link(f"{base}?{rest}", "self" if each is current else "alternate", each.media_type, each.title))
    return found


def items_links(root: str, collection: Collection, offered: Sequence[Format]) -> list[Link]:
    """`items` links of a collection, one a format."""
    base = f"{root}collections/{collection.id}/items"
    return [
        link(f"{base}?f={each.name}", "items", each.media_type, f"{collection.title} ({each.title})")
        for each in offered
    ]
