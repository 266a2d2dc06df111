"""Migration operations that tables of collections need: history, geometry rules, what derives from what moved."""

from pathlib import Path

from django.db import migrations

TOUCH = Path(__file__).parent / "sql" / "touch.sql"
STEPS = ("a_lock", "a_truncate", "m_stamp", "z_record")


class TrackChanges(migrations.RunSQL):
    """Attach history to the table of a collection (sql/0002_history.sql).

    Row triggers run in the order of their names: what rounds and derives columns is named before `m_stamp`,
    which decides whether the row changed; `z_record` comes last.
    """

    def __init__(self, collection: str, *, table: str) -> None:
        self.collection, self.table = collection, table
        super().__init__(
            f"""
            CREATE TRIGGER a_lock BEFORE INSERT OR UPDATE OR DELETE ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION geodata_lock();
            CREATE TRIGGER a_truncate BEFORE TRUNCATE ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION geodata_lock();
            CREATE TRIGGER m_stamp BEFORE INSERT OR UPDATE ON {table}
              FOR EACH ROW EXECUTE FUNCTION geodata_stamp('{collection}');
            CREATE TRIGGER z_record AFTER INSERT OR UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION geodata_record('{collection}');
            """,
            "".join(f"DROP TRIGGER {step} ON {table};" for step in STEPS),
        )

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Record the history of {self.table} as {self.collection}"


class GeometryRules(migrations.RunSQL):
    """Let the database judge `geom`: valid and not empty, inside the extent, bounded in vertices."""

    def __init__(self, table: str, *, max_vertices: int) -> None:
        self.table = table
        super().__init__(
            f"""
            ALTER TABLE {table}
              ADD CONSTRAINT {table}_geom_valid CHECK (geom IS NULL OR (NOT ST_IsEmpty(geom) AND ST_IsValid(geom))),
              ADD CONSTRAINT {table}_geom_extent CHECK (geom IS NULL OR geodata_within_extent(geom)),
              ADD CONSTRAINT {table}_geom_vertices CHECK (geom IS NULL OR ST_NPoints(geom) <= {max_vertices});
            """,
            f"""
            ALTER TABLE {table} DROP CONSTRAINT {table}_geom_valid, DROP CONSTRAINT {table}_geom_extent,
              DROP CONSTRAINT {table}_geom_vertices;
            """,
        )

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Constrain the geometry of {self.table}"


class RoundShapes(migrations.RunSQL):
    """Let the database keep `geom` as it is published (sql/0025_rounding.sql), before or `after` columns are derived.

    After, where the shape itself is what is derived.
    """

    def __init__(self, table: str, *, after: bool = False) -> None:
        self.table = table
        step = "d_round" if after else "b_round"
        super().__init__(
            f"CREATE TRIGGER {step} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION geodata_round();",
            f"DROP TRIGGER {step} ON {table};",
        )

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Round the shapes of {self.table}"


class Touch(migrations.RunSQL):
    """Have the trigger `function` make rows of `table` anew that derive from what moved (sql/touch.sql).

    As all SQL of migrations that file is never edited: another way has another number (decision 0234).

    `found` selects their ids from the rows `moved` of any table that has the trigger. `columns` say whether a row moved;
    all rows of the table `in_every_state` count, of others those that are public. `reverse` is the function as it was.
    """

    def __init__(
        self,
        function: str,
        *,
        table: str,
        found: str,
        reverse: str,
        columns: tuple[str, ...] = ("geom", "status", "deleted_at"),
        in_every_state: str = "",
    ) -> None:
        self.function, self.table = function, table
        stale, fresh = (", ".join(f"{row}.{each}" for each in columns) for row in "sf")
        names = {"function": function, "table": table, "stale": stale, "fresh": fresh, "in_every_state": in_every_state}
        super().__init__(TOUCH.read_text(encoding="utf-8").format(found=found, **names), reverse)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Find the rows of {self.table} that derive from what moved, in {self.function}"
