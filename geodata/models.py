"""The models of the rooms, where Django looks for them."""

from geodata.basemap.models import Ground, GroundSource
from geodata.changes.models import FormerSlug, Proposition, Revision, Tombstone
from geodata.jobs.models import JobFailure
from geodata.webhooks.models import Delivery, Subscription

__all__ = [
    "Delivery",
    "FormerSlug",
    "Ground",
    "GroundSource",
    "JobFailure",
    "Proposition",
    "Revision",
    "Subscription",
    "Tombstone",
]
