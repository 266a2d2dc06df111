"""What was harvested, when, and what was last written of each feature."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from geodata.features import UuidV7
from geodata.harvest.words import Said


def in_reader_language(said: Said) -> str:
    """Words that were kept in every language, in the one that is spoken now; else in the site's own."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return said.get(language) or said.get(settings.LANGUAGE_CODE, "")


class HarvestRun(models.Model):
    """One harvest of one source; `report` holds a row for each feature about which there is something to say.

    A row has `outcome` (a key of `OUTCOMES`), `source_id`, `name`, `uuid` (null for what never got in) and `reason`.
    `reason`, `failure` and each of `doubts` are words by language. `uuid` is also the batch of the changes it made.
    `failure` says why nothing could be read, `doubts` why what is missing does not count as vanished; `unbelieved` is the
    number that is missing at once where only that is in doubt, `trusting` a person's word that the source really lost them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("en attente")
        READING = "reading", _("lecture de la source")
        APPLYING = "applying", _("enregistrement")
        ENDED = "ended", _("terminée")

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
    state = models.CharField(max_length=8, choices=State, default=State.ENDED, db_default=State.ENDED)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    trusting = models.BooleanField(default=False, db_default=False)
    unbelieved = models.IntegerField(default=0, db_default=0)
    rows_read = models.IntegerField(null=True)
    rows_done = models.IntegerField(default=0, db_default=0)
    counts = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    failure = models.JSONField(default=dict)
    doubts = models.JSONField(default=list)

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

    @property
    def failure_words(self) -> str:
        """Why nothing could be read; empty when it was."""
        return in_reader_language(self.failure)

    @property
    def doubt_words(self) -> list[str]:
        """Why what is missing does not count as vanished."""
        return [in_reader_language(each) for each in self.doubts]


class HarvestRecord(models.Model):
    """A feature of a source and ours; `values` is what the last harvest wrote: what differs from it, people wrote.

    `origin` names the feature in its source, which may be several of ours (stages of a trail), each with its own
    `source_id`. `digest` is that of the feature when all it gave was taken; empty when it has to be looked at again.
    `offered` are values of the source that were left out for what people wrote. `let_be_at` says when a person chose to
    keep what the source lost.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=200)
    origin = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, blank=True, db_default="")
    collection = models.CharField(max_length=40)
    object_uuid = models.UUIDField()
    values = models.JSONField()
    offered = models.JSONField(default=dict)
    vanished_at = models.DateTimeField(null=True)
    let_be_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "source_id"], name="geodata_harvestrecord_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source", "origin"], name="geodata_harvestrecord_origin"),
            models.Index(
                fields=["source", "id"],
                name="geodata_harvestrecord_gone",
                condition=models.Q(vanished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
