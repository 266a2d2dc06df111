"""How many features a service says it has: what came is compared with it before anything counts as vanished.

Asked of the service apart from its pages, so that a page that breaks off, comes twice or is served from a cache cannot
agree with itself.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from geodata.harvest.gate import Gate
from geodata.harvest.sources import Source

MAX_ANSWER = 4 * 1024 * 1024
PIECE_TIMEOUT = httpx.Timeout(30, connect=10)
# WFS 2.0.0 §7.7.4.2, 1.1.0 §9.3; the second for services that answer in the older words.
HITS = re.compile(r'\b(?:numberMatched|numberOfFeatures)\s*=\s*"(\d{1,12})"')


def client_through(gate: Gate) -> httpx.Client:
    """An HTTP client that knows no other way out than the gate."""
    return httpx.Client(
        proxy=gate.address,
        trust_env=False,
        verify=ssl.create_default_context(),
        follow_redirects=True,
        timeout=PIECE_TIMEOUT,
    )


def announced_by(source: Source, gate: Gate, headers: Mapping[str, str]) -> int | None:
    """The number of features of the layer; None for a file, and for a service that does not say or says nonsense.

    Source: ArcGIS REST API, Query (returnCountOnly); OGC API Features /req/core/fc-numberMatched; WFS resultType=hits.
    """
    if source.kind == "file":
        return None
    address, accept = _question(source)
    held = b""
    try:
        with (
            client_through(gate) as client,
            client.stream("GET", address, headers={"Accept": accept, **headers}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                return None
            for piece in answer.iter_bytes():
                held += piece
                if len(held) > MAX_ANSWER:
                    return None
    except httpx.HTTPError:
        return None
    return _number(source, held.decode("utf-8", "replace"))


def _question(source: Source) -> tuple[str, str]:
    if source.kind == "arcgis":
        query = {"where": "1=1", "returnCountOnly": "true", "f": "json"}
        return f"{source.layer_url}/query?{urlencode(query)}", "application/json"
    if source.kind == "oapif":
        return f"{source.layer_url}/items?limit=1", "application/geo+json, application/json;q=0.9"
    parts = urlsplit(source.url)
    asked = {"SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": "GetFeature", "TYPENAMES": source.layer}
    mine = asked | {"TYPENAME": source.layer, "RESULTTYPE": "hits"}
    given = [(name, value) for name, value in parse_qsl(parts.query) if name.upper() not in mine]
    return urlunsplit(parts._replace(query=urlencode([*given, *mine.items()]))), "application/xml"


def _number(source: Source, answer: str) -> int | None:
    if source.kind == "wfs":
        found = HITS.search(answer)
        return int(found[1]) if found else None
    try:
        told = json.loads(answer)
    except ValueError:
        return None
    number = told.get("count" if source.kind == "arcgis" else "numberMatched") if isinstance(told, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
