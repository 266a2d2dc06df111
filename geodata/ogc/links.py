"""Links of the OGC documents (RFC 8288 relations; OGC API Common)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils import translation

from geodata.formats.choice import Format
from geodata.registry import Collection

Link = dict[str, Any]
OGC = "http://www.opengis.net/def/rel/ogc/1.0"
TILES = "collections/{id}/tiles"
_titles: dict[tuple[str, str, str | None], str] = {}


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
    language = translation.get_language()
    whole = "".join(f"&{pair}" for pair in encoded.values())
    for each in offered:
        lost = encoded.keys() & {
            *(() if (each.chooses and not each.shaped) or each is current else dropped),
            *(("crs",) if each.degrees else ()),
            *each.loses,
        }
        rest = "".join(f"&{pair}" for name, pair in encoded.items() if name not in lost) if lost else whole
        href = f"{base}?f={each.name}{rest}"
        found.append(link(href, "self" if each is current else "alternate", each.media_type, _title(each, language)))
    return found


def _title(each: Format, language: str | None) -> str:
    """Its title in the language of the request; translating all of them takes as long as the rest of the links."""
    key = (each.name, each.media_type, language)
    if key not in _titles:
        _titles[key] = str(each.title)
    return _titles[key]


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
