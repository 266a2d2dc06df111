"""The published rows of a collection as they were right after a revision, from the history (decision 0150).

A public state that is over lies in the history with the revisions it held for, [since, id); the rest are rows that
have not changed since. Both together have the columns of the table, so every statement over visible rows reads the
past too. For querysets a schema `geodata_past` holds the same as views named as the tables: inside `at()` names are
looked up there first. Links between features are those known today whose two ends were public then; photos have
no history and are left out. As stored texts do, the views follow the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata import registry
from geodata.params.instants import AS_OF
from geodata.photos.models import FeaturePhoto
from geodata.problems import BadParameter
from geodata.queries import patience, select
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User
    from geodata.params.items import ItemsQuery

SCHEMA = "geodata_past"
PLACE = "/*revision*/"
TIMEOUT_MS = 10_000
# Of a row of the history, alias t: whether everybody could see it.
PUBLIC = sql.SQL("t.status = 'published' AND t.deleted_at IS NULL")
# Input: instant. Index: geodata_revision_instant. The third column tells that nothing can be added before the instant:
# writers take turns, so that a later change is committed after every earlier one.
MOMENT = """
SELECT coalesce(r.id, 0), coalesce((extract(epoch FROM r.at) * 1000000)::bigint, 0),
       EXISTS (SELECT FROM geodata_revision WHERE at > %(at)s),
       (SELECT coalesce(max(id), 0) FROM geodata_erasure)
FROM (VALUES (0)) one
LEFT JOIN LATERAL (SELECT id, at FROM geodata_revision WHERE at <= %(at)s ORDER BY at DESC, id DESC LIMIT 1) r ON true
"""
# An address may name the running day, which is now: what is this young may be another state in a moment.
YOUNG = timedelta(minutes=1)
# Indexes: those of the table and its revision; of the history its primary key, geodata_revision_since,
# _shape, _number, _object and those of words (`search`). Two comparisons, whose share the planner knows, where a range would be a guess.
# Each part comes in the order of ids, which PostgreSQL then merges: a page reads no more than it shows.
ROWS = """(SELECT {present} FROM {rows} t WHERE t.revision <= {revision} AND {public} ORDER BY t.id)
UNION ALL
(SELECT {former} FROM public.geodata_revision n CROSS JOIN LATERAL jsonb_populate_record(NULL::{rows}, n.before) t
WHERE n.collection = {collection} AND n.since <= {revision} AND n.id > {revision} ORDER BY n.object_id)"""
# Columns of the history itself, so that its indexes serve conditions on them, and what is the same in all its states.
FORMER = {
    "id": "n.object_id",
    "uuid": "n.uuid",
    "revision": "n.since",
    "status": "'published'::varchar",
    "deleted_at": "NULL::timestamptz",
    "geom": "(n.before->>'geom')::geometry",
    "geom_l93": "ST_Transform((n.before->>'geom')::geometry, 2154)",
}
HISTORY = "geodata_revision"
# Places alone, for what is counted from all of them: making the rows of the history whole takes ten times as long.
SPOTS = """SELECT t.id, t.geom FROM {rows} t WHERE t.revision <= {revision} AND {public}
UNION ALL
SELECT n.object_id, (n.before->>'geom')::geometry FROM public.geodata_revision n
WHERE n.collection = {collection} AND n.since <= {revision} AND n.id > {revision}"""
ENTER = """
SELECT current_setting('search_path'), current_setting('statement_timeout'),
       set_config('search_path', %(schema)s || ', ' || current_setting('search_path'), true),
       set_config('chaine.as_of', %(revision)s, true)
