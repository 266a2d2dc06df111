"""What GDAL, OWSLib, QGIS and a reader of tiles see of the real network, and what they ask the server for it."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs

import mapbox_vector_tile
import pytest
from django.core.signals import request_started
from owslib.ogcapi.features import Features

from geodata import registry
from tests.contract.test_gdal import COUNTS, ogrinfo

QGIS = Path(__file__).parent / "clients" / "qgis_reads.py"
BOX = "2.6,50.3,2.9,50.45"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked():
    """The requests that the server saw: path and query, in order."""
    seen = []

    def note(environ, **_more):
        seen.append((environ["PATH_INFO"], {key: one for key, (one, *_) in parse_qs(environ["QUERY_STRING"]).items()}))

    request_started.connect(note)
    yield seen
    request_started.disconnect(note)


def read(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def found_by(address, query):
    return json.loads(read(f"{address}/api/collections/cabanes/items?limit=100&{query}"))["numberMatched"]


def of_items(asked):
    return [query for path, query in asked if path == "/api/collections/cabanes/items"]


def in_qgis(address, tmp_path):
    names = [name for name, count in COUNTS.items() if count]
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8", "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(
        ["/usr/bin/python3", str(QGIS), f"{address}/api/", *names],
        capture_output=True, text=True, timeout=180, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_programs_read_the_real_network_and_let_the_server_filter(real_network, address, asked, tmp_path):
    in_box, opened = found_by(address, f"bbox={BOX}"), found_by(address, "state=open")
    assert 0 < in_box < COUNTS["cabanes"]
    assert 0 < opened < COUNTS["cabanes"]

    asked.clear()
    layer = f"OAPIF:{address}/api/collections/cabanes"
    spatial = ogrinfo("-al", "-geom=NO", "-spat", *BOX.split(","), layer)
    assert spatial.count("OGRFeature(") == in_box
    assert [float(part) for query in of_items(asked) if "bbox" in query for part in query["bbox"].split(",")][:4] == [
        2.6, 50.3, 2.9, 50.45,
    ]  # fmt: skip
    asked.clear()
    by_value = ogrinfo("-al", "-geom=NO", "-where", "state = 'open'", layer)
    assert by_value.count("OGRFeature(") == opened
    assert [query for query in of_items(asked) if query.get("state") == "open" or "state" in query.get("filter", "")]
    # GDAL 3.6 (Debian 12) speaks an earlier draft of CQL and filters ranges itself; the answer must be the same.
    ranged = ogrinfo("-al", "-geom=NO", "-where", "year_built >= 2020 AND name_fr LIKE '%a%'", layer)
    assert ranged.count("OGRFeature(") == found_by(
        address, "filter=year_built%3E%3D2020%20AND%20name_fr%20LIKE%20%27%25a%25%27"
    )

    client = Features(f"{address}/api/")
    assert set(client.feature_collections()) == {each.id for each in registry.collections()}
    assert client.collection_items("cabanes", limit=100)["numberReturned"] == COUNTS["cabanes"]
    one = client.collection_items("cabanes", limit=1)["features"][0]
    assert client.collection_item("cabanes", one["id"])["properties"] == one["properties"]
    assert client.collection_items("cabanes", limit=100, filter="state = 'open'")["numberMatched"] == opened
    assert "name_fr" in client.collection_queryables("cabanes")["properties"]
    around = [float(edge) for edge in BOX.split(",")]
    assert client.collection_items("cabanes", bbox=around, limit=100)["numberMatched"] == in_box
    by_year = client.collection_items("cabanes", sortby=("year_built", "desc"), limit=100)["features"]
    years = [each["properties"]["year_built"] for each in by_year if each["properties"]["year_built"]]
    assert years == sorted(years, reverse=True)
    by_json = {"filter": '{"op":"=","args":[{"property":"state"},"open"]}', "filter-lang": "cql2-json"}
    assert client.collection_items("cabanes", limit=100, **by_json)["numberMatched"] == opened

    asked.clear()
    told = in_qgis(address, tmp_path)
    assert told["counts"] == {name: [count, count] for name, count in COUNTS.items() if count}
    assert {"name_fr", "state", "year_built"} <= set(told["fields"])
    assert (told["in_box"], told["by_kind"]) == (in_box, opened)
    boxes = [query["bbox"] for query in of_items(asked) if "bbox" in query]
    assert any([float(part) for part in box.split(",")] == [2.6, 50.3, 2.9, 50.45] for box in boxes), boxes
    # 3.22 (Debian 12) compares values itself, so only the box must have reached the server. Nobody is signed in here: no
    # version may write. What an editor does is in test_desktop_edits.py.
    assert told["edits"] is False

    world = mapbox_vector_tile.decode(read(f"{address}/api/collections/cabanes/tiles/WebMercatorQuad/0/0/0"))
    assert sum(each["properties"].get("point_count", 1) for each in world["cabanes"]["features"]) == COUNTS["cabanes"]
    together = mapbox_vector_tile.decode(read(f"{address}/api/tiles/WebMercatorQuad/0/0/0"))
    assert {name for name, count in COUNTS.items() if count} <= {*together, "autorites", "evenements"}
