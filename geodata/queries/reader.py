"""Hot reads: prepared statements on connections of their own, kept open between requests.

What a small read costs is mostly the way to PostgreSQL: taking a connection from a pool and asking whether it still
lives takes longer (0.3 ms) than one indexed row (0.05 ms). Here an idle connection is simply used. When PostgreSQL
has gone meanwhile, the statement is sent once more on a new connection: it only reads, so nothing happens twice, and
a restart of the database costs no request. A process has at most GEODATA_READERS of them: who finds none free waits for
WAIT_S, then is told that the database does not answer.

Inside a transaction of Django's connection the statement runs there, and sees what that transaction wrote.
"""

from __future__ import annotations

import atexit
import select
from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
from django.conf import settings
from django.db import DataError, connection
from psycopg import capabilities, errors, pq

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

T = TypeVar("T")
# Statements that one connection keeps prepared; filters by any property make more of them than are worth keeping.
MOST_PREPARED = 200
FINE = {pq.ExecStatus[name] for name in ("TUPLES_OK", "COMMAND_OK", "TUPLES_CHUNK", "SINGLE_TUPLE")}
# Rows of one result of a flow: 85 kB of cabins; lines and areas of 140 kB. What is larger leaves the caches of a processor.
ROWS_AT_ONCE = 64
SHAPES_AT_ONCE = 16
# How a statement with parameters is planned. Left to itself PostgreSQL compares its guesses and plans a page or a tile anew
# each time, which takes twice as long as reading it.
ONE_PLAN, EACH_ITS_OWN = b"force_generic_plan", b"auto"
# Idle connections kept for the next readers; how long one waits for another's.
MOST_IDLE = 8
WAIT_S = 4


class Reader:
    """A connection with the statements that are prepared on it; none where it is not `ours` alone."""

    def __init__(self, raw: psycopg.Connection[Any], *, ours: bool = True) -> None:
        self.raw, self._keeps = raw, ours
        self._mode = ONE_PLAN if ours else b""
        self._names: dict[str, bytes] = {}

    def run(
        self, statement: str, values: Sequence[Any] = (), *, planned: bool = False, binary: bool = False
    ) -> PGresult:
        """The result of a statement with the placeholders $1, $2, …; its values are UTF-8 bytes or None.

        `planned`: for these values, each time. Else it is prepared, once and for any values. `binary`:
        its values are in the format of their types instead, bytes as they are, whole numbers most significant byte first.
        """
        given, shape = cast("list[bytes]", [as_text(value) for value in values]), int(binary)
        self._plan(EACH_ITS_OWN if planned else ONE_PLAN)
        if planned or not self._keeps:
            text = statement.encode()
            return _checked(self.raw.pgconn.exec_params(text, given, result_format=shape), self.raw)
        return _checked(self.raw.pgconn.exec_prepared(self._name(statement), given, result_format=shape), self.raw)

    def flow(
        self,
        statement: str,
        values: Sequence[Any] = (),
        timeout_ms: int | None = None,
        at_once: int = ROWS_AT_ONCE,
        *,
        planned: bool = True,
    ) -> Generator[PGresult, None, None]:
        """Results of `at_once` rows each, as the executor makes them; the last one may be empty. `planned` as in `run`.

        Who takes them slowly makes PostgreSQL wait. Left before the end, the statement is cancelled. Raises
        psycopg.errors.QueryCanceled: PostgreSQL made nothing for `timeout_ms`; the time between results does not count.
        """
        log(statement)
        given = cast("list[bytes]", [as_text(value) for value in values])
        if planned or not self._keeps:
            self.raw.pgconn.send_query_params(statement.encode(), given)
        else:
            self.raw.pgconn.send_query_prepared(self._name(statement), given)
        _by_rows(self.raw.pgconn, at_once)
        try:
            while (found := self._next(timeout_ms)) is not None:
                yield _checked(found, self.raw)
        finally:
            self._leave()

    def _next(self, timeout_ms: int | None = None) -> PGresult | None:
        """The next result. libpq itself would wait for it without letting other threads run."""
        pgconn, ready = self.raw.pgconn, select.poll()
        unsent = pgconn.flush()
        ready.register(pgconn.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        while pgconn.is_busy():
            if not ready.poll(timeout_ms):
                raise errors.QueryCanceled("PostgreSQL took too long for the next rows")
            pgconn.consume_input()
            if unsent and not (unsent := pgconn.flush()):
                ready.modify(pgconn.socket, select.POLLIN)
        return pgconn.get_result()

    def _leave(self) -> None:
        """Stop what flows and leave what is still on its way."""
        pgconn = self.raw.pgconn
        if self.is_broken or pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
            return
        pgconn.get_cancel().cancel()
        while self._next() is not None:
            pass

    def tell(self, command: bytes) -> None:
        """A command without a result."""
        _checked(self.raw.pgconn.exec_(command), self.raw)

    @property
    def is_broken(self) -> bool:
        """Whether PostgreSQL is gone."""
        return self.raw.pgconn.status != pq.ConnStatus.OK

    def _plan(self, mode: bytes) -> None:
        """Have statements planned so. In a transaction (`apart.BEGIN`) each has its own plan already."""
        is_at_rest = self.raw.pgconn.transaction_status == pq.TransactionStatus.IDLE
        if self._keeps and mode != self._mode and is_at_rest:
            self.tell(b"SET plan_cache_mode = " + mode)
            self._mode = mode

    def _name(self, statement: str) -> bytes:
        """The name under which it is prepared here."""
        return self._names.get(statement) or self._prepare(statement)

    def _prepare(self, statement: str) -> bytes:
        if len(self._names) >= MOST_PREPARED:
            self._names.clear()
            self.tell(b"DEALLOCATE ALL")
        name = f"r{len(self._names)}".encode()
        _checked(self.raw.pgconn.prepare(name, statement.encode()), self.raw)
        self._names[statement] = name
        return name


# Taken from and given back to the same end: the connection used last has the statements and is the likeliest to live.
_idle: deque[Reader] = deque()
_free = BoundedSemaphore(settings.GEODATA_READERS)


def read(statement: str, values: Sequence[Any] = (), *, planned: bool = False, binary: bool = False) -> PGresult:
    """The result of one statement that only reads. Raises OperationalError when the database does not answer."""
    log(statement)
    return work(lambda reader: reader.run(statement, values, planned=planned, binary=binary))


def log(statement: str) -> None:
    """Tell Django's log of queries, when it is kept."""
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": "0"})


def work(task: Callable[[Reader], T]) -> T:
    """What a task that only reads gives; it is begun again, once, when its connection had been lost."""
    with connection.wrap_database_errors:
        if connection.in_atomic_block:
            return task(_within())
        reader, was_idle = take()
        try:
            return task(reader)
        except psycopg.Error:
            if not (was_idle and reader.is_broken):
                raise
            reader.raw.close()
            close()
            reader = Reader(_connect())
            return task(reader)
        finally:
            give_back(reader)


def take() -> tuple[Reader, bool]:
    """A reader for the caller alone until `give_back`, and whether it has been idle.

    Raises psycopg.OperationalError: PostgreSQL does not answer, or all are taken for long.
    """
    if not _free.acquire(timeout=WAIT_S):
        raise psycopg.OperationalError("all readers are taken")
    try:
        return _idle.pop(), True
    except IndexError:
        try:
            return Reader(_connect()), False
        except BaseException:
            _free.release()
            raise


def give_back(reader: Reader) -> None:
    """Keep it for the next one who reads, or close it: broken, not at rest, or one too many."""
    try:
        is_at_rest = not reader.is_broken and reader.raw.pgconn.transaction_status == pq.TransactionStatus.IDLE
        if is_at_rest and len(_idle) < MOST_IDLE:
            _idle.append(reader)
        else:
            reader.raw.close()
    finally:
        _free.release()


@atexit.register
def close() -> None:
    """Close the idle connections."""
    while _idle:
        _idle.pop().raw.close()


def parameters() -> dict[str, Any]:
    """How to connect as Django does, for a connection that is not Django's."""
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("cursor_factory", "context", "pool")}


