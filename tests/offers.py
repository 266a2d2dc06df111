"""Which formats are asked of which collection where each answer costs a process of its own.

What such a process writes are tables of one kind by one code: cabins, and closures, which may lack a shape or have any,
are asked for in each; the others in one, in turn. All other formats are asked of all.
"""

from geodata import registry
from geodata.formats import offered, vectorfiles

TABLES = vectorfiles.FORMATS
IN_EACH = ("cabanes", "fermetures")


def formats_of(collection):
    """The formats to ask of a collection."""
    turn = list(registry.collections()).index(collection) % len(TABLES)
    left_out = set() if collection.id in IN_EACH else {each.name for each in TABLES} - {TABLES[turn].name}
    return [each for each in offered.of(collection) if each.name not in left_out]
