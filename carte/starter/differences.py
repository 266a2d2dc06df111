"""Where a source's communes and those of the position differ: for a human to look at (decisions 5)."""

from collections.abc import Iterator

from django.db import connection

CABINS = """
SELECT k.name_fr, stated.name_fr, found.name_fr
FROM cabanes_cabane k
JOIN parcs_commune stated ON stated.insee_code = k.stated_commune
JOIN parcs_commune found ON ST_Intersects(found.geom, k.geom)
WHERE found.insee_code <> k.stated_commune AND NOT ST_Intersects(stated.geom, k.geom) AND k.deleted_at IS NULL
ORDER BY k.id
"""
# Communes that a source states and the drawing does not reach; what a drawing touches beyond them says nothing.
SHAPES = """
SELECT name_fr, string_agg(town, ', ' ORDER BY rank)
FROM (
  SELECT 1 AS kind, p.id, p.name_fr, c.name_fr AS town, s.rank
  FROM parcs_parc p CROSS JOIN unnest(p.stated_communes) WITH ORDINALITY s(code, rank)
  JOIN parcs_commune c ON c.insee_code = s.code
  WHERE c.geom IS NOT NULL AND p.deleted_at IS NULL AND NOT s.code = ANY (p.communes)
  UNION ALL
  SELECT 2, t.id, t.name_fr, c.name_fr, s.rank
  FROM sentiers_sentier t CROSS JOIN unnest(t.stated_communes) WITH ORDINALITY s(code, rank)
  JOIN parcs_commune c ON c.insee_code = s.code
  WHERE c.geom IS NOT NULL AND t.deleted_at IS NULL AND NOT s.code = ANY (t.communes)
) missed
GROUP BY kind, id, name_fr
ORDER BY kind, id
"""


def commune_differences() -> Iterator[str]:
    """A sentence for each place whose position or drawing misses a commune that its source states."""
    with connection.cursor() as cursor:
        cursor.execute(CABINS)
        for name, stated, found in cursor.fetchall():
            yield f"{name}: the source says {stated}, the position lies in {found}"
        cursor.execute(SHAPES)
        for name, towns in cursor.fetchall():
            yield f"{name}: the source says {towns}, the shape does not reach it"
