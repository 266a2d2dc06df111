"""Reading the collections: OGC API Features with the standard library."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PAGE = 1000
TIMEOUT_S = 30


def features(base: str, collection: str, **parameters: str) -> Iterator[dict[str, Any]]:
    """Every feature of a collection, page after page; parameters are the API's (`bbox`, `q`, `kind`…).

    Raises urllib.error.HTTPError when the service refuses; its body says why.
    """
    query = urlencode({"limit": str(PAGE), "f": "geojson", **parameters})
    address: str | None = f"{base.rstrip('/')}/api/collections/{collection}/items?{query}"
    while address:
        request = Request(address, headers={"Accept": "application/geo+json"})
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            page = json.load(answer)
        yield from page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
