"""A large network, made as `make_demo` makes one, with what happens in it and with a past.

PostgreSQL reads many rows in another way than few: other indexes, sorts, joins, processes beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from carte.demo.fill import fill
from geodata import registry
from geodata.changes import recording
from geodata.changes.recording import succeeded_by
from geodata.features import is_shape
from geodata.params.properties import plain

CABINS, TRAILS, PARKS = 12_000, 1_500, 300
# Of so many rows one has a value in each of its properties, and one of so many of these again went.
ONE_IN, GONE = 20, 15
SPOT = "ST_SetSRID(ST_MakePoint(2.15 + ({n} * 7919 %% 1000) * 0.0011, 50.25 + ({n} * 104729 %% 1000) * 0.00045), 4326)"
COMMUNES = """
INSERT INTO parcs_commune (slug, insee_code, name_fr, status, geom, population)
SELECT 'commune-' || n, (62000 + n)::text, 'Commune ' || n, 'published',
       ST_Multi(ST_MakeEnvelope(2.1 + (n % 20) * 0.06, 50.2 + (n / 20) * 0.05, 2.16 + (n % 20) * 0.06, 50.25 + (n / 20) * 0.05, 4326)), 100 + n
FROM generate_series(0, 199) n"""
AUTHORITIES = """
INSERT INTO parcs_autorite (code, slug, name_fr, kind, status, geom)
SELECT 'A' || n, 'a-' || n, 'Autorité ' || n, 'epci', 'published', ST_Multi(ST_MakeEnvelope(2.1, 50.2, 2.5 + n * 0.02, 50.6, 4326))
FROM generate_series(1, 30) n"""
PARK = "(SELECT uuid FROM parcs_parc WHERE source_id = 'parc-' || 1 + n %% 300)"
CABIN = "(SELECT uuid FROM cabanes_cabane WHERE source_id = 'cabane-' || 1 + n %% 12000)"
TRAIL = "(SELECT uuid FROM sentiers_sentier WHERE source_id = 'sentier-' || 1 + n %% 1500)"
# By table: what a row is, beside its slug, status and source; how many rows.
BESIDE = {
    "parcs_pointacces": (400, {"name_fr": "'Entrée ' || n", "kind": "'entrance'", "park_id": PARK, "authority_id": "'DEMO'", "geom": SPOT}),
    "parcs_equipement": (400, {"name_fr": "'Banc ' || n", "kind": "'bench'", "park_id": PARK, "authority_id": "'DEMO'", "geom": SPOT}),
    "agenda_projetlabel": (200, {"name_fr": "'Projet ' || n", "geom": SPOT}),
    "agenda_evenement": (
        900,
        {
            "title_fr": "'Balade ' || n", "kind": "'nature'", "starts_at": "now() + (n - 300) * interval '1 hour'", "ends_at": "now() + (n - 298) * interval '1 hour'",
            "park_id": f"CASE WHEN n %% 3 = 0 THEN {PARK} END", "cabin_id": f"CASE WHEN n %% 3 = 1 THEN {CABIN} END",
            "trail_id": f"CASE WHEN n %% 3 = 2 THEN {TRAIL} END", "geom": SPOT, "authority_id": "'DEMO'",
        },
    ),
    "alertes_fermeture": (
        600,
        {
            "title_fr": "'Travaux ' || n", "cause": "'travaux'", "starts_at": "now() + (n - 300) * interval '1 day'",
            "ends_at": "now() + (n - 250) * interval '1 day'", "authority_id": "'DEMO'", "geom": f"ST_Buffer({SPOT}, 0.001)",
        },
    ),
}  # fmt: skip
CLOSED = """
INSERT INTO cabanes_fermeturecabane (fermeture_id, cabane_id)
SELECT f.id, c.id FROM alertes_fermeture f JOIN cabanes_cabane c ON c.source_id = 'cabane-' || right(f.slug, -10)
"""
# What the database judges, or others read: not any value will do. None: left alone.
GIVEN = {
    "year_built": "1900 + id %% 100", "year": "2000 + id %% 20", "state_as_of": "'2021-05'", "rrule": "'FREQ=YEARLY'", "website": "'https://exemple.fr/' || id",
    "source_url": "'https://exemple.fr/source/' || id", "booking_url": "'https://exemple.fr/place/' || id", "email": "'a' || id || '@exemple.fr'",
    "stated_commune": "(62000 + id %% 200)::text", "stated_communes": "ARRAY[(62000 + id %% 200)::text]", "siren": "(200000000 + id)::text", "opening_hours": "'24/7'",
    **dict.fromkeys([
        "slug", "code", "insee_code", "status", "source", "licence", "overnight_allowed", "starts_at", "ends_at", "review_by", "name_fr", "title_fr",
        "revision", "created_at", "updated_at", "geom_quality", "state",
    ]),
}  # fmt: skip
LEFT = (
    "UPDATE {table} SET status = 'archived' WHERE id %% %(one)s = 1",
    "UPDATE {table} SET deleted_at = clock_timestamp() WHERE id %% %(one)s = 2",
)
MERGED = (
    "UPDATE {table} SET deleted_at = clock_timestamp() WHERE id = (SELECT max(id) FROM {table} WHERE id %% %(one)s = 3)"
)


@dataclass(frozen=True)
class Large:
    """What is known of the network: an instant before anything of it changed, and what of each collection was merged."""

    before: datetime
    merged: dict[str, UUID]


def make() -> Large:
    """Fill the empty database of a test that commits."""
    _run(COMMUNES), _run(AUTHORITIES)
    fill(parks=PARKS, cabins=CABINS, trails=TRAILS, seed=1)
    for table, (count, columns) in BESIDE.items():
        _insert(table, count, columns)
    _run(CLOSED)
    _run("ANALYZE")
    before = _instant()
    # A session that changed one row goes on with plans for one row: triggers must not use them for many.
    _run("UPDATE cabanes_cabane SET name_nl = 'eerst' WHERE source_id = 'cabane-1'")
    for collection in registry.collections():
        _spread(collection)
    merged = {each.id: _leave(each) for each in registry.collections()}
    _run("ANALYZE")
    return Large(before, merged)


def _run(statement, values=None):
    """One statement; a plan that would take minutes ends the test."""
    with recording(by=None, source="system"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute(statement, values)


def _instant():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _insert(table, count, columns):
    stem = table.partition("_")[2]
    values = {"slug": f"'{stem}-' || n", "status": "'published'", "source": "'demo'", "source_id": f"'{stem}-' || n"}
    values |= {name: text.replace("{n}", "n") for name, text in columns.items()}
    names, texts = ", ".join(values), ", ".join(values.values())
    _run(f"INSERT INTO {table} ({names}) SELECT {texts} FROM generate_series(1, %s) n", [count])


def _spread(collection):
    """Let every twentieth row have a value of each property."""
    told = {name: _value(name, field) for name, field in collection.fields.items() if _is_given(field)}
    steps = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(collection.fields[name].column), sql.SQL(text))
        for name, text in told.items()
        if text
    )
    _run(
        sql.SQL("UPDATE {} SET {} WHERE id %% %s = 0").format(sql.Identifier(collection.table), steps),
        [ONE_IN if collection.table != "parcs_autorite" else 2],
    )


def _is_given(field):
    return field.editable and not isinstance(field, models.ForeignKey | models.JSONField | models.GeneratedField)


def _value(name, field):
    """A value for a column in SQL, of the row's id; nothing where it is left alone."""
    if name in GIVEN or is_shape(field):
        return GIVEN.get(name)
    if isinstance(field, ArrayField):
        inner = _value(name, field.base_field)
        return f"ARRAY[{inner}]" if inner else None
    field = plain(field)
    if field.choices:
        codes = [code for code, _label in field.flatchoices if code]
        return f"(ARRAY[{', '.join(map(repr, codes))}])[1 + id %% {len(codes)}]"
    if isinstance(field, models.BooleanField):
        return "id %% 4 < 2"
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return "1 + id %% 90"
    if isinstance(field, models.DateTimeField):
        return "timestamptz '2024-01-01 10:00+00' + (id %% 300) * interval '1 day'"
    if isinstance(field, models.DateField):
        return "date '2024-01-01' + (id %% 300)::integer"
    if isinstance(field, models.CharField | models.TextField):
        return f"left('{name} ' || id %% 40, {field.max_length or 100})"
    return None


def _leave(collection):
    """Take some back, put some into the bin, merge one into another: the id of what was merged."""
    table = sql.Identifier(collection.table)
    # Communes and authorities are what others refer to.
    one = ONE_IN * GONE + 1 if collection.table not in ("parcs_commune", "parcs_autorite") else 101
    with recording(by=None, source="system"), connection.cursor() as cursor:
        for statement in LEFT:
            cursor.execute(sql.SQL(statement).format(table=table), {"one": one})
        cursor.execute(sql.SQL("SELECT uuid FROM {} WHERE id %% %s = 4 ORDER BY id LIMIT 1").format(table), [one])
        found = cursor.fetchone()
        with succeeded_by(found[0] if found else None):
            cursor.execute(sql.SQL(MERGED + " RETURNING uuid").format(table=table), {"one": one})
            gone = cursor.fetchone()
    return gone and gone[0]
