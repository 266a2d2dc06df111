"""Where a source's commune and the commune of the position differ: for a human to look at."""

from collections.abc import Iterator

from django.db import connection

DIFFERENCES = """
SELECT k.name_fr, stated.name_fr, found.name_fr
FROM cabanes_cabane k
JOIN parcs_commune stated ON stated.insee_code = k.stated_commune
JOIN parcs_commune found ON ST_Intersects(found.geom, k.geom)
WHERE found.insee_code <> k.stated_commune AND NOT ST_Intersects(stated.geom, k.geom) AND k.deleted_at IS NULL
ORDER BY k.id
"""


def commune_differences() -> Iterator[str]:
    """A sentence for each cabin whose position lies in another commune than the stated one."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        for name, stated, found in cursor.fetchall():
            yield f"{name}: the source says {stated}, the position lies in {found}"
