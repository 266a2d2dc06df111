"""What a photo keeps to itself (where it was taken, who sent it, the file as it came) is in no answer, in no format."""

import gzip
import io
import json
import zipfile

import pyogrio
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from knox.models import AuthToken
from pmtiles.reader import MemorySource, all_tiles

from geodata import registry
from geodata.changes.recording import recording
from geodata.formats import offered
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.photos import picture
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
MAKE = {"cabanes": cabane, "parcs": parc, "sentiers": sentier}
ORIGINAL = "zzfichier"
TABLES = {"gpkg": "gpkg", "fgb": "fgb", "shp": "shp.zip"}
TYPES = ("application/json", "application/geo+json", "text/html", "application/ld+json", "*/*")


def answered(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code < 500, address
    body = answer.getvalue()
    answer.close()
    return answer.status_code, str(sorted(answer.headers.items())).encode() + body


def unpacked(name, body, tmp_path):
    """What a file says, as text: without compression or pages of a database in between."""
    if name in TABLES:
        path = tmp_path / f"file.{TABLES[name]}"
        path.write_bytes(body)
        return "".join(repr(pyogrio.raw.read(path, layer=layer)) for layer, _kind in pyogrio.list_layers(path)).encode()
    if name == "parquet":
        from pyarrow import parquet

        return repr(parquet.read_table(io.BytesIO(body)).to_pylist()).encode()
    if name == "pmtiles":
        return b"".join(gzip.decompress(drawn) for _place, drawn in all_tiles(MemorySource(body)))
    return body


@pytest.fixture
def sent(client):
    """Sends a photo to a record of a collection through the API, with its place inside; by whom."""
    mine = autorite()
    person = member("publisher", mine, email="zzcourriel@example.org", first_name="Zzprenom", last_name="Zznom")
    token = {"Authorization": f"Bearer {AuthToken.objects.create(user=person)[1]}"}

    def to(name):
        thing = MAKE[name](authority=mine)
        address = f"/api/collections/{name}/items/{thing.uuid}/photos"
        file = SimpleUploadedFile(f"{ORIGINAL}.jpg", picture(), "image/jpeg")
        told = {"file": file, "alt_fr": "Une vue", "author": "Ana Dupont", "licence": "cc-by-4.0"}
        answer = client.post(address, told, headers=token)
        assert answer.status_code == 201, answer.content
        return thing, answer.json()

    return to, person, token


def secrets(thing, person):
    photo = thing.photos.get()
    assert photo.position is not None
    assert photo.created_by == person
    return [
        each.encode()
        for each in (
            "50.408", "SecretPhone", ORIGINAL, "originals", photo.original.name, photo.sha256, '"created_by"', '"sha256"',
            person.email, person.first_name, person.last_name, "GPSL",
        )
    ]  # fmt: skip


def test_every_collection_with_photos_is_looked_at():
    having = {
        each.id
        for each in registry.collections()
        if any(f.name == "photos" for f in each.model_class._meta.get_fields())
    }
    assert having == set(MAKE)


@pytest.mark.parametrize("name", MAKE)
def test_what_a_photo_keeps_to_itself_is_nowhere(client, sent, name, tmp_path):
    to, person, _token = sent
    thing, made = to(name)
    collection, hidden = registry.get(name), secrets(thing, person)
    base = f"/api/collections/{name}"
    one = f"{base}/items/{thing.uuid}"
    told = {}
    for address in (f"{one}/photos", f"{one}/photos/{made['uuid']}"):
        for media in TYPES:
            told[address, media] = answered(client, address, Accept=media)
        for f in ("json", "geojson", "html", "csv", "kml"):
            told[address, f] = answered(client, f"{address}?f={f}")
    for each in made["copies"]:
        told[each["href"], ""] = answered(client, each["href"])
    for each in offered.of(collection):
        for address in (f"{base}/items?f={each.name}", f"{one}?f={each.name}"):
            answer = client.get(address)
            body = answer.getvalue()
            told[address, ""] = (
                answer.status_code,
                unpacked(each.name, body, tmp_path) if answer.status_code == 200 else body,
            )
            answer.close()
    pages = (f"/{collection.page}/{thing.slug}/", f"/en/{collection.page}/{thing.slug}/", f"/{collection.page}/")
    for address in (
        *pages, f"/api/changes?collection={name}", f"/api/snapshot/{name}", f"{one}/versions", f"{base}/schema", f"{base}/queryables",
        f"{base}/tiles/WebMercatorQuad/14/5546/8320", "/api/catalogue.jsonld", "/api/openapi.json",
        f"/oembed?url=http://testserver{pages[0]}&format=json", f"/integrer/{name}/?fiche={thing.slug}",
    ):  # fmt: skip
        told[address, ""] = answered(client, address)
    assert told[f"{one}/photos", "*/*"][0] == told[pages[0], ""][0] == 200
    for (address, how), (_status, text) in told.items():
        for secret in hidden:
            assert secret not in text, (address, how, secret)


@pytest.mark.parametrize("change", [{"status": "draft"}, {"status": "archived"}, {"deleted_at": "now"}])
@pytest.mark.parametrize("name", MAKE)
def test_the_photos_of_what_is_withdrawn_are_withdrawn(client, sent, name, change):
    to, _person, token = sent
    thing, made = to(name)
    if "deleted_at" in change:
        change = {"deleted_at": timezone.now()}
    with recording(by=None):
        type(thing).objects.filter(pk=thing.pk).update(**change)
    one = f"/api/collections/{name}/items/{thing.uuid}/photos"
    for address in (one, f"{one}/{made['uuid']}", *(each["href"] for each in made["copies"])):
        for headers in ({}, {"Accept": "text/html"}, {"Accept": "image/avif,image/webp,*/*"}):
            status, text = answered(client, address, **headers)
            # What is not there in a form that nothing has here is refused for its form.
            assert status in ((406,) if headers.get("Accept") == "text/html" else (404, 410)), address
            assert b"Ana Dupont" not in text
            assert b"Une vue" not in text
    other = {"Authorization": f"Bearer {AuthToken.objects.create(user=member('publisher'))[1]}"}
    assert answered(client, one, **other)[0] in (404, 410)
    assert answered(client, one, **token)[0] in (200, 404, 410)


@pytest.mark.parametrize(
    "query", ["created_by=1", "position=2.8", "sha256=0", "fields=sha256", "properties=position", "sortby=created_by"]
)
def test_private_columns_of_photos_are_no_parameters(client, sent, query):
    thing, made = sent[0]("cabanes")
    one = f"/api/collections/cabanes/items/{thing.uuid}/photos"
    for address in (one, f"{one}/{made['uuid']}"):
        told = json.dumps(client.get(f"{address}?{query}").json())
        assert "50.408" not in told
        assert client.get(f"{address}?{query}").status_code == 400, address


def test_a_packed_original_is_not_in_a_download(client, sent):
    sent[0]("cabanes")
    packed = zipfile.ZipFile(io.BytesIO(client.get("/api/collections/cabanes/items?f=shp").getvalue()))
    assert not [each for each in packed.namelist() if each.endswith((".jpg", ".avif", ".webp"))]
