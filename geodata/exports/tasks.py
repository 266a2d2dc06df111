"""Write the files that were asked for, and throw away the old ones."""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import replace
from urllib.parse import parse_qs

import psycopg
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.core.files.storage import storages
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from geodata import jobs, registry
from geodata.exports.models import Export, State
from geodata.exports.sight import seen_by
from geodata.formats import offered
from geodata.formats.choice import Format
from geodata.params.items import parse_items
from geodata.params.paging import parse_limit_of_all
from geodata.problems import is_down
from geodata.queries import past, rows, states
from geodata.queries.reader import parameters
from geodata.queries.rows import Selection

STORAGE = "exports"
TOLD_EVERY_S = 1.0
TIMEOUT_MS = 1_800_000
DONE = "UPDATE geodata_export SET rows_done = %s WHERE uuid = %s"
logger = logging.getLogger(__name__)


@jobs.task("exports.write", retry=jobs.Backoff(first_s=5, most=10, only=is_down))
def write(*, uuid: str) -> None:
    """Write one file: the selection is asked anew, with what its reader may see now. Running twice does no harm."""
    asked = Export.objects.filter(uuid=uuid, expires_at__gt=timezone.now()).exclude(state=State.READY).first()
    if asked is None:
        return
    collection = registry.get(asked.collection)
    reader = asked.user if asked.user is not None else AnonymousUser()
    if seen_by(collection, reader) != asked.sight or not (reader.is_anonymous or reader.is_active):
        Export.objects.filter(pk=asked.pk).update(state=State.FAILED)
        return
    # Before the rows are read: what is withdrawn while they are read counts as withdrawn afterwards.
    revision = states.revision(collection, reader)
    Export.objects.filter(pk=asked.pk).update(state=State.WRITING, rows_done=0, revision=revision)
    given = MultiValueDict(parse_qs(asked.query, keep_blank_values=True))
    query, _moment = past.resolved(parse_items(given, collection))
    selection = rows.of_query(collection, reader, query, parse_limit_of_all(given.get("limit")))
    chosen = next(each for each in offered.of(collection) if each.name == asked.format)
    # Nobody waits for it at the other end: a large past state may take its time.
    selection = chosen.prepared(replace(selection, timeout_ms=TIMEOUT_MS), query)
    try:
        size = _written(asked, chosen, selection)
    except Exception as error:
        # What broke with the database is tried again: who waits for it goes on waiting.
        if not is_down(error):
            Export.objects.filter(pk=asked.pk).update(state=State.FAILED)
        raise
    Export.objects.filter(pk=asked.pk).update(
        state=State.READY, size_bytes=size, rows_done=asked.rows, ready_at=timezone.now()
    )


def _written(asked: Export, chosen: Format, selection: Selection) -> int:
    if chosen.make is None:
        raise TypeError(f"{chosen.name} makes no file")
    folder = settings.GEODATA_FILES / f"export-{asked.uuid}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        path = folder / f"file.{chosen.extension}"
        chosen.make(selection, path, _Progress(asked))
        store = storages[STORAGE]
        store.delete(name_of(asked))
        try:
            with path.open("rb") as held:
                store.save(name_of(asked), File(held))
        except BaseException:
            # What a full disk cut short would keep it full until the file expires.
            store.delete(name_of(asked))
            raise
        return path.stat().st_size
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Progress:
    """Notes how many rows are written, once a second at most."""

    def __init__(self, asked: Export) -> None:
        self._asked, self._last = asked, time.monotonic()

    def __call__(self, count: int) -> None:
        if time.monotonic() - self._last > TOLD_EVERY_S:
            self._last = time.monotonic()
            # A connection of its own: the file may be written in a transaction that only reads.
            with psycopg.connect(**parameters(), autocommit=True) as raw:
                raw.execute(DONE, [count, self._asked.pk])


def name_of(asked: Export) -> str:
    """The name of the file in the store."""
    return f"{asked.uuid}.{asked.format}"


@jobs.periodic("exports.sweep", cron="*/10 * * * *")
def sweep() -> None:
    """Forget the files whose time is over."""
    for old in Export.objects.filter(expires_at__lte=timezone.now()):
        storages[STORAGE].delete(name_of(old))
        old.delete()
