"""Why jobs failed: the queue keeps that they did, not why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JobFailure(models.Model):
    """One attempt that failed; `error` ends with the exception."""

    id = models.BigAutoField(primary_key=True)
    job = models.BigIntegerField()
    task = models.TextField()
    attempt = models.SmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    error = models.TextField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["job", "id"], name="geodata_jobfailure_job"),
            models.Index(fields=["at"], name="geodata_jobfailure_at"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.job}"
