"""Plan IGN of the Géoplateforme through our own bounded cache: the visitor's browser never asks IGN.

One host is allowed. A probe in the background tells whether it can be reached, so that no page
waits for the internet; after failures the circuit stays open for a minute.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

import httpx
from django.conf import settings

from geodata.basemap.models import GroundSource
from geodata.tiles.matrix import Tile

TEMPLATE = (
    "{host}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal"
    "&TILEMATRIXSET=PM&FORMAT=image/png&TILEMATRIX={z}&TILEROW={row}&TILECOL={col}"
)
PROBE = Tile(8, 86, 130)
TIMEOUT = httpx.Timeout(4, connect=2)
PAUSE_S = 60
FAILURES = 3
MAX_TILE_BYTES = 512 * 1024
KEPT_S = 30 * 24 * 3600
PNG = b"\x89PNG"


class Unavailable(Exception):
    """No tile now: the host does not answer, or not with a picture."""


class Circuit:
    """Open after some failures in a row, for a while; knows whether the host was ever reached."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.failures, self.until, self.reached, self.probing = 0, 0.0, False, False

    def is_open(self) -> bool:
        """Whether asking is not worth it now."""
        return time.monotonic() < self.until

    def succeed(self) -> None:
        """Note an answer."""
        self.failures, self.reached = 0, True

    def fail(self) -> None:
        """Note a failure."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.until, self.failures, self.reached = time.monotonic() + PAUSE_S, 0, False


circuit = Circuit()


def in_use() -> bool:
    """Whether maps show Plan IGN: wanted, no own ground loaded, and known to be reachable. Never waits."""
    if settings.BASEMAP != "auto" or GroundSource.objects.exists():
        return False
    if not circuit.reached and not circuit.is_open():
        with circuit.lock:
            start, circuit.probing = not circuit.probing, True
        if start:
            threading.Thread(target=_probe, daemon=True).start()
    return circuit.reached


def _probe() -> None:
    try:
        _ask(PROBE)
    except Unavailable:
        circuit.until = time.monotonic() + PAUSE_S
    finally:
        circuit.probing = False


def tile(wanted: Tile) -> bytes:
    """A PNG tile, from the cache or from IGN. Raises Unavailable; never asks when BASEMAP is own."""
    path = Path(settings.BASEMAP_CACHE) / str(wanted.z) / str(wanted.row) / f"{wanted.col}.png"
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime < KEPT_S:
            return path.read_bytes()
    if settings.BASEMAP != "auto" or circuit.is_open():
        raise Unavailable
    content = _ask(wanted)
    _keep(path, content)
    return content


def _ask(wanted: Tile) -> bytes:
    url = TEMPLATE.format(host=settings.BASEMAP_HOST, z=wanted.z, row=wanted.row, col=wanted.col)
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT, follow_redirects=False, trust_env=True) as answer:
            kind = answer.headers.get("content-type", "")
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > MAX_TILE_BYTES:
                    break
    except httpx.HTTPError:
        circuit.fail()
        raise Unavailable from None
    good = answer.status_code == httpx.codes.OK and kind.startswith("image/png") and content.startswith(PNG)
    if not good or len(content) > MAX_TILE_BYTES:
        circuit.fail()
        raise Unavailable
    circuit.succeed()
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write a tile whole or not at all; a full cache forgets its oldest tiles."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{threading.get_ident()}.new")
        fresh.write_bytes(content)
        fresh.replace(path)
        if path.stat().st_ino % SWEEP_EVERY == 0:
            sweep(Path(settings.BASEMAP_CACHE), settings.BASEMAP_CACHE_BYTES)


SWEEP_EVERY = 50


def sweep(folder: Path, most_bytes: int) -> None:
    """Delete the oldest tiles until the cache is below its bound."""
    tiles = sorted((each.stat().st_mtime, each.stat().st_size, each) for each in folder.rglob("*.png"))
    total = sum(size for _age, size, _path in tiles)
    for _age, size, path in tiles:
        if total <= most_bytes:
            break
        path.unlink(missing_ok=True)
        total -= size
