"""What was harvested, when, and what was last written of each feature."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from geodata.features import UuidV7


class HarvestRun(models.Model):
    """One harvest of one source; `report` holds a row for each feature about which there is something to say.

    A row has `outcome` (a key of `OUTCOMES`), `source_id`, `name`, `uuid` (null for what never got in) and `reason`.
    `uuid` is also the batch of the changes it made. `failure` says why nothing, or not all, could be read.
    """

    OUTCOMES: ClassVar[dict[str, object]] = {
        "new": _("nouvelles"),
        "updated": _("mises à jour"),
        "proposed": _("proposées"),
        "unchanged": _("inchangées"),
        "kept": _("laissées telles quelles"),
        "refused": _("refusées"),
        "vanished": _("disparues de la source"),
    }

    uuid = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    source = models.CharField(max_length=80)
    collection = models.CharField(max_length=40)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    failure = models.TextField(blank=True)

    class Meta:
        verbose_name = _("moisson")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source", "-started_at"], name="geodata_harvestrun_source")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def summary(self) -> list[tuple[object, int]]:
        """Words and numbers of what became of the features, without the zeros."""
        return [(words, self.counts[name]) for name, words in self.OUTCOMES.items() if self.counts.get(name)]


class HarvestRecord(models.Model):
    """A feature of a source and ours; `values` is what the last harvest wrote: what differs from it, people wrote."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=200)
    collection = models.CharField(max_length=40)
    object_uuid = models.UUIDField()
    values = models.JSONField()
    last_run = models.UUIDField()
    vanished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "source_id"], name="geodata_harvestrecord_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
