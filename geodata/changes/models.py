"""History of every row, what left and why, and changes that wait for a publisher."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from geodata.features import UuidV7


class Source(models.TextChoices):
    """By which way a change came in."""

    WEB = "web", _("site")
    IMPORT = "import", _("import")
    OGC = "ogc", _("API")
    FIELD = "field", _("terrain")
    SYSTEM = "system", _("système")
    SQL = "sql", _("SQL")


class Revision(models.Model):
    """One change of one row, written by trigger; `id` is the global revision, in commit order.

    `before` is the row as it was (null for an insert); what it became is the `before` of the
    object's next revision, or the row itself. `public_op` is what outsiders learn of it,
    `successor` what replaced a deleted object; `reason` is what the person says, for everybody, `note` what the service adds, for
    managers (decision 0247).
    """

    id = models.BigIntegerField(primary_key=True)
    collection = models.TextField()
    uuid = models.UUIDField()
    op = models.CharField(max_length=6)
    public_op = models.CharField(max_length=9, null=True)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True, db_default=Func(Value("note"), function="geodata_setting"))
    source = models.CharField(max_length=6, choices=Source)
    batch = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    successor = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("révision")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["uuid", "id"], name="geodata_revision_object"),
            models.Index(
                fields=["collection", "id"], name="geodata_revision_feed", condition=Q(public_op__isnull=False)
            ),
            models.Index(fields=["id"], name="geodata_revision_public", condition=Q(public_op__isnull=False)),
            models.Index(fields=["at", "id"], name="geodata_revision_instant"),
            models.Index(
                fields=["collection", "id"],
                name="geodata_revision_hand",
                condition=Q(public_op__isnull=False) & ~Q(source="import"),
            ),
            models.Index(
                "collection",
                MD5("reason"),
                "id",
                name="geodata_revision_import",
                condition=Q(public_op__isnull=False, source="import"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.collection} {self.op}"


class Tombstone(models.Model):
    """A deleted object: its address answers 410, or 301 to `successor` after a merge."""

    uuid = models.UUIDField(primary_key=True)
    collection = models.TextField()
    slug = models.TextField()
    revision = models.BigIntegerField()
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    reason = models.TextField(blank=True)
    successor = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["collection", "slug"], name="geodata_tombstone_slug")
        ]

    def __str__(self) -> str:
        return f"{self.collection}/{self.slug}"


class FormerSlug(models.Model):
    """A slug that an object had before: 301 to the present one. Never given to another object."""

    id = models.BigAutoField(primary_key=True)
    collection = models.TextField()
    slug = models.TextField()
    uuid = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["collection", "slug"], name="geodata_formerslug_once")
        ]

    def __str__(self) -> str:
        return f"{self.collection}/{self.slug}"


class Proposition(models.Model):
    """A change to a published row by someone who may not publish: it waits for a decision."""

    class State(models.TextChoices):
        PENDING = "pending", _("en attente")
        ACCEPTED = "accepted", _("acceptée")
        REJECTED = "rejected", _("refusée")

    uuid = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    collection = models.TextField()
    object_uuid = models.UUIDField()
    base_revision = models.BigIntegerField()
    patch = models.JSONField()
    reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING, db_default=State.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("proposition")
        ordering: ClassVar[list[str]] = ["created_at", "uuid"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["object_uuid", "state"], name="geodata_proposition_object"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.object_uuid} ({self.state})"


class Erasure(models.Model):
    """Texts taken out of the history: of what, which fields, why; never the texts."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    collection = models.TextField()
    uuid = models.UUIDField()
    fields = models.JSONField()
    why = models.TextField()

    class Meta:
        verbose_name = _("effacement")

    def __str__(self) -> str:
        return f"{self.collection}/{self.uuid}"
