"""Links of the OGC documents (RFC 8288 relations; OGC API Common)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from geodata.formats.choice import Format
from geodata.registry import Collection

Link = dict[str, Any]
OGC = "http://www.opengis.net/def/rel/ogc/1.0"
TILES = "collections/{id}/tiles"


def link(href: str, rel: str, media_type: str, title: object = "") -> Link:
    """One link; an empty title is left out."""
    found = {"href": href, "rel": rel, "type": media_type}
    return found | ({"title": str(title)} if title else {})


def selves(
    base: str, query: Mapping[str, str], current: Format, offered: Sequence[Format], dropped: Sequence[str] = ()
) -> list[Link]:
    """`self` and `alternate` links of a resource at `base` with these further parameters.

    The `dropped` ones are left to formats that choose their columns, also without a geometry, `crs` to those that know
    more than degrees; what a format loses is in none of its addresses.
    """
    found, encoded = [], {name: urlencode({name: value}) for name, value in query.items()}
    whole = "".join(f"&{pair}" for pair in encoded.values())
    for each in offered:
        lost = encoded.keys() & {
            *(() if (each.chooses and not each.shaped) or each is current else dropped),
            *(("crs",) if each.degrees else ()),
            *each.loses,
        }
        rest = "".join(f"&{pair}" for name, pair in encoded.items() if name not in lost) if lost else whole
        href = f"{base}?f={each.name}{rest}"
        found.append(link(href, "self" if each is current else "alternate", each.media_type, each.title))
    return found


def items_links(root: str, collection: Collection, offered: Sequence[Format]) -> list[Link]:
    """`items` links of a collection, one a format; `enclosure` for what follows a published schema of its own.

    GDAL takes the last `items` link of the type of GeoJSON for the features themselves.
    """
    base = f"{root}collections/{collection.id}/items"
    return [
        link(
            f"{base}?f={each.name}",
            "enclosure" if each.schema else "items",
            each.media_type,
            f"{collection.title} ({each.title})",
        )
        for each in offered
    ]
