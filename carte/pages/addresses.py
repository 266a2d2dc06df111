"""Where each collection and each feature has its page (decisions 19): one rule for all.

The names are `pages:<collection id>-list` and `pages:<collection id>-detail`; segments are the
same words in every language. A page that shows the past leads to pages of the same moment.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.translation import override

from carte import clock
from carte.pages.texts import page_language
from geodata import registry
from geodata.endpoints.mementos import written
from geodata.features import Feature
from geodata.params.instants import AS_OF
from geodata.registry import Collection

# Stands for any key.
KEY = "0"
# As `reverse` does.
KEPT = RFC3986_SUBDELIMS + "/~:@"
# What every slug is made of: seen sooner than quoted.
PLAIN = re.compile(r"[A-Za-z0-9-]*")


def segment(collection: Collection) -> str:
    """The first path segment of the pages of a collection."""
    return collection.page or collection.id


def onward() -> str:
    """What keeps a link at the moment that the page shows; empty at present."""
    shown = clock.moment()
    return f"?{AS_OF}={written(shown.instant)}" if shown else ""


def list_address(collection: Collection) -> str:
    """The path of the list, in the active language."""
    return reverse(f"pages:{collection.id}-list") + onward()


def address(feature: Feature, language: str = "") -> str:
    """The path of the page of a feature, in the active language or in the one that is given."""
    collection = registry.of_model(type(feature))
    return address_of(collection, str(getattr(feature, collection.page_key)), language)


def address_of(collection: Collection, key: str, language: str = "") -> str:
    """The path of the page of the feature with this key (a slug, or the code of an authority)."""
    return addresses_of(collection, language or page_language())(key)


def addresses_of(collection: Collection, language: str) -> Callable[[str], str]:
    """The same for many keys: what stands around a key takes longer than the key."""
    before, after = _around(collection.id, language, get_script_prefix())
    after += onward()
    return lambda key: f"{before}{key if PLAIN.fullmatch(key) else quote(key, safe=KEPT)}{after}"


@lru_cache(1_000)
def _around(collection_id: str, language: str, _prefix: str) -> tuple[str, str]:
    """What stands before and after the key in a path: finding it takes longer than telling a feature."""
    with override(language):
        before, _key, after = reverse(f"pages:{collection_id}-detail", args=[KEY]).rpartition(KEY)
    return before, after


def item_address(feature: Feature) -> str:
    """The path of the feature in the API, as GeoJSON whatever the client prefers."""
    collection = registry.of_model(type(feature))
    return reverse("api:item", args=[collection.id, feature.uuid]) + "?f=geojson"
