import json
from uuid import uuid4

import pytest
import pyvips
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from cabanes.models import Cabane, PhotoCabane
from tests.api.geodata.writing import bearer
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, member, parc
from tests.factories.photos import picture

pytestmark = pytest.mark.django_db
TOLD = {"alt_fr": "La cabane au bord de l’étang", "author": "Ana Dupont", "licence": "cc-by-4.0"}


@pytest.fixture
def call(db):
    return autorite(code="CALL", name_fr="Lens-Liévin", email="parcs@call.example")


def url_of(feature, collection="cabanes"):
    return f"/api/collections/{collection}/items/{feature.uuid}/photos"


def upload(client, feature, person=None, data=None, collection="cabanes", **told):
    file = SimpleUploadedFile("img.jpg", picture() if data is None else data, "image/jpeg")
    given = {name: value for name, value in (TOLD | told).items() if value is not None}
    return client.post(url_of(feature, collection), {"file": file} | given, headers=bearer(person))


def stored(feature):
    folder = f"photos/cabanes/{feature.photos.get().uuid}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


@pytest.mark.parametrize(
    ("role", "on_draft", "on_live"),
    [
        (None, 401, 401),
        ("stranger", 404, 403),
        ("reader", 403, 403),
        ("reporter", 403, 403),
        ("editor", 201, 403),
        ("publisher", 201, 201),
    ],
)
def test_role_by_status(client, call, role, on_draft, on_live):
    person = None if role is None else member("publisher") if role == "stranger" else member(role, call)
    draft, live = cabane(status="draft", authority=call), cabane(authority=call)
    assert upload(client, draft, person).status_code == on_draft
    assert upload(client, live, person).status_code == on_live
    assert PhotoCabane.objects.count() == [on_draft, on_live].count(201)


def test_refusal_says_who_can(client, call):
    detail = json.loads(upload(client, cabane(authority=call), member("editor", call)).content)["detail"]
    assert "Lens-Liévin" in detail
    assert "parcs@call.example" in detail


def test_photo_is_listed_and_its_copies_are_served(client, call):
    thing = cabane(authority=call)
    response = upload(client, thing, member("publisher", call))
    made = json.loads(response.content)
    assert response["Location"].endswith(f"{url_of(thing)}/{made['uuid']}")
    (listed,) = json.loads(client.get(url_of(thing)).content)["photos"]
    assert listed == made == json.loads(client.get(response["Location"]).content)
    assert (listed["alt_fr"], listed["author"], listed["widths"]) == (TOLD["alt_fr"], "Ana Dupont", [480, 700])
    assert [(each["type"], each["width_px"]) for each in listed["copies"]] == [
        (f"image/{kind}", width) for kind in ("avif", "webp", "jpeg") for width in (480, 700)
    ]
    for each in listed["copies"]:
        copy = client.get(each["href"])
        content = b"".join(copy.streaming_content)
        assert (copy.status_code, copy["Content-Type"]) == (200, each["type"])
        assert copy["Cache-Control"] == "public, max-age=31536000, immutable"
        assert pyvips.Image.new_from_buffer(content, "").width == each["width_px"]
        assert b"SecretPhone" not in content


def test_place_is_kept_private(client, call):
    thing = cabane(authority=call)
    response = upload(client, thing, member("publisher", call))
    assert thing.photos.get().position.coords == (2.8, 50.4083333)
    assert b"50.408" not in response.content
    assert json.loads(response.content)["taken_at"] == "2024-05-01T08:00:00Z"


def test_original_has_no_address(client, call):
    thing = cabane(authority=call)
    upload(client, thing, member("publisher", call))
    photo = thing.photos.get()
    for path in (photo.original.name, f"photos/{photo.original.name}", f"photos/cabanes/{photo.uuid}/../../originals"):
        assert client.get(f"/media/{path}").status_code == 404


