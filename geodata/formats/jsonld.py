"""JSON-LD 1.1 in the vocabulary of schema.org, one node a feature; the mapping is the one that the pages use.

The context is inside, so that reading needs no other host; what is an address is an IRI.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from geodata.formats.choice import Format
from geodata.formats.pieces import gathered
from geodata.formats.telling import read, teller
from geodata.queries.rows import Selection

VOCABULARY = "https://schema.org/"
ENCODED = json.JSONEncoder(ensure_ascii=False).encode
CONTEXT = {"@vocab": VOCABULARY, **{name: {"@type": "@id"} for name in ("url", "sameAs", "license", "eventStatus")}}


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """A graph, feature after feature."""
    return gathered(_pieces(selection, root))


def _pieces(selection: Selection, root: str) -> Iterator[bytes]:
    collection = selection.collection
    yield b'{"@context":' + json.dumps(CONTEXT).encode() + b',"@graph":['
    between = b"\n"
    for batch in read(selection):
        for feature in batch.features:
            yield between + ENCODED(teller().node(collection, feature, root)).encode()
            between = b",\n"
    yield b"\n]}\n"


FORMAT = Format(
    name="jsonld",
    media_type="application/ld+json",
    title="JSON-LD (schema.org)",
    extension="jsonld",
    told=True,
    degrees=True,
    write=write,
)
