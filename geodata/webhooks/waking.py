"""In a worker: a thread that hears of changes as they are committed, and queues what has to be sent."""

from __future__ import annotations

import logging
import threading
import time

from django.db import Error

from geodata import jobs
from geodata.live.hub import hub
from geodata.queries import apart
from geodata.webhooks.delivering import sweep
from geodata.webhooks.models import Subscription

LOOK_S = 60.0
RETRY_S = 5.0
# Changes of one moment go out in one message.
GATHER_S = 0.5
logger = logging.getLogger(__name__)


def start() -> None:
    """Listen from now on, as long as the process lives."""
    threading.Thread(target=_listen, name="webhooks", daemon=True).start()


def look() -> bool:
    """Queue what has to be sent; False when that failed, for whatever reason, and has to be tried again."""
    try:
        if Subscription.in_service().exists():
            jobs.defer(sweep, once="webhooks.sweep")
    except Error as error:
        logger.warning("webhooks wait for the database: %s", error)
        return False
    except Exception:
        # The one thread that hears: if it ended, each change would wait for the minute.
        logger.exception("what has to be sent was not queued")
        return False
    finally:
        apart.hand_back()
    return True


def _listen() -> None:
    with hub.heard():
        while True:
            ticket = hub.ticket()
            if not look():
                time.sleep(RETRY_S)
            elif hub.wait(ticket, LOOK_S):
                time.sleep(GATHER_S)