def test_photo_of_a_draft_is_for_its_authority_only(client, call):
    thing, person = cabane(status="draft", authority=call), member("editor", call)
    made = json.loads(upload(client, thing, person).content)
    href = made["copies"][0]["href"]
    for address in (url_of(thing), f"{url_of(thing)}/{made['uuid']}", href):
        assert client.get(address).status_code == 404
        seen = client.get(address, headers=bearer(person))
        assert seen.status_code == 200
        assert seen["Cache-Control"].startswith("private")
    assert client.get(href.replace("cabanes", "parcs")).status_code == 404


@pytest.mark.parametrize("lacking", ["alt_fr", "author", "licence"])
def test_what_a_photo_must_say(client, call, lacking):
    thing = cabane(authority=call)
    response = upload(client, thing, member("publisher", call), **{lacking: None})
    assert response.status_code == 422
    assert [entry["field"] for entry in json.loads(response.content)["errors"]] == [lacking]
    assert not PhotoCabane.objects.exists()
    blank = upload(client, thing, member("publisher", call), **{lacking: "  "})
    assert blank.status_code == 422


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"alt_fr": "<b>gras</b>"}, "alt_fr"),
        ({"focal_x": "1.2"}, "focal_x"),
        ({"focal_y": "nan"}, "focal_y"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"taken_at": "hier"}, "taken_at"),
        ({"rank": "-1"}, "rank"),
        ({"uuid": "pas-un-uuid"}, "uuid"),
        ({"author": "x" * 201}, "author"),
        ({"alt_fr": "a\0b"}, "alt_fr"),
        ({"data": b"GIF89a rien"}, "file"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(client, call, told, field):
    response = upload(client, cabane(authority=call), member("publisher", call), **told)
    assert response.status_code == 422, response.content
    assert [entry["field"] for entry in json.loads(response.content)["errors"]] == [field]
    assert not PhotoCabane.objects.exists()


def test_body_that_is_no_form(client, call):
    headers = bearer(member("publisher", call))
    address = url_of(cabane(authority=call))
    assert client.post(address, b"{}", content_type="application/json", headers=headers).status_code == 415
    assert client.post(address, TOLD, headers=headers).status_code == 422


@pytest.mark.parametrize("kind", ["", "; boundary=", f"; boundary={'x' * 300}", "; boundary=é"])
def test_a_form_without_a_boundary_is_refused(client, call, kind):
    address, headers = url_of(cabane(authority=call)), bearer(member("publisher", call))
    response = client.generic("POST", address, b"xx", content_type=f"multipart/form-data{kind}", headers=headers)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_too_heavy_is_413_before_it_is_read(client, call):
    response = client.post(
        url_of(cabane(authority=call)), b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=99_000_000
    )
    assert response.status_code == 413
    assert "25\xa0Mo" in json.loads(response.content)["detail"]


def test_sent_again_is_the_same_photo(client, call):
    thing, person, uuid = cabane(authority=call), member("publisher", call), str(uuid4())
    first = upload(client, thing, person, uuid=uuid)
    again = upload(client, thing, person, uuid=uuid)
    without_uuid = upload(client, thing, person)
    assert [response.status_code for response in (first, again, without_uuid)] == [201, 200, 200]
    assert {json.loads(response.content)["uuid"] for response in (first, again, without_uuid)} == {uuid}
    assert len(stored(thing)) == 6
    other = upload(client, thing, person, uuid=uuid, data=picture(shade=200))
    assert other.status_code == 409
    assert upload(client, cabane(authority=call), person, uuid=uuid).status_code == 409
    assert len(stored(thing)) == 6


def test_photos_come_in_order(client, call):
    thing, person = cabane(authority=call), member("publisher", call)
    first, second = (json.loads(upload(client, thing, person, data=picture(shade=n)).content) for n in (10, 90))
    assert (first["rank"], second["rank"]) == (0, 1)
    change = client.patch(
        f"{url_of(thing)}/{first['uuid']}",
        json.dumps({"rank": 5, "alt_en": "The cabin"}),
        content_type="application/merge-patch+json",
        headers=bearer(person),
    )
    assert change.status_code == 200, change.content
    listed = json.loads(client.get(url_of(thing)).content)["photos"]
    assert [photo["uuid"] for photo in listed] == [second["uuid"], first["uuid"]]
    assert (listed[1]["alt_fr"], listed[1]["alt_en"]) == (TOLD["alt_fr"], "The cabin")


def test_text_alternative_cannot_be_emptied_nor_a_value_be_of_another_kind(client, call):
    thing, person = cabane(authority=call), member("publisher", call)
    uuid = json.loads(upload(client, thing, person).content)["uuid"]
    for told, field in (
        ({"alt_fr": ""}, "alt_fr"), ({"alt_fr": None}, "alt_fr"), ({"widths": []}, "widths"), ({"rank": "3"}, "rank"),
        ({"focal_x": "0.5"}, "focal_x"), ({"focal_y": True}, "focal_y"), ({"author": 5}, "author"),
    ):  # fmt: skip
        response = client.patch(
            f"{url_of(thing)}/{uuid}", json.dumps(told), content_type="application/json", headers=bearer(person)
        )
        assert response.status_code == 422, told
        assert json.loads(response.content)["errors"][0]["field"] == field


def test_photo_lets_a_cabin_be_published(client, call):
    thing, person = cabane(status="draft", authority=call, no_photo_reason=""), member("publisher", call)
    address, going = f"/api/collections/cabanes/items/{thing.uuid}", json.dumps({"properties": {"status": "published"}})
    merge = {"content_type": "application/merge-patch+json", "headers": bearer(person)}
    assert client.patch(address, going, **merge).status_code == 422
    uuid = json.loads(upload(client, thing, person).content)["uuid"]
    assert client.patch(address, going, **merge).status_code == 200
    refused = client.delete(f"{url_of(thing)}/{uuid}", headers=bearer(person))
    assert refused.status_code == 409
    assert Cabane.objects.get(pk=thing.pk).photos.count() == 1


def test_removed_photo_leaves_no_file(client, call, django_capture_on_commit_callbacks):
    thing, person = cabane(authority=call), member("publisher", call)
    made = json.loads(upload(client, thing, person).content)
    address = f"{url_of(thing)}/{made['uuid']}"
    assert client.delete(address, headers=bearer(member("editor", call))).status_code == 403
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(address, headers=bearer(person)).status_code == 204
    assert client.get(made["copies"][0]["href"]).status_code == 404
    assert not any(default_storage.listdir(f"photos/cabanes/{made['uuid']}")[1])
    assert client.delete(address, headers=bearer(person)).status_code == 404


def test_options_tell_what_this_person_may_do(client, call):
    thing = cabane(authority=call)
    assert client.options(url_of(thing))["Allow"] == "GET, HEAD, OPTIONS"
    assert "POST" in client.options(url_of(thing), headers=bearer(member("publisher", call)))["Allow"]
    assert "POST" not in client.options(url_of(thing), headers=bearer(member("editor", call)))["Allow"]


def test_parks_have_photos_and_communes_have_none(client, call):
    person = member("publisher", call)
    assert upload(client, parc(authority=call), person, collection="parcs").status_code == 201
    assert upload(client, commune(authority=call), person, collection="communes").status_code == 404


def test_page_shows_the_photo_with_its_text_and_author(client, call):
    thing = cabane(authority=call)
    made = json.loads(upload(client, thing, member("publisher", call), rights_holder="Atelier X").content)
    page = client.get(f"/cabanes/{thing.slug}/").content.decode()
    assert f'alt="{TOLD["alt_fr"]}"' in page
    assert "Ana Dupont" in page
    assert "Atelier X" in page
    assert made["copies"][-1]["href"].removeprefix("http://testserver") in page
    assert 'type="image/avif"' in page
