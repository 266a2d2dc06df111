"""The tasks of the rooms, where the worker looks for them."""

from geodata.jobs import standing
from geodata.webhooks import delivering

__all__ = ["delivering", "standing"]
