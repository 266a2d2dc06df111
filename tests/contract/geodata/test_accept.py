"""Every address that is read hears `Accept`: what the OpenAPI document describes, and what an answer leads to beside it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from knox.models import AuthToken

from geodata.endpoints.catalogue import OFFERED
from geodata.exports import tasks
from geodata.models import Proposition, Subscription
from tests.api.geodata.writing import FACTORIES, MERGE
from tests.factories.parcs import autorite, member
from tests.factories.photos import picture

pytestmark = pytest.mark.django_db(transaction=True)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
NOTHING = "application/x-nothing"
PHOTO = {"alt_fr": "Une vue", "author": "Ana Dupont", "licence": "cc-by-4.0"}
TILE = {"z": "12", "row": "1381", "col": "2079", "tileMatrix": "12", "tileRow": "1381", "tileCol": "2079"}


def bearer(person):
    return {"Authorization": f"Bearer {AuthToken.objects.create(user=person)[1]}"}


@pytest.fixture
def addresses(client, settings, tmp_path):
    """Each address with the headers of who may read it and the first value of its `f`, None where it takes none."""
    settings.BASEMAP_CACHE, settings.GEODATA_FILES = str(tmp_path / "ign"), tmp_path / "files"
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "exports")},
    }
    settings.STORAGES = settings.STORAGES | {"exports": storage}
    tile = tmp_path / "ign" / "12" / "1381" / "2079.png"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"\x89PNG")
    mine = autorite()
    author, editor = member("publisher", mine), member("editor", mine)
    owned = {"parcs", "cabanes", "sentiers"}
    things = {name: make(**({"authority": mine} if name in owned else {})) for name, make in FACTORIES.items()}
    token, photos, copies = bearer(author), {}, []
    for name in owned:
        file = SimpleUploadedFile("vue.jpg", picture(), "image/jpeg")
        listed = f"/api/collections/{name}/items/{things[name].uuid}/photos"
        made = client.post(listed, PHOTO | {"file": file}, headers=token).json()
        photos[name] = made["uuid"]
        copies += [each["href"].removeprefix("http://testserver") for each in made["copies"]]
    cabin = f"/api/collections/cabanes/items/{things['cabanes'].uuid}"
    body = json.dumps({"properties": {"name_fr": "Autre"}})
    assert client.patch(cabin, body, content_type=MERGE, headers=bearer(editor)).status_code == 202
    above, settings.GEODATA_EXPORT_ABOVE = settings.GEODATA_EXPORT_ABOVE, 0
    export = client.get("/api/collections/cabanes/items?f=parquet").json()["id"]
    settings.GEODATA_EXPORT_ABOVE = above
    tasks.write(uuid=export)
    hook = Subscription.objects.create(owner=author, name="Miroir", url="https://exemple.fr/crochet", since_revision=1)

    def filled(path, operation):
        collection = path.split("/")[2] if path.startswith("/collections/") else None
        values = TILE | {"uuid": hook.pk if path.startswith("/webhooks") else export}
        values["id"] = things[collection].uuid if collection in things else Proposition.objects.get().uuid
        values["photo"] = photos.get(collection)
        for each in operation["parameters"]:
            if each["in"] == "path" and "enum" in each["schema"]:
                values[each["name"]] = each["schema"]["enum"][0]
        return f"/api{path.format(**values)}"

    found = {address: ({}, None) for address in copies}
    found |= {f"/api/catalogue.{each.name}": ({}, None) for each in OFFERED}
    for path, methods in client.get("/api/openapi.json").json()["paths"].items():
        operation = methods.get("get")
        if operation:
            forms = [each["schema"].get("enum", ["json"]) for each in operation["parameters"] if each["name"] == "f"]
            headers = token if "security" in operation else {}
            found[filled(path, operation)] = (headers, forms[0][0] if forms else None)
    return found


def heard(client, address, headers, form):
    """What is wrong with the answers of an address, in words."""

    def answer(accept, query="", method="get"):
        # A stream of events does not end.
        asked = getattr(client, "head" if address == "/api/live" else method)
        given = headers if accept is None else headers | {"Accept": accept}
        told = asked(f"{address}{query}", headers=given)
        if told.status_code == 303:
            told = client.get(told["Location"], headers=given)
        told.close()
        if "Accept" not in told["Vary"].replace(",", " ").split():
            yield f"{accept}: Vary is {told['Vary']}"
        if told.status_code not in (200, 204):
            yield f"{accept}{query}: {told.status_code}"
        elif told.status_code == 200 and accept in types and told["Content-Type"].split(";")[0] != accept:
            yield f"{accept}: is {told['Content-Type']}"

    types = []
    for accept in (NOTHING, f"{NOTHING}, image/x-nothing;q=0.5", ",;", "nothing"):
        told = client.get(address, headers=headers | {"Accept": accept})
        if (told.status_code, told["Content-Type"]) != (406, "application/problem+json"):
            yield f"{accept}: {told.status_code} {told['Content-Type']}"
            return
        types = told.json()["types"]
        if not types or not all(each in told.json()["detail"] for each in types):
            yield f"{accept}: does not say what there is"
    for accept in (None, "", "*/*", BROWSER, f"{NOTHING}, */*;q=0.1"):
        yield from answer(accept)
    for accept in types:
        yield from answer(accept, method="head")
    if form:
        yield from answer(NOTHING, f"?f={form}", method="head")


def test_every_address_gives_what_is_accepted_or_says_what_there_is(client, addresses):
    assert len(addresses) > 130
    wrong = [
        f"{address} {told}"
        for address, (headers, form) in addresses.items()
        for told in heard(client, address, headers, form)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_goes_to_everybody_as_a_problem(client):
    for address, status in (
        ("/api/collections/cabanes/items/00000000-0000-4000-8000-000000000000", 404), ("/api/nulle-part", 404),
        ("/api/collections/nulle-part/items", 404), ("/api/catalogue.xyz", 404), ("/api/changes?since=x", 400),
        ("/api/collections/cabanes/items?limit=0", 400),
    ):  # fmt: skip
        for accept in ("application/json", BROWSER):
            told = client.get(address, headers={"Accept": accept})
            assert (told.status_code, told["Content-Type"]) == (status, "application/problem+json"), (address, accept)
