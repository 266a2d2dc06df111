"""The tasks of the rooms, where the worker looks for them."""

from geodata.exports import tasks as exports
from geodata.jobs import standing

__all__ = ["exports", "standing"]
