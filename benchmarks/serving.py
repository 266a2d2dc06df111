"""What the scripts share: servers side by side, bounded load by wrk (Debian), ratios of medians over rounds.

All servers run at once, each measured for a second in turn, round after round: what else the machine does touches
them alike, and a ratio is that of two medians. An idle server costs nothing.
"""

import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RIVALS = ROOT / "var" / "rivals"
ITEMS = "/api/collections/cabanes/items"
# Input: a name. A published feature that lies among others changes.
CHANGE = "UPDATE {0} SET name_fr = %s WHERE id = (SELECT id FROM {0} WHERE status = 'published' ORDER BY id OFFSET 30 LIMIT 1)"
LUA = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local n, headers = 0, {}
if os.getenv("ETAG") ~= "" then headers["If-None-Match"] = os.getenv("ETAG") end
request = function() n = n % #paths + 1; return wrk.format("GET", paths[n], headers) end
"""
_started = []


def start(port, command, **environment):
    """A server at this port; `stop()` ends all of them."""
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    _started.append(server)
    return port


def service(port, settings="config.settings.dev", workers=2, threads=4, **environment):
    """Our server as bin/serve runs it, or the views of `benchmarks.textbook` under the same server."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads",
               str(threads), "--no-ws", "--log-level", "error", "--port", str(port), "config.wsgi:application"]  # fmt: skip
    return start(port, command, DJANGO_SETTINGS_MODULE=settings, **environment)


def stop():
    """End every server that was started."""
    for server in _started:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
    for server in _started:
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    _started.clear()


def fetch(port, path, **headers):
    """The answer to one request, once the server is up."""
    for _ in range(240):
        try:
            asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            return urllib.request.urlopen(asked, timeout=60)
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"nobody answers at {port}{path}")


def rate(port, paths, seconds=1, connections=8, etag=""):
    """Requests per second, by wrk over these paths in turn."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "paths.lua", Path(folder) / "paths"
        script.write_text(LUA)
        listed.write_text("\n".join(paths) + "\n")
        told = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"],
            env=os.environ | {"PATHS": str(listed), "ETAG": etag}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    if "Non-2xx" in told:  # wrk counts a 304 as answered
        raise SystemExit(told)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


def rates(loads, rounds):
    """The median requests per second of each load (name → arguments of `rate`), in rounds that touch each once."""
    for load in loads.values():
        rate(*load)
    found = {name: [] for name in loads}
    for _ in range(rounds):
        for name, load in loads.items():
            found[name].append(rate(*load))
    medians = {name: statistics.median(each) for name, each in found.items()}
    for name, each in medians.items():
        print(f"  {name:24} {each:9.0f} requests/s", flush=True)
    return medians


def milliseconds(tasks, rounds, warm=10):
    """The median milliseconds of each task (name → callable of the round's number).

    Each round begins with another task: whoever comes second finds what the first one read in the caches.
    """
    found, order = {name: [] for name in tasks}, list(tasks.items())
    for turn in range(rounds + warm):
        order.append(order.pop(0))
        for name, task in order:
            begun = time.perf_counter()
            task(turn)
            if turn >= warm:
                found[name].append((time.perf_counter() - begun) * 1000)
    medians = {name: statistics.median(each) for name, each in found.items()}
    for name, each in medians.items():
        print(f"  {name:24} {each:9.2f} ms", flush=True)
    return medians


class _Kept:
    """One kept connection, read with as little Python and as few copies as there can be: what is measured is the server."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = f"127.0.0.1:{port}"
        # What came, of which the answer that is read begins at `at`; the buffer grows to the largest answer and stays.
        self.buffer, self.filled, self.at = bytearray(1 << 20), 0, 0

    def get(self, path):
        """Status and body of the answer to a GET."""
        asked = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: identity\r\n\r\n"
        self.filled = self.at = 0
        self.socket.sendall(asked.encode())
        head = self._until(b"\r\n\r\n").lower()
        status, length = int(head[9:12]), re.search(rb"\ncontent-length: *(\d+)", head)
        if length:
            return status, self._body([self._exactly(int(length[1]))])
        if b"\ntransfer-encoding: chunked" not in head:
            return status, b""
        pieces = []
        while size := int(self._until(b"\r\n"), 16):
            pieces.append(self._exactly(size))
            self._exactly(2)
        self._exactly(2)
        return status, self._body(pieces)

    def _body(self, pieces):
        whole = memoryview(self.buffer)
        return b"".join([whole[piece] for piece in pieces])

    def _until(self, mark):
        while (end := self.buffer.find(mark, self.at, self.filled)) < 0:
            self._receive()
        found, self.at = bytes(self.buffer[self.at : end]), end + len(mark)
        return found

    def _exactly(self, size):
        end = self.at + size
        while self.filled < end:
            self._receive()
        found, self.at = slice(self.at, end), end
        return found

    def _receive(self):
        if self.filled == len(self.buffer):
            self.buffer.extend(bytes(len(self.buffer)))
        with memoryview(self.buffer) as whole, whole[self.filled :] as free:
            received = self.socket.recv_into(free)
        if not received:
            raise SystemExit("the server ended the connection")
        self.filled += received


def client(port):
    """A function that reads a path of this server over one kept connection."""
    kept = _Kept(port)

    def read(path):
        status, body = kept.get(path)
        if status not in (200, 204):
            raise SystemExit(f"{status} at {path}: {body[:300]}")
        return body

    return read


def boxes(count=200, width=0.024, height=0.016):
    """Boxes of about 100 of 200 000 cabins, spread over the territory, the same at each run."""
    choice = random.Random(1)
    for _ in range(count):
        west, south = choice.uniform(2.2, 3.0), choice.uniform(50.2, 50.65)
        yield west, south, west + width, south + height


def text(box):
    """A box as the parameter `bbox` takes it."""
    return ",".join(f"{edge:.5f}" for edge in box)


def verdict(name, found, goal, *, at_most=False):
    """Print a ratio beside its goal."""
    reached = found <= goal if at_most else found >= goal
    print(
        f"{name}: {found:.2f} × (goal {'≤' if at_most else '≥'} {goal}) {'reached' if reached else 'NOT REACHED'}",
        flush=True,
    )


def plain_url():
    """DATABASE_URL as PostgreSQL's own programs read it."""
    return os.environ["DATABASE_URL"].replace("postgis://", "postgresql://")


def pid():
    """The process of the server that was started last."""
    return _started[-1].pid
