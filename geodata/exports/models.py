"""A file that was asked for: what of, for whom, how far it is, until when it is kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from geodata.features import UuidV7


class State(models.TextChoices):
    """Where a file stands."""

    QUEUED = "queued"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"


class Export(models.Model):
    """One file. `query` is the query string it was asked with, `sight` what its reader could see, as a number.

    `revision` is the last one that the file may hold: what was withdrawn after it must not be read from the file.
    """

    uuid = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    key = models.CharField(max_length=64)
    collection = models.CharField(max_length=60)
    format = models.CharField(max_length=20)
    query = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    sight = models.BigIntegerField()
    revision = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    rows = models.IntegerField()
    rows_done = models.IntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key", "created_at"], name="geodata_export_key"),
            models.Index(fields=["expires_at"], name="geodata_export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.format} {self.uuid}"
