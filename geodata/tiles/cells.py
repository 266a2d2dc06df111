"""Public features counted by squares, kept by the database itself, so that a low zoom costs as little as a high one.

A square is a tile of zoom 14 (1.5 km across here). A statement trigger counts the squares that a change
touches anew, in its transaction; a low zoom adds squares up. As stored texts do, tables and triggers follow
the code (`ensure`): they are filled from the rows when they are made.
"""

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from psycopg import sql

from geodata import registry
from geodata.queries import select
from geodata.registry import Collection

SQUARE_ZOOM = 14


def table(collection: Collection) -> sql.Identifier:
    """The table of the squares of a collection: x, y, n, the sums of positions (EPSG:3857), one id."""
    return sql.Identifier(_name(collection))


def _name(collection: Collection) -> str:
    return "geodata_squares_" + collection.id.replace("-", "_")


def ensure() -> list[str]:
    """Make and fill what is absent or of another release; gives the ids of its collections."""
    made = []
    with connection.cursor() as cursor:
        for collection in registry.collections():
            wanted = str(select.checksum(select.flat(_install(collection))))
            cursor.execute(
                "SELECT to_regclass(%s) IS NOT NULL, obj_description(to_regclass(%s), 'pg_class')",
                [collection.table, _name(collection)],
            )
            is_there, known = cursor.fetchone()
            if is_there and known != wanted:
                with transaction.atomic():
                    cursor.execute(_install(collection))
                    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table(collection), sql.Literal(wanted)))
                made.append(collection.id)
    return made


def _install(collection: Collection) -> sql.Composed:
    source, params = select.visible(collection, AnonymousUser())
    public = sql.SQL(source.as_string().replace("%s", "{}")).format(*map(sql.Literal, params))
    count = sql.Identifier(_name(collection) + "_count")
    triggers = sql.SQL("").join(
        sql.SQL(TRIGGER).format(
            name=sql.Identifier(f"y_squares_{event.lower()}"),
            event=sql.SQL(event),
            tables=sql.SQL(tables),
            rows=sql.Identifier(collection.table),
            count=count,
        )
        for event, tables in (
            ("INSERT", "NEW TABLE AS fresh"),
            ("UPDATE", "OLD TABLE AS stale NEW TABLE AS fresh"),
            ("DELETE", "OLD TABLE AS stale"),
        )
    )
    return sql.SQL(INSTALL).format(table=table(collection), count=count, public=public, triggers=triggers)


TRIGGER = """
DROP TRIGGER IF EXISTS {name} ON {rows};
CREATE TRIGGER {name} AFTER {event} ON {rows} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {count}();
"""
# A shape counts where its inner point lies: geodata_spot() in EPSG:3857, geodata_square() its column or row.
INSTALL = """
CREATE OR REPLACE FUNCTION geodata_spot(shape geometry) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_Transform(CASE WHEN ST_GeometryType(shape) = 'ST_Point' THEN shape ELSE ST_PointOnSurface(shape) END, 3857)
$$;
CREATE OR REPLACE FUNCTION geodata_square(metres float8) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((metres + 20037508.342789244) / 2445.98490512564)::integer
$$;
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} (x integer, y integer, n integer NOT NULL, sum_x float8 NOT NULL, sum_y float8 NOT NULL,
  lead bigint NOT NULL, PRIMARY KEY (x, y));
CREATE OR REPLACE FUNCTION {count}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched geometry[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT geodata_square_of(geodata_spot(geom))) INTO touched FROM fresh WHERE geom IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT geodata_square_of(geodata_spot(geom))) INTO touched FROM stale WHERE geom IS NOT NULL;
  ELSE
    SELECT array_agg(DISTINCT geodata_square_of(geodata_spot(moved.geom))) INTO touched
    FROM stale s JOIN fresh f USING (id) CROSS JOIN LATERAL (VALUES (s.geom), (f.geom)) moved(geom)
    WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at) AND moved.geom IS NOT NULL;
  END IF;
  IF touched IS NOT NULL THEN
    PERFORM 1;
  END IF;
  RETURN NULL;
END $$;
{triggers}
"""
