"""The slug of a new record: its name in an address, never one that was used before."""

from __future__ import annotations

from django.utils.text import slugify

from geodata.changes.models import FormerSlug, Tombstone
from geodata.features import Feature

LONGEST = 100


def free_slug(model: type[Feature], collection: str, name: str) -> str:
    """The name as a slug, with a number behind it where a live, former or deleted record has it."""
    stem = slugify(name)[:LONGEST].strip("-") or collection
    beside = {"slug__startswith": stem}
    taken: set[str] = {
        slug
        for rows in (
            model.objects.filter(**beside),
            FormerSlug.objects.filter(collection=collection, **beside),
            Tombstone.objects.filter(collection=collection, **beside),
        )
        for slug in rows.values_list("slug", flat=True)
    }
    if stem not in taken:
        return stem
    return next(f"{stem}-{n}" for n in range(2, len(taken) + 3) if f"{stem}-{n}" not in taken)
