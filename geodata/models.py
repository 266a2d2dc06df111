"""The models of the rooms, where Django looks for them."""

from geodata.basemap.models import Ground, GroundSource
from geodata.changes.models import Erasure, FormerSlug, Proposition, Revision, Tombstone
from geodata.exports.models import Export
from geodata.harvest.models import HarvestRecord, HarvestRun
from geodata.jobs.models import JobFailure
from geodata.webhooks.models import Delivery, Subscription

__all__ = [
    "Delivery",
    "Erasure",
    "Export",
    "FormerSlug",
    "Ground",
    "GroundSource",
    "HarvestRecord",
    "HarvestRun",
    "JobFailure",
    "Proposition",
    "Revision",
    "Subscription",
    "Tombstone",
]
