"""Who waits for changes is let go when the process is told to stop: an open map would hold it until it is killed."""

from __future__ import annotations

import os
import signal
import threading

from geodata.live.broadcast import broadcast
from geodata.live.hub import hub

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})


def listen() -> None:
    """Hear of the signals that stop this process, whoever handles them; called in its main thread, else it does nothing.

    The server has its own handlers, set after the application was loaded: Python tells of each signal by a byte besides.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_let_go, args=(reader,), name="geodata-ending", daemon=True).start()


def _let_go(reader: int) -> None:
    while os.read(reader, 1)[0] not in STOPPING:
        pass
    hub.end()
    broadcast.end()
