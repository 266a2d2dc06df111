"""The models of the rooms, where Django looks for them."""

from geodata.basemap.models import Ground, GroundSource
from geodata.changes.models import Erasure, FormerSlug, Proposition, Revision, Tombstone

__all__ = ["Erasure", "FormerSlug", "Ground", "GroundSource", "Proposition", "Revision", "Tombstone"]
