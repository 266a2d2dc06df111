"""Row history by trigger, one global revision in commit order, the public change feed."""

from geodata.changes.recording import recording

__all__ = ["recording"]
