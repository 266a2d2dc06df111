"""The tasks of the rooms, where the worker looks for them."""

from geodata.jobs import standing

__all__ = ["standing"]
