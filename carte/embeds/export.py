"""A partner map as one file that needs no network: Leaflet, styles and data inside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from carte.embeds.maps import ground_layer, layers_of, title, view_of
from carte.layers import StoredLayer
from carte.models import CartePartenaire
from carte.pages.texts import page_language
from geodata import registry
from geodata.formats.folium_map import MapLayer, script
from geodata.params.items import parse_items
from geodata.queries import items
from geodata.registry import Collection

MOST = 10_000
MOST_BY_LINK = 2_000
ENDS = re.compile(r"</(script|style)", re.IGNORECASE)
KEPT = ("geom_quality", "population")


class NotBuilt(Exception):
    """The bundle of the maps is missing: bin/setup makes it."""


@dataclass(frozen=True)
class Export:
    """The file, the day of its data, and for each layer how many features it holds of how many."""

    html: str
    day: date
    counts: Mapping[str, tuple[int, int | None]]


def export(carte: CartePartenaire, public_url: str = "", *, most: int = MOST) -> Export:
    """One HTML file of what everybody may see now, at most `most` features a layer. Raises NotBuilt."""
    view = view_of(carte)
    stored = [StoredLayer(registry.get("communes"), {}, "", {}, ground=True), *layers_of(carte)]
    blocks, layers, counts = {}, [], {}
    for drawn, layer in zip([ground_layer(), *view.layers], stored, strict=True):
        element = f"data-{drawn.id}"
        features, matched = _features(layer, drawn, most)
        blocks[element] = {"features": features}
        counts[drawn.title] = (len(features), matched)
        page = f"{public_url}{drawn.page}" if public_url else ""
        layers.append(replace(drawn, url="", element=element, page=page, refresh_s=0, current=False))
    scripts = [_inline(_built("embed.js")), _inline(script(replace(view, layers=layers, base=None)))]
    style = _inline(_built("embed.css"))
    today = timezone.localdate()
    context = {
        "title": title(carte),
        "language": page_language(),
        "blocks": blocks,
        "scripts": scripts,
        "style": style,
        "script_hashes": [_hash(each) for each in scripts],
        "style_hash": _hash(style),
        "partial": {title: held for title, (held, matched) in counts.items() if held != matched},
        "day": today,
        "publisher": settings.SITE_PUBLISHER,
        "site": public_url,
    }
    return Export(render_to_string("carte/embeds/standalone.html", context), today, counts)


def _features(layer: StoredLayer, drawn: MapLayer, most: int) -> tuple[list[dict[str, Any]], int | None]:
    collection = layer.collection
    given = dict(layer.filter)
    if drawn.current:
        given["datetime"] = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}/.."
    query = parse_items(MultiValueDict({name: [text] for name, text in given.items()}), collection)
    page = items.page(collection, AnonymousUser(), replace(query, limit=most))
    found = [_reduced(json.loads(text), collection) for text in page.texts]
    return found, page.matched


def _reduced(feature: dict[str, Any], collection: Collection) -> dict[str, Any]:
    wanted = (collection.label, collection.page_key, *KEPT)
    properties = {name: value for name, value in feature["properties"].items() if name in wanted and value is not None}
    return {"type": "Feature", "geometry": feature["geometry"], "properties": properties}


def _built(name: str) -> str:
    path = finders.find(f"dist/{name}")
    if not path:
        raise NotBuilt(f"dist/{name} is missing: run bin/setup.")
    return Path(path).read_text(encoding="utf-8")


def _inline(text: str) -> str:
    """The text as it can stand inside <script> or <style>."""
    return ENDS.sub(r"<\\/\1", text)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
