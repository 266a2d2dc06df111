"""Keep the site served at HOST and PORT: WORKERS times a granian with one worker, started again whenever one ends.

granian can replace its own workers, but ends, healthy ones included, when the same one dies twice within 5.5 s, and may
miss one of two that die at the same moment. So each has a granian of its own, which ends with it (decision 0193); the
others go on serving meanwhile, on the same port.

Ends by itself before the first start, when something else listens there, and before the application was loaded for the
first time: what keeps it from loading then will not pass.
"""

import errno
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

from address import refusal, told

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")
WORKERS = int(os.environ.get("WORKERS", "2"))
THREADS = int(os.environ.get("THREADS", "4")) + int(os.environ.get("GEODATA_STREAMS", "120"))
APPLICATION = "config.wsgi"
# A worker lets open maps go when it is to stop; one that is still busy is ended after so many seconds.
KILL_AFTER_S = 3
COMMAND = [
    *("setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "granian", f"{APPLICATION}:application"),
    *("--interface", "wsgi", "--host", HOST, "--port", PORT, "--workers", "1", "--blocking-threads", str(THREADS)),
    *("--workers-kill-timeout", str(KILL_AFTER_S), "--no-ws", "--log-level", os.environ.get("LOG_LEVEL", "warning")),
    *("--log-config", "config/granian_log.json"),
]
# Waited before one is started again: the first when it had lived for long, doubled up to the second when it had not.
FIRST_PAUSE_S, LAST_PAUSE_S, LONG_S = 0.1, 3.0, 10.0
TELLING_FAILURES = 2


class Served:
    """What a command starts, a granian with its worker say, in a process group of their own."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._pause_s = 0.0
        self._start()

    def _start(self) -> None:
        self._began_at = time.monotonic()
        self._again_at: float | None = None
        self.process = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603  (all of it is ours)

    def tend(self) -> bool:
        """Start it again when it has ended and its pause is over. Gives whether it was just found to have ended."""
        if self._again_at is not None:
            if time.monotonic() >= self._again_at:
                self._start()
            return False
        if self.process.poll() is None:
            return False
        self.kill()
        now = time.monotonic()
        has_lived = now - self._began_at > LONG_S
        self._pause_s = FIRST_PAUSE_S if has_lived else min(max(self._pause_s * 2, FIRST_PAUSE_S), LAST_PAUSE_S)
        self._again_at = now + self._pause_s
        return True

    @property
    def wait_s(self) -> float | None:
        """How long until it is started again, None while it runs."""
        return None if self._again_at is None else max(self._again_at - time.monotonic(), 0)

    def kill(self) -> None:
        """End what is left of its group: a worker outlives a granian that was killed, and would go on with old code."""
        if self._again_at is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Check:
    """Whether the application can be loaded, asked when something ended before that was known."""

    def __init__(self) -> None:
        self.has_loaded = False
        self._failures = 0
        self._asked: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Load it in a process beside, once at a time."""
        if not self.has_loaded and self._asked is None:
            # granian has said what is wrong.
            command = [sys.executable, "-c", f"import {APPLICATION}"]
            self._asked = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  (all of it is ours)

    def has_failed(self) -> bool:
        """Whether it was found twice that it cannot.

        A check that was killed tells nothing, and one whose own child was (loading asks `ldconfig` for libraries) fails.
        """
        if self._asked is None or (code := self._asked.poll()) is None:
            return False
        self._asked, self.has_loaded = None, code == 0
        self._failures += code > 0
        if 0 < self._failures < TELLING_FAILURES:
            self.begin()
        return self._failures >= TELLING_FAILURES


def stop(served: list[Served]) -> None:
    """Let requests be finished for a moment."""
    for each in served:
        each.process.terminate()
    until = time.monotonic() + KILL_AFTER_S + 2
    for each in served:
        with suppress(subprocess.TimeoutExpired):
            each.process.wait(max(until - time.monotonic(), 0))
        each.kill()


class Signals:
    """Those that come while this waits or works. A handler may find its own thread anywhere, so it takes no lock."""

    def __init__(self) -> None:
        self.is_told_to_end = False
        # Python writes a byte for each signal, so that one that comes just before the wait ends it too.
        self._woken, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)

    def _end(self, *_: object) -> None:
        self.is_told_to_end = True

    def wait(self, most_s: float | None) -> None:
        """Until one has come since the last wait, or the time is over."""
        if select.select([self._woken], [], [], most_s)[0]:
            os.read(self._woken, 65_536)


def refused(signals: Signals) -> OSError | None:
    """Why nothing can listen at HOST and PORT, once what was there before had the time to end."""
    until = time.monotonic() + KILL_AFTER_S + 2
    while error := refusal(HOST, int(PORT)):
        if error.errno != errno.EADDRINUSE or signals.is_told_to_end or time.monotonic() > until:
            return error
        signals.wait(FIRST_PAUSE_S)
    return None


def main() -> int:
    """Serve until told to stop."""
    signals = Signals()
    if error := refused(signals):
        sys.stderr.write(told(error, HOST, int(PORT)) + "\n")
        return 1
    served = [Served(COMMAND) for _ in range(WORKERS)]
    check = Check()
    try:
        while not signals.is_told_to_end:
            ended = [each for each in served if each.tend()]
            if ended:
                check.begin()
            if check.has_failed():
                return 1
            signals.wait(min((each.wait_s for each in served if each.wait_s is not None), default=None))
    finally:
        stop(served)
    return 0


if __name__ == "__main__":
    sys.exit(main())
