"""Lines and areas made ready for tiles by the database itself: in EPSG:3857, with the vertices that a zoom can show.

A table `geodata_drawn_<collection>` holds, for each row, its shape simplified for each band of zooms. A trigger makes
it in the transaction of every write that changes the shape, whoever writes; a row without one is drawn from the shape
itself, by the same expression. Beyond the last band a shape is drawn as it is. As stored texts do, tables and
triggers follow the code, and are filled when they are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.queries import keeping, select, stored
from geodata.registry import Collection
from geodata.tiles.matrix import HALF_SIDE_M

EXTENT = 4096
# Web Mercator is two formulas; asking the library of projections takes ten times as long.
EASTING = sql.SQL("(ST_X(t.geom) * 111319.49079327358)")
NORTHING = sql.SQL("(6378137 * asinh(tan(radians(ST_Y(t.geom)))))")
# The same in parts of the world, from the west and from the north.
ACROSS = sql.SQL("(0.5 + {} / {})").format(EASTING, sql.Literal(2 * HALF_SIDE_M))
DOWN = sql.SQL("(0.5 - {} / {})").format(NORTHING, sql.Literal(2 * HALF_SIDE_M))
WEB = sql.SQL("ST_Transform(t.geom, 3857)")


@dataclass(frozen=True)
class Band:
    """Zooms that share a column, up to the one whose unit (metres) no vertex moves by more than."""

    column: str
    up_to: int

    @property
    def unit_m(self) -> float:
        """One of the EXTENT units of a tile of the last zoom."""
        return 2 * HALF_SIDE_M / (1 << self.up_to) / EXTENT

    def made(self, collection: Collection, web: sql.SQL) -> sql.Composed:
        """The shape, which `web` gives in EPSG:3857, for these zooms: a line may cross itself, an area must stay one."""
        is_line = collection.geometry.geom_type == "LINESTRING"
        text = "ST_Simplify({}, {}, true)" if is_line else "ST_SimplifyPreserveTopology({}, {})"
        return sql.SQL(text).format(web, sql.Literal(self.unit_m))


BANDS = (Band("rough", 10), Band("coarse", 12), Band("fine", 14))


def shape(collection: Collection, zoom: int, *, kept: bool) -> tuple[sql.Composable, sql.Composable]:
    """The line or area of t in EPSG:3857 as this zoom draws it, and the join it needs; `kept` where t is the present row."""
    band = next((each for each in BANDS if zoom <= each.up_to), None)
    if band is None:
        return WEB, sql.SQL("")
    made = band.made(collection, WEB)
    if not kept:
        return made, sql.SQL("")
    column = sql.Identifier(band.column)
    join = sql.SQL(" LEFT JOIN LATERAL (SELECT x.{} AS shape FROM {} x WHERE x.id = t.id OFFSET 0) drawn ON true")
    return sql.SQL("coalesce(drawn.shape, {})").format(made), join.format(column, table(collection))


def table(collection: Collection) -> sql.Identifier:
    """The table of a collection's shapes: id, one column a band."""
    return sql.Identifier(_name(collection))


def _name(collection: Collection) -> str:
    return "geodata_drawn_" + collection.id.replace("-", "_")


MAKE = """
INSERT INTO {table} AS d (id, {columns}) SELECT t.id, {made} FROM {rows} t CROSS JOIN LATERAL (SELECT {web} AS web OFFSET 0) whole
WHERE t.geom IS NOT NULL AND {condition}
ON CONFLICT (id) DO UPDATE SET ({columns}) = ROW ({fresh});
"""
# The operator is named in full: a dump says IS DISTINCT FROM without its schema, and is restored without a search_path.
INSTALL = """
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} (id bigint PRIMARY KEY, {typed});
{fill}
ANALYZE {table};
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM {table};
  ELSIF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (NEW.geom IS NULL OR current_setting({defer}, true) = 'on') THEN
    DELETE FROM {table} WHERE id = OLD.id;
  ELSIF current_setting({defer}, true) IS DISTINCT FROM 'on' THEN
    {make}
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS y_drawn ON {rows};
CREATE TRIGGER y_drawn AFTER INSERT OR DELETE ON {rows} FOR EACH ROW EXECUTE FUNCTION {function}();
DROP TRIGGER IF EXISTS y_drawn_moved ON {rows};
CREATE TRIGGER y_drawn_moved AFTER UPDATE ON {rows} FOR EACH ROW
  WHEN ((OLD.geom OPERATOR(public.=) NEW.geom) IS NOT TRUE) EXECUTE FUNCTION {function}();
DROP TRIGGER IF EXISTS y_drawn_truncate ON {rows};
CREATE TRIGGER y_drawn_truncate AFTER TRUNCATE ON {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def _make(collection: Collection, rows: sql.Composable, condition: str) -> sql.Composed:
    columns = [sql.Identifier(band.column) for band in BANDS]
    return sql.SQL(MAKE).format(
        table=table(collection),
        columns=sql.SQL(", ").join(columns),
        made=sql.SQL(", ").join(band.made(collection, sql.SQL("web")) for band in BANDS),
        web=WEB,
        fresh=sql.SQL(", ").join(sql.SQL("excluded.{}").format(column) for column in columns),
        rows=rows,
        condition=sql.SQL(condition).format(table=table(collection), rows=rows),
    )


def _install(collection: Collection) -> sql.SQL:
    typed = sql.SQL(", ").join(
        sql.SQL("{} geometry(Geometry, 3857) NOT NULL").format(sql.Identifier(band.column)) for band in BANDS
    )
    return select.flat(
        sql.SQL(INSTALL).format(
            table=table(collection),
            typed=typed,
            function=sql.Identifier(_name(collection) + "_keep"),
            rows=sql.Identifier(collection.table),
            fill=_make(collection, sql.Identifier(collection.table), "true"),
            make=_make(collection, sql.SQL("(SELECT NEW.*)"), "true"),
            defer=sql.Literal(stored.DEFER),
        )
    )


def ensure() -> list[str]:
    """Make and fill what is absent or of another release; gives the ids of its collections."""
    shaped = (each for each in registry.collections() if not each.is_point)
    return [each.id for each in shaped if keeping.table(each, _name(each), _install(each), locks=True)]


def store(collection: Collection) -> int:
    """Make the shapes that are absent; gives how many."""
    if collection.is_point:
        return 0
    # Found once: looked for row by row they would be sought in a table that grows meanwhile, without an index that is
    # known to serve (10 minutes for 50 000 lines).
    absent = "t.id IN (SELECT id FROM {rows} EXCEPT SELECT id FROM {table})"
    with connection.cursor() as cursor:
        cursor.execute(_make(collection, sql.Identifier(collection.table), absent))
        made = int(cursor.rowcount)
    keeping.analyse(_name(collection))
    return made
