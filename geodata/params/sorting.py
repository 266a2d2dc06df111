"""`sortby=name_fr,-year_built` (OGC API Features Part 8, draft; decision 0120)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from geodata.params.properties import sortable
from geodata.problems import BadParameter
from geodata.registry import Collection

PARAMETER = "sortby"
# Their values travel in cursors, and a cursor in the head of an answer.
MAX_KEYS = 4
SIGNS = {"+": False, "-": True, " ": False}


@dataclass(frozen=True)
class SortKey:
    """A property that gives the order, and whether its highest value comes first."""

    name: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


def written(order: tuple[SortKey, ...]) -> str:
    """The keys as `sortby` takes them, empty for the order of the internal id."""
    return ",".join(map(str, order))


def parse_sortby(text: str, collection: Collection) -> tuple[SortKey, ...]:
    """The keys in their order. Raises BadParameter: not a sortable, given twice, too many.

    A `+` that was not percent-encoded arrives as a space and is taken for what it was.
    """
    known = sortable(collection)
    keys = tuple(_key(part) for part in text.split(","))
    for key in keys:
        if key.name not in known:
            told = _("« %(name)s » ne trie pas cette collection. La liste est à l’adresse %(address)s.")
            address = f"/api/collections/{collection.id}/sortables"
            raise BadParameter(PARAMETER, told % {"name": key.name[:80], "address": address})
    if len({key.name for key in keys}) < len(keys):
        raise BadParameter(PARAMETER, _("Une propriété est donnée deux fois."))
    if len(keys) > MAX_KEYS:
        raise BadParameter(PARAMETER, _("Au plus %(most)d propriétés.") % {"most": MAX_KEYS})
    return keys


def _key(part: str) -> SortKey:
    sign = part[:1]
    return SortKey(part[1:], SIGNS[sign]) if sign in SIGNS else SortKey(part)
