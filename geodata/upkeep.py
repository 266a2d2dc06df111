"""What the database keeps because the code asks for it, not a migration: texts, shapes, indexes, counts, views of the past."""

from geodata import registry
from geodata.queries import indexes, letters, past, search, squares, stored
from geodata.tiles import drawn, placed


def ensure() -> bool:
    """Make what is absent or of another release; True when texts have to be stored (`store`)."""
    past.ensure()
    search.ensure()
    letters.ensure()
    indexes.ensure()
    squares.ensure()
    drawn.ensure()
    placed.ensure()
    return bool(stored.ensure())


def store() -> dict[str, int]:
    """Make the shapes that are absent, store the texts that are absent or old; how many texts of each collection."""
    for collection in registry.collections():
        drawn.store(collection)
    return {collection.id: stored.store(collection) for collection in registry.collections()}
