"""One reader of the feed for all open maps of a process: each change is read once and told to every stream.

The thread starts with the first stream and ends a while after the last, like the hub that wakes it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import Error
from django.utils import timezone

from geodata.live import moments
from geodata.live.hub import Hub, hub
from geodata.live.telling import RESET, Told, of_moments, of_page
from geodata.params.changes import Anchor, ChangesQuery
from geodata.queries import apart
from geodata.queries import changes as feed

# Messages that are kept for streams that are slow to take them; entries of the feed read at once.
KEPT = 256
AT_ONCE = 1_000
# A caller has at most a quarter of the places; those that nobody can tell apart have three of them together (decision 0191).
SHARES = 4
UNNAMED = b""
IDLE_S = 20.0
LOOK_S = 30.0
RETRY_S = 1.0
logger = logging.getLogger(__name__)


class Broadcast:
    """Numbered messages, the last `KEPT` of them; streams wait for those after a number."""

    def __init__(self, source: Hub, places: int) -> None:
        self._hub, self._places = source, places
        self._news = threading.Condition()
        self._messages: deque[tuple[int, Told]] = deque(maxlen=KEPT)
        self._number = 0
        self._streams = 0
        self._shares: Counter[bytes] = Counter()
        self._left_at = 0.0
        self._thread: threading.Thread | None = None
        self._last: Anchor | None = None
        self.is_over = False

    def end(self) -> None:
        """Wake all streams, to end."""
        with self._news:
            self.is_over = True
            self._news.notify_all()

    def enter(self, who: bytes = UNNAMED) -> bool:
        """Take one of the places; False when all are taken, or the caller has its share.

        `who` is what a caller is told apart by, UNNAMED for this machine. `leave` gives the place back.
        """
        with self._news:
            if self._streams >= self._places or self._has_its_share(who):
                return False
            self._streams += 1
            self._shares[who] += 1
            if self._thread is None:
                self._last = None
                self._thread = threading.Thread(target=self._run, name="geodata-broadcast", daemon=True)
                self._thread.start()
            return True

    def leave(self, who: bytes = UNNAMED) -> None:
        """Give a place back that the same caller took."""
        with self._news:
            self._streams -= 1
            self._left_at = time.monotonic()
            self._shares[who] -= 1
            if not self._shares[who]:
                del self._shares[who]

    def _has_its_share(self, who: bytes) -> bool:
        share = max(self._places // SHARES, 1)
        return self._shares[who] >= (max(self._places - share, 1) if who == UNNAMED else share)

    @property
    def streams(self) -> int:
        """How many places are taken."""
        return self._streams

    def begin(self, seconds: float) -> tuple[int, Anchor] | None:
        """The number of the last message and the place in the feed up to which messages were told.

        None while that place is not known: what changes before it is told to nobody.
        """
        with self._news:
            self._news.wait_for(lambda: self._last is not None or self.is_over, timeout=seconds)
            return None if self._last is None else (self._number, self._last)

    def after(self, number: int, seconds: float) -> tuple[int, list[Told]]:
        """The messages after this number, when there are some in time; a stream that missed some gets RESET."""
        with self._news:
            self._news.wait_for(lambda: self._number != number or self.is_over, timeout=seconds)
            if self._number - number > len(self._messages):
                return self._number, [RESET]
            return self._number, [told for each, told in self._messages if each > number]

    def _tell(self, told: Told, last: Anchor) -> None:
        with self._news:
            self._last = last
            if told.frames:
                self._number += 1
                self._messages.append((self._number, told))
            self._news.notify_all()

    def _run(self) -> None:
        last, seen_until = None, timezone.now()
        with self._listening():
            while self._is_wanted():
                try:
                    last, seen_until = self._round(last, seen_until)
                except feed.Expired:
                    last = None
                    self._tell(RESET, Anchor(0, None))
                    self._pause()
                except Error as error:
                    logger.warning("open maps wait for the database: %s", error)
                    self._pause()
                except Exception:
                    # The one reader of the process: if it ended, open maps would wait for ever.
                    logger.exception("what open maps are told failed")
                    self._pause()
        apart.hand_back()

    def _pause(self) -> None:
        apart.hand_back()
        time.sleep(RETRY_S)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        with self._hub.heard():
            self._hub.ready()
            yield

    def _round(self, last: Anchor | None, seen_until: datetime) -> tuple[Anchor, datetime]:
        """Tell what happened since; then wait for the next change or moment."""
        ticket = self._hub.ticket()
        page = feed.page(ChangesQuery(since=last or feed.latest(), limit=AT_ONCE, skip_feature=True))
        self._tell(of_page(page), page.last)
        now = timezone.now()
        coming = moments.after(seen_until)
        if due := [each for each in coming if each.at <= now]:
            self._tell(of_moments(due), page.last)
        following = next(((each.at - now).total_seconds() for each in coming if each.at > now), LOOK_S)
        if not page.more:
            apart.hand_back()
            self._hub.wait(ticket, min(following + 0.05, LOOK_S))
        return page.last, now

    def _is_wanted(self) -> bool:
        with self._news:
            if not self.is_over and (self._streams or time.monotonic() - self._left_at < IDLE_S):
                return True
            self._thread = None
            self._last = None
            return False


broadcast = Broadcast(hub, settings.GEODATA_STREAMS)
