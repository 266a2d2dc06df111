"""The models of the rooms, where Django looks for them."""

from geodata.changes.models import FormerSlug, Proposition, Revision, Tombstone

__all__ = ["FormerSlug", "Proposition", "Revision", "Tombstone"]
