"""The page for MapLibre in the guide of partners, as printed, beside what its `npm install` brings."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pyvips
from django.conf import settings

from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db(transaction=True)
GREEN = (0x1F, 0x6B, 0x45)
DRAWN_S = 60


class Ranges(SimpleHTTPRequestHandler):
    """Files, and parts of them: what the guide asks of a web server."""

    def do_GET(self):
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            super().do_GET()
            return
        whole = path.read_bytes()
        first, last = int(asked[1]), min(int(asked[2]), path.stat().st_size - 1)
        self.send_response(206)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(whole)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(whole[first : last + 1])

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def site(tmp_path):
    """An empty folder and the address that serves it, with what `package.json` installs."""
    (tmp_path / "favicon.ico").touch()
    (tmp_path / "node_modules").symlink_to(settings.ROOT / "node_modules")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranges, directory=tmp_path))
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser_type):
    """A page of a Chromium that draws WebGL in software."""
    browser = browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=[
            "--no-sandbox",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--disable-background-networking",
        ],
    )
    yield browser.new_page(viewport={"width": 800, "height": 520})
    browser.close()


def green(png):
    """How many pixels have the colour of the trails."""
    picture = pyvips.Image.new_from_buffer(png, "").colourspace("srgb").extract_band(0, n=3)
    return round(((picture - list(GREEN)).abs().bandmean() < 4).avg() / 255 * picture.width * picture.height)


def test_the_printed_page_draws_the_trails_of_the_archive(client, site, page):
    folder, address = site
    sentier(geom=line((2.5, 50.36), (2.7, 50.55), (2.95, 50.4)))
    answer = client.get("/api/collections/sentiers/items?f=pmtiles")
    (folder / "sentiers.pmtiles").write_bytes(answer.getvalue())
    guide = (Path(settings.ROOT) / "docs" / "guides" / "partners.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"```html\n(<!doctype html>.*?maplibre.*?)```", guide, re.DOTALL)
    (folder / "index.html").write_text(printed, encoding="utf-8")
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda found: asked.append((found.url, found.status)))
    page.goto(f"{address}/index.html")
    for _second in range(DRAWN_S):
        if green(page.locator("#map").screenshot()) > 200:
            break
        page.wait_for_timeout(1000)
    else:
        pytest.fail(f"no trail is drawn: {said} {asked}")
    assert said == []
    assert {status for url, status in asked if url.endswith(".pmtiles")} == {206}
    assert [url for url, _status in asked if not url.startswith((address, "blob:", "data:"))] == []
    versions = re.findall(r"`npm install (\S+) (\S+)`", guide)[0]
    assert versions == ("maplibre-gl@6", "pmtiles@4")
