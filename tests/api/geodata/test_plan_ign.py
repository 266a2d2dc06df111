"""Plan IGN through our cache, against a stub of its host."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from carte.map_config import map_config
from geodata.basemap import plan_ign
from geodata.tiles.matrix import Tile

pytestmark = pytest.mark.django_db
URL = "/api/fond/plan-ign/12/1385/2079.png"
PNG = b"\x89PNG" + b"0" * 100


@pytest.fixture
def ign(settings, tmp_path, monkeypatch):
    """A host whose answer a test chooses."""

    class Host(BaseHTTPRequestHandler):
        asked, status, body, headers_sent, delay = [], 200, PNG, {"Content-Type": "image/png"}, 0

        def do_GET(self):
            Host.asked.append(self.path)
            time.sleep(Host.delay)
            self.send_response(Host.status)
            for name, value in Host.headers_sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(Host.body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.BASEMAP, settings.BASEMAP_CACHE = "auto", str(tmp_path)
    settings.BASEMAP_HOST = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(plan_ign, "circuit", plan_ign.Circuit())
    yield Host
    server.shutdown()
    server.server_close()


def test_a_tile_is_asked_once_then_kept(client, ign):
    for _ in range(2):
        response = client.get(URL)
        assert (response.status_code, response["Content-Type"], response.content) == (200, "image/png", PNG)
    assert len(ign.asked) == 1
    assert "TILEMATRIX=12&TILEROW=1385&TILECOL=2079" in ign.asked[0]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, PNG, "image/png"),
        (200, b"<html>", "text/html"),
        (200, b"GIF", "image/png"),
        (302, b"", "image/png"),
        (200, PNG + b"0" * 600_000, "image/png"),
    ],
)
def test_what_is_no_tile_is_not_shown_and_three_failures_open_the_circuit(client, ign, status, body, kind):
    ign.status, ign.body, ign.headers_sent = status, body, {"Content-Type": kind, "Location": "http://127.0.0.1:1/"}
    for _ in range(5):
        assert client.get(URL).status_code == 404
    assert len(ign.asked) == 3


def test_own_never_asks(client, ign, settings):
    settings.BASEMAP = "own"
    assert client.get(URL).status_code == 404
    assert not plan_ign.in_use()
    assert ign.asked == []


def test_a_page_never_waits_and_the_map_follows_what_can_be_had(ign):
    ign.delay = 2
    start = time.monotonic()
    assert "plan" not in map_config()
    assert time.monotonic() - start < 1.5
    deadline = time.monotonic() + 5
    while not plan_ign.circuit.reached and time.monotonic() < deadline:
        time.sleep(0.05)
    shown = map_config()
    assert shown["plan"].startswith("/api/fond/plan-ign/")
    assert "Plan IGN" in shown["attribution"]


def test_unreachable_means_our_own_ground(settings, ign):
    settings.BASEMAP_HOST = "http://127.0.0.1:1"
    assert "plan" not in map_config()
    time.sleep(0.5)
    assert "plan" not in map_config()
    assert map_config()["attribution"] == "Limites © IGN Admin Express"


def test_a_full_cache_forgets_its_oldest_tiles(ign, tmp_path):
    for col in range(5):
        plan_ign.tile(Tile(12, 1, col))
        time.sleep(0.02)
    plan_ign.sweep(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == ["3.png", "4.png"]
