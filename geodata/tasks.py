"""The tasks of the rooms, where the worker looks for them."""

from geodata.exports import tasks as exports
from geodata.harvest import tasks as harvest
from geodata.jobs import standing
from geodata.webhooks import delivering

__all__ = ["delivering", "exports", "harvest", "standing"]
