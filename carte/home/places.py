"""The list of the first page: parks, cabins and trails that answer a question, in one order.

Three statements find, count and order them, one a kind reads the rows; none depends on how many
places there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from carte.home.asking import Question
from carte.home.closed import Closures
from carte.pages import lines, relations
from carte.pages.addresses import address
from carte.pages.closures import Notice
from geodata import registry
from geodata.queries import select

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

AT_ONCE = 200
PAGE_SIZE = 60
RESEMBLANCE = 0.25
# The communes of a place: those its source states, else those its position gives.
COMMUNES = {
    "parcs": "CASE WHEN t.stated_communes <> '{{}}' THEN t.stated_communes ELSE t.communes END",
    "cabanes": "array_remove(ARRAY[t.commune_id], NULL)",
    "sentiers": "CASE WHEN t.stated_communes <> '{{}}' THEN t.stated_communes ELSE t.communes END",
}
ONE_KIND = (
    "SELECT {rank} AS kind_rank, {kind} AS kind, t.id, t.name_fr, ST_PointOnSurface(t.geom) AS spot, "
    "geodata_folded(t.name_fr || ' ' || t.name_en || ' ' || t.name_nl) AS names, {communes} AS codes FROM ({source}) t"
)
# Inputs: words (text[] of LIKE patterns, folded), whole (folded question), commune; output: one row a place.
FOUND = """
WITH place AS ({kinds}), town AS (
  SELECT p.kind, p.id, coalesce(string_agg(geodata_folded(c.name_fr), ' | '), '') AS towns
  FROM place p LEFT JOIN parcs_commune c ON c.insee_code = ANY (p.codes) GROUP BY p.kind, p.id
)
SELECT p.kind, p.id, ST_X(p.spot) AS lon, ST_Y(p.spot) AS lat
FROM place p JOIN town USING (kind, id)
WHERE (SELECT bool_and(p.names || ' ' || town.towns LIKE word) FROM unnest(%(words)s::text[]) word) IS NOT FALSE
  AND (%(commune)s = '' OR %(commune)s = ANY (p.codes))
ORDER BY CASE WHEN %(whole)s = '' THEN 0 WHEN p.names LIKE %(whole)s || '%%' THEN 0 WHEN %(whole)s = ANY (string_to_array(town.towns, ' | ')) THEN 1
              WHEN p.names LIKE '%%' || %(whole)s || '%%' THEN 2 ELSE 3 END,
         p.kind_rank, p.name_fr COLLATE "und-x-icu", p.id
LIMIT %(limit)s
"""
MEANT = """
SELECT name_fr FROM (
  SELECT c.name_fr FROM parcs_commune c WHERE c.status = 'published' UNION SELECT p.name_fr FROM ({kinds}) p
) named
WHERE similarity(geodata_folded(name_fr), %(whole)s) > %(likeness)s
ORDER BY similarity(geodata_folded(name_fr), %(whole)s) DESC, name_fr LIMIT 1
"""


@dataclass(frozen=True)
class Place:
    """One card: a feature, its line, its position in degrees, and what closes it."""

    collection: str
    feature: Any
    line: str
    url: str
    lon: float
    lat: float
    notice: Notice | None
    state: lines.State

    @property
    def is_closed(self) -> bool:
        """Whether a visit today is in vain, as far as is known."""
        shut = self.notice is not None and self.notice.blocks and self.notice.active
        return shut or self.state.shade == "closed"


@dataclass(frozen=True)
class Answer:
    """The places of this page, how many there are in all, and what was perhaps meant when none is."""

    places: list[Place]
    count: int
    more: bool
    meant: str = ""


def answer(question: Question, user: User | AnonymousUser) -> Answer:
    """The places that answer a question, at most AT_ONCE together, else PAGE_SIZE a page."""
    kinds, params = _kinds(question, user)
    found = _found(kinds, params, question)
    if not found:
        return Answer([], 0, more=False, meant=_meant(kinds, params, question))
    if question.open_only:
        places = [place for place in _places(found, user) if not place.is_closed]
        return Answer(places[:AT_ONCE], len(places), more=False)
    if len(found) <= AT_ONCE:
        return Answer(_places(found, user), len(found), more=False)
    start = (question.page - 1) * PAGE_SIZE
    return Answer(_places(found[start : start + PAGE_SIZE], user), len(found), more=start + PAGE_SIZE < len(found))


def _kinds(question: Question, user: User | AnonymousUser) -> tuple[sql.Composed, dict[str, Any]]:
    parts: list[sql.Composed] = []
    params: dict[str, Any] = {}
    for rank, kind in enumerate(question.kinds):
        source, values = select.visible(registry.get(kind), user)
        text, given = select.named(source, values, prefix=f"k{rank}_")
        params |= given
        communes = sql.SQL(COMMUNES[kind].replace("{{}}", "{}"))
        parts.append(
            sql.SQL(ONE_KIND).format(rank=sql.Literal(rank), kind=sql.Literal(kind), communes=communes, source=text)
        )
    return sql.SQL(" UNION ALL ").join(parts), params


def _folded(words: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(geodata_folded(w) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY u(w, n)", [words]
        )
        (found,) = cursor.fetchone()
    return list(found or [])


def _found(kinds: sql.Composed, params: dict[str, Any], question: Question) -> list[tuple[str, int, float, float]]:
    whole, *words = _folded([question.text, *question.words]) if question.words else [""]
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    values = params | {
        "words": [f"%{word}%" for word in escaped],
        "whole": whole,
        "commune": question.commune,
        "limit": max(AT_ONCE + 1, question.page * PAGE_SIZE + 1) if not question.open_only else AT_ONCE * 5,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(FOUND).format(kinds=kinds), values)
        return list(cursor.fetchall())


def _meant(kinds: sql.Composed, params: dict[str, Any], question: Question) -> str:
    if not question.words:
        return ""
    (whole,) = _folded([question.text])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(MEANT).format(kinds=kinds), params | {"whole": whole, "likeness": RESEMBLANCE})
        row = cursor.fetchone()
    return row[0] if row else ""


def _places(found: list[tuple[str, int, float, float]], user: User | AnonymousUser) -> list[Place]:
    rows: dict[tuple[str, int], Any] = {}
    for kind in {kind for kind, *_rest in found}:
        numbers = [number for each, number, *_rest in found if each == kind]
        for row in registry.get(kind).model_class.objects.filter(pk__in=numbers):
            rows[kind, row.pk] = row
    codes = {code for row in rows.values() for code in lines.codes_of(row)}
    towns = {town.insee_code: town for town in relations.communes(codes, user)}
    closures = Closures(user)
    return [_place(kind, rows[kind, number], lon, lat, towns, closures) for kind, number, lon, lat in found]


def _place(kind: str, row: Any, lon: float, lat: float, towns: dict[str, Any], closures: Closures) -> Place:
    return Place(
        collection=kind,
        feature=row,
        line=lines.line(row, towns),
        url=address(row),
        lon=round(lon, 5),
        lat=round(lat, 5),
        notice=closures.of(kind, row),
        state=lines.state(row),
    )
