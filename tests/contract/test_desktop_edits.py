"""An editor changes cabins, trails and parks from QGIS: by QGIS itself where its version can, else by its requests.

QGIS writes by OGC API Features Part 4 from 3.40 on (Debian 13). Debian 12 has 3.22, which neither sends a token nor
writes: there the requests of 3.40 are replayed, as qgsoapifprovider.cpp makes them. What has to come of it is the same.

Each runs against Django's server, which spells the names of headers as we do and as proxies do that are set up for it, and
against the one of `bin/serve`, which spells them in small letters: 3.40.6 (Debian 13) does not find `location` then, and
takes what was added for refused (decision 0223).
"""

import json
import os
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.contrib.gis.geos import GEOSGeometry
from knox.models import AuthToken

from geodata import registry
from geodata.models import Revision
from tests.api.geodata.writing import MERGE
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
QGIS = Path(__file__).parent / "clients" / "qgis_edits.py"
WRITES_FROM = 34_000
# The first that surely has the mend of https://github.com/qgis/QGIS/issues/61729.
READS_SMALL_LETTERS_FROM = 34_010
AGENT = "Mozilla/5.0 QGIS/34006/Debian GNU/Linux 13 (trixie)"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
FACTORIES = {"cabanes": cabane, "sentiers": sentier, "parcs": parc}
PLACES = {
    "cabanes": "POINT(2.81 50.41)",
    "sentiers": "LINESTRING(2.8 50.41,2.81 50.42,2.82 50.41)",
    "parcs": "MULTIPOLYGON(((2.82 50.4,2.83 50.4,2.83 50.41,2.82 50.41,2.82 50.4)))",
}
NEEDED = {"cabanes": {}, "sentiers": {"kind": "loop"}, "parcs": {"kind": "terril"}}


@pytest.fixture(params=["django", "granian"])
def served(request):
    """The name of the server and its address."""
    if request.param == "django":
        yield request.param, request.getfixturevalue("live_server").url
        return
    server = Server()
    server.start()
    try:
        assert server.answers()
        yield request.param, server.url
    finally:
        server.kill()


@pytest.fixture
def asked():
    """An authority with a record to change and one to delete of each kind, a draft, and the token of who may."""
    authority = autorite(code="CALL")
    wanted = {}
    for name, factory in FACTORIES.items():
        changed, gone, _draft = (factory(authority=authority, **values) for values in ({}, {}, {"status": "draft"}))
        wanted[name] = {
            "change": str(changed.uuid),
            "delete": str(gone.uuid),
            "name": f"{name} depuis QGIS",
            "name_nl": f"{name} van een ander",
            "wkt": PLACES[name],
            "new": [f"{name} neuf {n}" for n in range(3)],
            "properties": NEEDED[name] | {"authority": "CALL"},
        }
    return wanted, AuthToken.objects.create(user=member("publisher", authority))[1]


def by_qgis(address, token, wanted, folder):
    """What QGIS says it saw and can do; it has edited what it can."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8", "QGIS_CUSTOM_CONFIG_PATH": str(folder), "QGIS_AUTH_DB_DIR_PATH": str(folder),
    }  # fmt: skip
    done = subprocess.run(
        ["/usr/bin/python3", str(QGIS), f"{address}/api/", token, json.dumps(wanted)],
        capture_output=True, text=True, timeout=180, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def replayed(address, token, wanted):
    """The requests of 3.40 for the same edits: it asks what it may, then sends the least that changes."""

    def send(method, path, content=None, media="application/geo+json"):
        headers = {"Authorization": f"Bearer {token}", "User-Agent": AGENT, "Content-Type": media, "Content-Crs": CRS84}
        data = json.dumps(content).encode() if content is not None else None
        with urlopen(Request(f"{address}{path}", data=data, headers=headers, method=method)) as answer:
            return answer.headers, answer.read()

    for name, each in wanted.items():
        items = f"/api/collections/{name}/items"
        one = f"{items}/{each['change']}"
        shape = json.loads(GEOSGeometry(each["wkt"]).json)
        assert "POST" in send("OPTIONS", items)[0]["Allow"]
        assert {"PUT", "PATCH", "DELETE"} <= set(send("OPTIONS", one)[0]["Allow"].split(", "))
        send("PATCH", one, {"properties": {"name_nl": each["name_nl"]}}, MERGE)
        send("PATCH", one, {"properties": {"name_fr": each["name"]}}, MERGE)
        send("DELETE", f"{items}/{each['delete']}")
        send("PATCH", one, {"geometry": shape}, MERGE)
        # A new feature has every field of the layer, those that nobody filled in as null.
        fields = dict.fromkeys(json.loads(send("GET", one)[1])["properties"]) | each["properties"]
        first, second, third = (
            {"type": "Feature", "geometry": shape, "properties": fields | {"name_fr": new}} for new in each["new"]
        )
        send("POST", items, first)
        with pytest.raises(HTTPError, match="422"):
            send("POST", items, second | {"properties": fields})
        for content in (first, second, third):
            assert "/items/" in send("POST", items, content)[0]["Location"]


def test_cabins_trails_and_parks_are_edited(served, asked, tmp_path, record_property):
    server, address = served
    wanted, token = asked
    told = by_qgis(address, token, wanted, tmp_path)
    # Who is signed in sees the draft of each kind, too.
    for name, each in wanted.items():
        assert {each["change"], each["delete"]} <= set(told["seen"][name])
        assert len(told["seen"][name]) == (3 if told["sends_token"] else 2)
    writes = told["version"] >= WRITES_FROM
    assert told["sends_token"] or not writes
    assert told["can"] == dict.fromkeys(FACTORIES, writes)
    record_property("edits", f"QGIS {told['version']}" if writes else f"replayed: QGIS {told['version']} cannot write")
    if not writes:
        replayed(address, token, wanted)
    knows_all = all(told["added"].values())
    assert knows_all or (server == "granian" and told["version"] < READS_SMALL_LETTERS_FROM)
    for name, each in wanted.items():
        model = registry.get(name).model_class
        changed = model.objects.get(uuid=each["change"])
        assert (changed.name_fr, changed.geom.equals(GEOSGeometry(each["wkt"], srid=4326))) == (each["name"], True)
        assert changed.name_nl == each["name_nl"]
        # Sent again and again, each is made once; a QGIS that stops at the first stopped there twice.
        new = model.objects.filter(name_fr__in=each["new"])
        assert sorted(made.name_fr for made in new) == (each["new"] if knows_all else each["new"][:1])
        for made in new:
            assert (made.status, made.authority_id) == ("draft", "CALL")
            assert made.geom.equals(GEOSGeometry(each["wkt"], srid=4326))
        assert model.objects.get(uuid=each["delete"]).deleted_at is not None
        assert Revision.objects.filter(uuid=each["change"], source="ogc").count() >= 2
