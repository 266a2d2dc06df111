"""Content negotiation: `f` first, then `Accept` (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter, NotAcceptable

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from geodata.params.items import ItemsQuery
    from geodata.queries.rows import Selection
    from geodata.registry import Collection

LENIENT = "*/*"
# Told how many rows have gone into a file, now and then.
Seen = Callable[[int], None]


def everywhere(collection: Collection) -> bool:
    """Every collection has it."""
    return True


@dataclass(frozen=True)
class Omission:
    """How many features are not in a file, and a sentence that says so and why."""

    count: int
    told: str


@dataclass(frozen=True, kw_only=True)
class Format:
    """A representation: `name` is the value of `f`, `accepts` further media types that ask for it.

    A download has an `extension` and gives a whole selection, not a page of it: `write` streams it in pieces,
    or `make` writes it to a file and says how far it is (one of the two); `prepare` adds to the selection what `make`
    needs of its query, `takes_long` says that few rows are much work. `told` marks what speaks French sentences
    and repeats neighbours (cabins on a trail, closures): it changes with more than its collection. `chooses` formats
    give the properties that are wanted and leave out the geometry that is not, unless they are `shaped`; what else a
    format cannot keep are the parameters that it `loses`. `inline` is what a browser or a calendar opens rather than
    saves. `degrees` formats exist in CRS84 only. `offered` says which collections have it, `omitted` tells the features
    of a selection that it cannot hold, `schema` is the address of the published schema that it follows. `torn` is what
    follows the last whole row when PostgreSQL could not give the rest, for formats without an end of their own.
    """

    name: str
    media_type: str
    title: str | Promise
    accepts: tuple[str, ...] = ()
    parameters: str = ""
    extension: str = ""
    write: Callable[[Selection, str], Iterator[bytes]] | None = None
    make: Callable[[Selection, Path, Seen], None] | None = None
    prepare: Callable[[Selection, ItemsQuery], Selection] | None = None
    takes_long: Callable[[Selection], bool] | None = None
    told: bool = False
    inline: bool = False
    degrees: bool = False
    chooses: bool = False
    shaped: bool = False
    loses: tuple[str, ...] = ()
    offered: Callable[[Collection], bool] = everywhere
    omitted: Callable[[Selection], Sequence[Omission]] | None = None
    schema: str = ""
    torn: bytes = b""

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`."""
        return self.media_type + self.parameters

    def prepared(self, selection: Selection, query: ItemsQuery) -> Selection:
        """The selection that a query made, as it is written."""
        return selection if self.prepare is None else self.prepare(selection, query)

    def omissions(self, selection: Selection) -> Sequence[Omission]:
        """What a file of this selection leaves out; nothing for most formats."""
        return [each for each in self.omitted(selection) if each.count] if self.omitted else []

    @property
    def is_download(self) -> bool:
        """Whether it gives a whole selection as a file."""
        return bool(self.extension)


JSON = Format(name="json", media_type="application/json", title="JSON")
GEOJSON = Format(
    name="geojson",
    media_type="application/geo+json",
    title="GeoJSON",
    accepts=("application/json", "application/vnd.geo+json"),
    chooses=True,
)
HTML = Format(name="html", media_type="text/html", title="HTML", accepts=("application/xhtml+xml",), chooses=True)
JSON_SCHEMA = Format(
    name="schema", media_type="application/schema+json", title="JSON Schema", accepts=("application/json",)
)
ALIASES = {"json": ("geojson", "schema")}


def choose(accept: str, f: str | None, offered: Sequence[Format]) -> Format:
    """The format to answer with. Raises BadParameter for an unknown `f`, NotAcceptable for `Accept`."""
    if f is not None:
        for each in offered:
            if f in (each.name, each.media_type) or each.name in ALIASES.get(f, ()):
                return each
        known = ", ".join(each.name for each in offered)
        raise BadParameter("f", _("Format inconnu. Connus : %(known)s.") % {"known": known})
    ranges = ranges_of(accept or LENIENT)
    heard = ((*_heard(each, ranges), rank) for rank, each in enumerate(offered))
    wanted = min((each for each in heard if each[0] < 0), default=None)
    if wanted is None:
        raise NotAcceptable(list(dict.fromkeys(each.media_type for each in offered)))
    return offered[wanted[-1]]


def ranges_of(accept: str) -> list[tuple[str, float]]:
    """What a header like `Accept` lists, in its order, with its quality; one that cannot be read is 0."""
    found = []
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter[:2].lower() == "q=":
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if media:
            found.append((media.lower(), quality))
    return found


def _heard(offered: Format, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Minus the quality that the most precise range gives a form, and the place of that range; (0, 0) for none."""
    names = (offered.media_type, *offered.accepts)
    kind = offered.media_type.split("/")[0]
    for meant in (names, (f"{kind}/*",), (LENIENT,)):
        found = [(-quality, place) for place, (media, quality) in enumerate(ranges) if media in meant]
        if found:
            return min(found)
    return 0.0, 0