"""
SET = "SELECT set_config('statement_timeout', %s, true)"
LEAVE = "SELECT set_config('search_path', %s, true), set_config('statement_timeout', %s, true)"


@dataclass(frozen=True)
class Moment:
    """An instant and the last revision made until then (0: none), which was at `made` (microseconds since 1970).

    `is_settled` once no change can be added to it; `erasures` rises when texts are taken out of the history.
    """

    instant: datetime
    revision: int
    made: int
    is_settled: bool
    erasures: int


_shown: ContextVar[Moment | None] = ContextVar("shown", default=None)


def shown() -> Moment | None:
    """The moment of the past that is spoken of, None for the present."""
    return _shown.get()


def now() -> datetime:
    """The instant that is spoken of."""
    moment = _shown.get()
    return moment.instant if moment else timezone.now()


@contextmanager
def showing(moment: Moment | None) -> Iterator[None]:
    """Let words be of this moment: what is closed, what is over."""
    token = _shown.set(moment)
    try:
        yield
    finally:
        _shown.reset(token)


def moment(instant: datetime) -> Moment:
    """What stands for an instant, in one statement. Raises BadParameter for the future."""
    present = timezone.now()
    if instant > present:
        raise BadParameter(AS_OF, _("Cet instant n’est pas encore passé."))
    with connection.cursor() as cursor:
        cursor.execute(MOMENT, {"at": instant})
        revision, made, is_followed, erasures = cursor.fetchone()
    return Moment(instant, revision, made, is_followed and instant < present - YOUNG, erasures)


def resolved(query: ItemsQuery) -> tuple[ItemsQuery, Moment | None]:
    """The query with the revision that its instant stands for. Raises BadParameter for the future."""
    if query.as_of is None:
        return query, None
    found = moment(query.as_of)
    return replace(query, revision=found.revision), found


def source(collection: Collection, user: User | AnonymousUser, revision: int | None) -> tuple[sql.SQL, tuple[Any, ...]]:
    """The rows this person may see; of the past (a revision) those that everybody could see."""
    return select.visible(collection, user) if revision is None else rows(collection, revision)


def rows(collection: Collection, revision: int) -> tuple[sql.SQL, tuple[Any, ...]]:
    """What everybody could see right after this revision, as a sub-select with its (no) parameters."""
    return sql.SQL(_template(collection).replace(PLACE, f"{revision:d}::bigint")), ()


def spots(collection: Collection, revision: int) -> sql.SQL:
    """The same rows with id and geom alone, in no order, as a sub-select without parameters."""
    return select.flat(
        sql.SQL(SPOTS).format(
            rows=sql.Identifier("public", collection.table),
            revision=sql.SQL(f"{revision:d}::bigint"),
            collection=sql.Literal(collection.id),
            public=PUBLIC,
        )
    )


def text_of(column: str, field: models.Field[Any, Any]) -> sql.Composed:
    """A text of a state in the history as `rows` tells it, so that an index on it serves; `column` holds the state."""
    kind = sql.SQL("text" if isinstance(field, models.TextField) else "varchar")
    return sql.SQL("({}->>{})::{}").format(sql.SQL(column), sql.Literal(field.column), kind)


@cache
def _template(collection: Collection) -> str:
    return _rows(collection, sql.SQL(PLACE)).as_string()


def _rows(collection: Collection, revision: sql.Composable) -> sql.Composed:
    present, former = [], []
    searched = {collection.fields[name].column for name in collection.search}
    for field in collection.model_class._meta.concrete_fields:
        name = sql.Identifier(str(field.column))
        own = sql.SQL("t.{}").format(name)
        told: sql.Composable = sql.SQL(FORMER[field.column]) if field.column in FORMER else own
        if field.column in searched:
            told = text_of("n.before", field)
        present.append(own)
        former.append(sql.SQL("{} AS {}").format(told, name))
    return sql.SQL(ROWS).format(
        present=sql.SQL(", ").join(present),
        former=sql.SQL(", ").join(former),
        rows=sql.Identifier("public", collection.table),
        collection=sql.Literal(collection.id),
        revision=revision,
        public=PUBLIC,
    )


@contextmanager
def bounded(watch: patience.Watch | None = None) -> Iterator[None]:
    """Statements about the past are ended after TIMEOUT_MS, counted from the beginning of a watch. Raises BadParameter then."""
    left_ms = watch.left_ms(TIMEOUT_MS) if watch else TIMEOUT_MS
    with patience.refused(0), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SET, [str(left_ms)])
        yield


def reading(revision: int | None) -> AbstractContextManager[None]:
    """`at` a revision; nothing for the present (None)."""
    return nullcontext() if revision is None else at(revision)


@contextmanager
def at(revision: int) -> Iterator[None]:
    """Let every queryset read the published rows as they were right after a revision. Nothing is written inside.

    Raises BadParameter: took too long.
    """
    with bounded(), connection.cursor() as cursor:
        cursor.execute(ENTER, {"schema": SCHEMA, "revision": str(revision)})
        path, limit, *_rest = cursor.fetchone()
        yield
        cursor.execute(LEAVE, [path, limit])


def drop() -> None:
    """Take the views away before tables change; `ensure()` makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))


def ensure() -> bool:
    """Make the schema anew when it is absent or of another release; True when it was made."""
    with connection.cursor() as cursor:
        tables = [each.table for each in registry.collections()]
        cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) name", [tables])
        if not cursor.fetchone()[0]:
            return False
        statement = select.flat(_install())
        wanted = str(select.checksum(statement))
        cursor.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA])
        if cursor.fetchone()[0] == wanted:
            return False
        with transaction.atomic():
            drop()
            cursor.execute(statement)
            cursor.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(wanted)))
    return True


def _install() -> sql.Composed:
    parts: list[sql.Composable] = [sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA))]
    named = sql.SQL("current_setting('chaine.as_of')::bigint")
    for collection in registry.collections():
        parts.append(_view(collection.table, _rows(collection, named)))
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, FeaturePhoto):
            parts.append(_view(model._meta.db_table, _narrowed(model, sql.SQL("false"))))
        elif ends := _ends(model):
            parts.append(_view(model._meta.db_table, _narrowed(model, sql.SQL(" AND ").join(ends))))
    return sql.SQL(";\n").join(parts)


def _view(table: str, statement: sql.Composable) -> sql.Composed:
    return sql.SQL("CREATE VIEW {} AS {}").format(sql.Identifier(SCHEMA, table), statement)


def _narrowed(model: type[models.Model], condition: sql.Composable) -> sql.Composed:
    table = sql.Identifier("public", model._meta.db_table)
    return sql.SQL("SELECT l.* FROM {} l WHERE {}").format(table, condition)


def _ends(model: type[models.Model]) -> list[sql.Composed]:
    """Of a table that links features: the conditions that each end was public."""
    tables = {each.table for each in registry.collections()}
    if model._meta.db_table in tables:
        return []
    found = []
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model._meta.db_table in tables:
            text = "EXISTS (SELECT FROM {} e WHERE e.{} = l.{})"
            ends = sql.Identifier(SCHEMA, field.related_model._meta.db_table)
            key, column = sql.Identifier(str(field.target_field.column)), sql.Identifier(str(field.column))
            found.append(sql.SQL(text).format(ends, key, column))
    return found
