"""What the database keeps because the code asks for it, not a migration: stored texts, indexes, counts, views of the past."""

from geodata import registry
from geodata.queries import indexes, past, search, stored
from geodata.tiles import squares


def ensure() -> bool:
    """Make what is absent or of another release; True when texts have to be stored (`store`)."""
    past.ensure()
    search.ensure()
    indexes.ensure()
    squares.ensure()
    return bool(stored.ensure())


def store() -> dict[str, int]:
    """Store the texts that are absent or old; how many of each collection."""
    return {collection.id: stored.store(collection) for collection in registry.collections()}