def as_text(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it; its type follows from the statement."""
    if value is None:
        return None
    text = "{" + ",".join(map(_element, value)) + "}" if isinstance(value, list | tuple) else str(value)
    if "\0" in text:
        raise DataError("a text with a NUL")
    return text.encode()


def _element(value: Any) -> str:
    """One value of a list, in quotation marks (PostgreSQL, 8.15.2 "Array Value Input")."""
    if value is None:
        return "NULL"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(1000)
def numbered(statement: str) -> str:
    """The same statement with $1, $2, … for each %s."""
    first, *rest = statement.split("%s")
    return (first + "".join(f"${number}{piece}" for number, piece in enumerate(rest, start=1))).replace("%%", "%")


def _connect() -> psycopg.Connection[Any]:
    given = parameters()
    # Only a Reader prepares here: its DEALLOCATE ALL would take away what psycopg prepared and believes to have.
    own = {
        "options": f"{given.get('options', '')} -c timezone=UTC -c plan_cache_mode={ONE_PLAN.decode()}",
        "prepare_threshold": None,
    }
    return psycopg.connect(**given | own, autocommit=True)


def _within() -> Reader:
    connection.ensure_connection()
    return Reader(cast("psycopg.Connection[Any]", connection.connection), ours=False)


def _by_rows(pgconn: pq.abc.PGconn, at_once: int) -> None:
    """Before the first result: some rows each (libpq 17), else one."""
    if capabilities.has_stream_chunked():
        pgconn.set_chunked_rows_mode(at_once)
    else:
        pgconn.set_single_row_mode()


def _checked(result: PGresult, raw: psycopg.Connection[Any]) -> PGresult:
    if result.status not in FINE:
        raise errors.error_from_result(result, raw.info.encoding)
    return result
