"""CQL2 filters (OGC 21-065r2): text or JSON → a tree whose every part has a type, or BadParameter.

    text.py        CQL2 text  → CQL2 JSON        linear in the length of the text
    shapes.py      a geometry → PostGIS' hexadecimal text in EPSG:4326
    tree.py        the typed tree
    judging.py     CQL2 JSON  → the typed tree    against the properties of one collection

Nothing here knows SQL: `geodata/queries/filtering.py` writes it from the tree. Decision 0090 says why the text
is not read by a library.
"""

from django.utils.functional import Promise

from geodata.problems import BadParameter

PARAMETER = "filter"


def refusal(detail: str | Promise) -> BadParameter:
    """A problem that names the filter."""
    return BadParameter(PARAMETER, detail)
