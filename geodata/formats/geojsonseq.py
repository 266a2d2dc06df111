"""GeoJSON text sequence: one feature a line, each after a record separator (RFC 8142)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from geodata.formats.choice import Format
from geodata.queries import rows, stored
from geodata.queries.rows import Selection

SEPARATOR = b"\x1e"
# A text that is not closed, which a parser reports (RFC 7464 §2.4).
TORN = (
    SEPARATOR + '{"type":"Feature","geometry":null,"properties":{"erreur":"réponse interrompue, à redemander"'.encode()
)


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The features as PostGIS wrote them."""
    feature = stored.feature(selection.collection, selection.crs, selection.columns)
    begun = False
    for piece in rows.texts(selection, feature, b"\n" + SEPARATOR):
        yield SEPARATOR + piece + b"\n"
        begun = True
    if not begun:
        yield b""


FORMAT = Format(
    name="geojsonseq",
    media_type="application/geo+json-seq",
    title=_("GeoJSON, une fiche par ligne"),
    extension="geojsonl",
    chooses=True,
    write=write,
    torn=TORN,
)
