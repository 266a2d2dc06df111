"""Pages of features that differ from others in their box and in where they begin: what the door reads of such a request.

The links of a page repeat its parameters, so the form of a page (`forms`) holds for one `limit`, one order of parameters
and one length of the box: with longer addresses fewer links fit into the head.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from geodata import registry
from geodata.endpoints import forms, validators
from geodata.endpoints.answers import language_of
from geodata.formats.choice import GEOJSON
from geodata.params import letters
from geodata.params.items import ItemsQuery, parse_items
from geodata.params.paging import make_cursor
from geodata.queries import items, states

if TYPE_CHECKING:
    from geodata.endpoints.forms import Environ
    from geodata.queries.pages import ItemsPage
    from geodata.registry import Collection

PAGE_PATH = re.compile(r"/api/collections/([a-z-]+)/items")
# As long as a box and a cursor are, in ASCII.
QUERY = re.compile(r"[!-~]{0,400}")
PARAMETERS = {"limit", "bbox", "cursor", "f"}
OWN = ("bbox", "cursor")
NAMES = ("geojson", "json")


@dataclass(frozen=True)
class Asked:
    """A page that the door may answer: of which collection, of what, how it was written."""

    collection: Collection
    query: ItemsQuery
    given: QueryDict

    def about(self, environ: Environ, page: ItemsPage) -> forms.About:
        """What the answer with this page is about."""
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        state = page.state or states.NOTHING_YET
        own = {forms.TOKEN.format(name): pair for name, pair in self._pairs.items()}
        if page.more:
            own[forms.TOKEN.format("next")] = f"cursor={make_cursor(self.collection.id, page.last.id)}"
        longest = sorted(own.items(), key=lambda each: -len(each[1]))
        kind = f"page/{self.collection.id}?{self._shape}/{page.more}/{language}"
        return forms.About(kind, validators.of_page(environ, state, GEOJSON.name, language), tuple(longest))

    @cached_property
    def _pairs(self) -> dict[str, str]:
        """The parameters that are a page's own, as links write them."""
        return {name: urlencode({name: self.given[name]}) for name in OWN if name in self.given}

    @property
    def _shape(self) -> str:
        return "&".join(
            f"{name}={len(self._pairs[name]) if name in OWN else text}" for name, text in self.given.items()
        )


def asked(environ: Environ) -> Asked | None:
    """The page that a request asks for, None where Django is to answer. Raises NotFound and BadParameter."""
    path, query = PAGE_PATH.fullmatch(environ["PATH_INFO"]), environ.get("QUERY_STRING", "")
    if path is None or QUERY.fullmatch(query) is None:
        return None
    letters.ask_readable(query)
    given = QueryDict(query)
    if not given.keys() <= PARAMETERS or given.get("f", GEOJSON.name) not in NAMES:
        return None
    collection = registry.get(path[1])
    found = Asked(collection, parse_items(given, collection), given)
    return found if items.is_fetched_at_once(collection, found.query) else None
