"""Addresses that are free: no record of the collection has them, nor had them before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection
from django.utils.text import slugify

from geodata.changes.models import FormerSlug, Tombstone
from geodata.features import Feature

SLUG_LENGTH = 100
# The stem itself, and the stem with a number: each is a range of the index on the pattern operators.
TAKEN = """
SELECT taken.slug FROM unnest(%(stems)s::text[]) AS stem,
LATERAL (SELECT t.slug FROM {table} t WHERE t.slug = stem {mine}
         UNION ALL SELECT t.slug FROM {table} t WHERE t.slug ~>=~ (stem || '-') AND t.slug ~<~ (stem || '.') {mine}) taken
"""


def free_slugs(model: type[Feature], collection: str, labels: Sequence[str], kept: Collection[str] = ()) -> list[str]:
    """An address for each label, in their order: the label's words, with the next number where those are taken.

    `kept` are addresses that others are about to have.
    """
    stems = [slugify(label)[:SLUG_LENGTH].strip("-") or collection for label in labels]
    taken = _taken(model, collection, sorted(set(stems))) | set(kept)
    following: dict[str, int] = {}
    found = []
    for stem in stems:
        slug, number = stem, following.get(stem, 1)
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        following[stem] = number
        taken.add(slug)
        found.append(slug)
    return found


def _taken(model: type[Feature], collection: str, stems: list[str]) -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table, mine in (
            (model._meta.db_table, ""),
            (FormerSlug._meta.db_table, "AND t.collection = %(collection)s"),
            (Tombstone._meta.db_table, "AND t.collection = %(collection)s"),
        ):
            cursor.execute(TAKEN.format(table=table, mine=mine), {"stems": stems, "collection": collection})
            found.update(slug for (slug,) in cursor)
    return found
