"""All parameters of `items`, read at once: `ItemsQuery`."""

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from geodata.params import columns, filters, sorting
from geodata.params.bbox import Bbox, parse_bbox
from geodata.params.columns import EVERYTHING, Columns, parse_columns
from geodata.params.cql2.tree import Node
from geodata.params.crs import CRS84, Crs, parse_crs
from geodata.params.instants import AS_OF, Interval, parse_as_of, parse_datetime
from geodata.params.paging import DEFAULT_LIMIT, parse_cursor, parse_limit
from geodata.params.properties import filterable, filterable_in_all, parse_property
from geodata.params.sorting import SortKey, parse_sortby
from geodata.problems import BadParameter, Text
from geodata.registry import Collection

NARROWING = ("datetime", AS_OF, "q", *filters.OWN)
OWN = ("bbox", "bbox-crs", *NARROWING, "crs", sorting.PARAMETER, *columns.OWN, "limit", "cursor", "f")
OF_ITEM = ("f", "crs", AS_OF, *columns.OWN)
COUNTED = ("page", "offset", "start", "startindex", "skip")
MAX_NAME = 60
MAX_WORDS = 8
MAX_Q = 200


class Query(Protocol):
    """What a query string offers: Django's QueryDict."""

    def lists(self) -> Any: ...


@dataclass(frozen=True)
class ItemsQuery:
    """What is asked of a collection; `filters` maps a property to a typed value, `condition` is a CQL2 filter.

    It begins after the internal id `after`, whose values of the keys of `order` were `after_values`.
    `as_of` is the instant whose state is asked, None for the present; `revision` stands for it once it is looked up.
    """

    limit: int = DEFAULT_LIMIT
    after: int = 0
    after_values: tuple[str | None, ...] = ()
    order: tuple[SortKey, ...] = ()
    columns: Columns = EVERYTHING
    bbox: Bbox | None = None
    crs: Crs = CRS84
    datetime: Interval | None = None
    words: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    condition: Node | None = None
    as_of: dt.datetime | None = None
    revision: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than the whole collection (paging aside)."""
        return bool(self.bbox or self.datetime or self.words or self.filters or self.condition)

    @property
    def is_box_alone(self) -> bool:
        """Whether it asks for what meets a box now, and for nothing else of it."""
        others = self.datetime or self.words or self.filters or self.condition
        return not (self.bbox is None or others or self.revision is not None)

    @property
    def selects(self) -> bool:
        """Whether it asks for anything but the whole collection as it is now."""
        return self.narrows or self.revision is not None


def single(query: Query, known: tuple[str, ...]) -> dict[str, str]:
    """The parameters, each given once. Raises BadParameter: unknown or repeated."""
    found = {}
    for name, values in query.lists():
        if name not in known:
            raise BadParameter(name, _unknown(name, known))
        if len(values) > 1:
            raise BadParameter(name, _("Ce paramètre est donné plusieurs fois."))
        found[name] = values[0]
    return found


def _unknown(name: str, known: tuple[str, ...]) -> Text:
    """What to write instead: how pages follow each other, the nearest name, or all of them."""
    if not known:
        return _("Paramètre inconnu : cette adresse n’en prend aucun.")
    if "cursor" in known and name.lower() in COUNTED:
        return _("Paramètre inconnu : les pages n’ont pas de numéro. Suivez le lien « next » de chaque page.")
    words = {"known": ", ".join(known), "near": "".join(difflib.get_close_matches(name[:MAX_NAME].lower(), known, 1))}
    if words["near"]:
        return _("Paramètre inconnu. Vouliez-vous « %(near)s » ? Connus : %(known)s.") % words
    return _("Paramètre inconnu. Connus : %(known)s.") % words


def items_parameters(collection: Collection) -> tuple[str, ...]:
    """The parameters of `items`."""
    return (*OWN, *filterable(collection))


def parse_items(query: Query, collection: Collection) -> ItemsQuery:
    """Read the query string of `items`. Raises BadParameter. Source: OGC API Features §7.15, Part 2 §6, Part 3 §6."""
    given = single(query, items_parameters(collection))
    bbox_crs = parse_crs(given["bbox-crs"], "bbox-crs") if "bbox-crs" in given else CRS84
    order = parse_sortby(given[sorting.PARAMETER], collection) if sorting.PARAMETER in given else ()
    after, values = (
        parse_cursor(given["cursor"], collection.id, sorting.written(order)) if "cursor" in given else (0, ())
    )
    return ItemsQuery(
        limit=parse_limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT,
        after=after,
        after_values=values,
        order=order,
        columns=parse_columns(given, collection),
        bbox=parse_bbox(given["bbox"], bbox_crs) if "bbox" in given else None,
        crs=parse_crs(given["crs"]) if "crs" in given else CRS84,
        **_narrowing(given, collection),
    )


def parse_narrowing(query: Query, collections: Sequence[Collection]) -> list[ItemsQuery]:
    """Read the query string of a resource that takes conditions alone, a tile: for each of its collections.

    Conditions on properties are on those that all of them have. Raises BadParameter.
    """
    given = single(query, ("f", *NARROWING, *filterable_in_all(collections)))
    return [ItemsQuery(**_narrowing(given, each)) for each in collections]


def _narrowing(given: dict[str, str], collection: Collection) -> dict[str, Any]:
    properties = filterable(collection)
    return {
        "datetime": parse_datetime(given["datetime"]) if "datetime" in given else None,
        "words": _words(given.get("q", "")),
        "filters": {name: parse_property(collection, name, text) for name, text in given.items() if name in properties},
        "condition": filters.parse_filter(given, collection),
        "as_of": parse_as_of(given[AS_OF]) if AS_OF in given else None,
    }


def _words(text: str) -> tuple[str, ...]:
    if len(text) > MAX_Q or "\x00" in text:
        raise BadParameter("q", _("Recherche trop longue ou illisible."))
    words = tuple(text.replace(",", " ").replace("-", " ").split())
    if len(words) > MAX_WORDS:
        raise BadParameter("q", _("Huit mots au plus."))
    return words
