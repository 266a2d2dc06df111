"""An editor changes cabins, trails and parks from QGIS: by QGIS itself where its version can, else by its requests.

QGIS writes by OGC API Features Part 4 from 3.40 on (Debian 13). Debian 12 has 3.22, which neither sends a token nor
writes: there the requests of 3.40 are replayed, as qgsoapifprovider.cpp makes them. What has to come of it is the same.
"""

import json
import os
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.contrib.gis.geos import GEOSGeometry
from knox.models import AuthToken

from geodata import registry
from geodata.models import Revision
from tests.api.geodata.writing import MERGE
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
QGIS = Path(__file__).parent / "clients" / "qgis_edits.py"
WRITES_FROM = 34_000
AGENT = "Mozilla/5.0 QGIS/34012/Debian GNU/Linux 13"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
FACTORIES = {"cabanes": cabane, "sentiers": sentier, "parcs": parc}
PLACES = {
    "cabanes": "POINT(2.81 50.41)",
    "sentiers": "LINESTRING(2.8 50.41,2.81 50.42,2.82 50.41)",
    "parcs": "MULTIPOLYGON(((2.82 50.4,2.83 50.4,2.83 50.41,2.82 50.41,2.82 50.4)))",
}
NEEDED = {"cabanes": {}, "sentiers": {"kind": "loop"}, "parcs": {"kind": "terril"}}


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
            "wkt": PLACES[name],
            "properties": NEEDED[name] | {"name_fr": f"{name} neuf", "authority": "CALL"},
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
        send("PATCH", one, {"properties": {"name_fr": each["name"]}}, MERGE)
        send("PATCH", one, {"geometry": shape}, MERGE)
        # A new feature has every field of the layer, those that nobody filled in as null.
        fields = json.loads(send("GET", one)[1])["properties"]
        content = {"type": "Feature", "geometry": shape, "properties": dict.fromkeys(fields) | each["properties"]}
        send("POST", items, content)
        send("DELETE", f"{items}/{each['delete']}")


def test_cabins_trails_and_parks_are_edited(address, asked, tmp_path, record_property):
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
    for name, each in wanted.items():
        model = registry.get(name).model_class
        changed = model.objects.get(uuid=each["change"])
        assert (changed.name_fr, changed.geom.equals(GEOSGeometry(each["wkt"], srid=4326))) == (each["name"], True)
        made = model.objects.get(name_fr=f"{name} neuf")
        assert (made.status, made.authority_id) == ("draft", "CALL")
        assert made.geom.equals(GEOSGeometry(each["wkt"], srid=4326))
        assert model.objects.get(uuid=each["delete"]).deleted_at is not None
        assert Revision.objects.filter(uuid=each["change"], source="ogc").count() >= 2
