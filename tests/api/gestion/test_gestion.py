import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.models import Proposition, Revision
from parcs.models import Parc
from sentiers.models import Sentier
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Boucle</name><trkseg>
<trkpt lat="50.40" lon="2.80"><ele>30</ele></trkpt><trkpt lat="50.41" lon="2.81"><ele>45</ele></trkpt><trkpt lat="50.42" lon="2.80"><ele>40</ele></trkpt>
</trkseg></trk></gpx>"""


@pytest.fixture
def call(db):
    return autorite(code="CALL", name_fr="Lens-Liévin")


@pytest.fixture
def publisher(client, call):
    person = member("publisher", call)
    client.force_login(person)
    return person


def url(name, collection, thing=None, *more):
    return reverse(f"gestion:{name}", args=[collection, *([thing.uuid] if thing else []), *more])


def filled(client, thing, collection="cabanes", **changes):
    """What a browser sends: every field as shown, its hidden initial value, and the changes."""
    form = client.get(url("edit", collection, thing)).context["form"]
    sent = {}
    for bound in form:
        shown = bound.value()
        value = bound.field.prepare_value(shown) if shown is not None else ""
        sent[bound.html_name] = value if value is not None else ""
        if bound.field.show_hidden_initial:
            sent[bound.html_initial_name] = sent[bound.html_name]
    return {name: value for name, value in (sent | changes).items() if value is not None}


def test_strangers_are_sent_to_sign_in(client, call):
    assert client.get("/gestion/").status_code == 302
    assert client.get(url("create", "cabanes")).status_code == 302


def test_a_cabin_is_added_with_a_name_and_a_position_then_published(client, call, publisher):
    area = parc(authority=call)
    response = client.post(
        url("create", "cabanes"),
        {
            "name_fr": "La Vigie",
            "geom": "50.405, 2.805",
            "authority": call.code,
            "park": str(area.uuid),
            "kind": "abri",
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    made = Cabane.objects.get()
    assert (made.name_fr, made.status, made.slug, made.park) == ("La Vigie", "draft", "la-vigie", area)
    assert client.get(response["Location"]).status_code == 200
    client.post(url("move", "cabanes", made, "publier"))
    made.refresh_from_db()
    assert made.status == "draft"
    client.post(url("edit", "cabanes", made), filled(client, made, no_photo_reason="droits en cours"))
    client.post(url("move", "cabanes", made, "publier"))
    client.logout()
    assert client.get("/cabanes/la-vigie/").status_code == 200
    assert json.loads(client.get("/api/collections/cabanes/items").content)["numberMatched"] == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"geom": "2.805, 50.405"}, "inversées"),
        ({"geom": "10, 10"}, "territoire"),
        ({"geom": "n'importe"}, "deux nombres"),
        ({"geom": ""}, "obligatoire"),
        ({"name_fr": "<b>x</b>"}, "HTML"),
        ({"name_fr": ""}, "obligatoire"),
    ],
)
def test_wrong_input_stays_on_the_page_with_a_sentence(client, call, publisher, given, told):
    response = client.post(
        url("create", "cabanes"), {"name_fr": "X", "geom": "50.4, 2.8", "authority": call.code, "kind": "abri"} | given
    )
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Cabane.objects.exists()


def test_a_park_of_another_authority_cannot_be_changed(client, call, publisher):
    other = parc(name_fr="Avant")
    sent = filled(client, other, "parcs", name_fr="Après", name_fr_initial=None)
    response = client.post(url("edit", "parcs", other), sent)
    assert response.status_code == 403
    assert "Le peuvent" in response.content.decode()
    assert Parc.objects.get(pk=other.pk).name_fr == "Avant"
    client.post(url("move", "parcs", other, "supprimer"))
    assert Parc.objects.get(pk=other.pk).deleted_at is None


def test_only_what_was_changed_is_sent_and_two_people_do_not_overwrite_each_other(client, call, publisher):
    thing = cabane(authority=call, name_fr="Nom", edition="2020")
    sent = filled(client, thing, edition="2021")
    with recording(by=None):
        Cabane.objects.filter(pk=thing.pk).update(name_fr="Nom changé ailleurs")
    assert client.post(url("edit", "cabanes", thing), sent).status_code == 302
    thing.refresh_from_db()
    assert (thing.name_fr, thing.edition) == ("Nom changé ailleurs", "2021")


def test_a_clash_shows_both_values_and_writes_nothing(client, call, publisher):
    thing = cabane(authority=call, edition="2020")
    sent = filled(client, thing, edition="2021")
    with recording(by=None):
        Cabane.objects.filter(pk=thing.pk).update(edition="2022")
    response = client.post(url("edit", "cabanes", thing), sent)
    assert response.status_code == 412
    assert "2022" in response.content.decode()
    thing.refresh_from_db()
    assert thing.edition == "2022"


def test_an_editor_proposes_a_change_to_what_is_published(client, call):
    client.force_login(member("editor", call))
    thing = cabane(authority=call)
    response = client.post(url("edit", "cabanes", thing), filled(client, thing, edition="2021"), follow=True)
    assert "Proposition" in response.content.decode()
    assert Proposition.objects.count() == 1


def test_history_says_who_what_when_and_restores(client, call, publisher):
    thing = cabane(authority=call, edition="2020")
    client.post(
        url("edit", "cabanes", thing), filled(client, thing, edition="2021", geom="50.406, 2.805", reason="relevé")
    )
    page = client.get(url("history", "cabanes", thing)).content.decode()
    for expected in (publisher.username, "relevé", "2020", "2021", "111\xa0m"):
        assert expected in page
    first = Revision.objects.filter(uuid=thing.uuid).order_by("id").first()
    client.post(url("restore", "cabanes", thing), {"revision": first.id})
    thing.refresh_from_db()
    assert (thing.edition, thing.geom.y) == ("2020", 50.405)
    last = Revision.objects.filter(uuid=thing.uuid).latest("id")
    assert (last.note, last.reason) == (f"retour à la version {first.id}", "")
    assert last.note in client.get(url("history", "cabanes", thing)).content.decode()


def test_a_schematic_trail_gets_a_surveyed_line_from_a_gpx_file(client, call, publisher):
    thing = sentier(authority=call, geom_quality="schematic", instructions_fr="")
    before = (thing.uuid, thing.slug)
    given = {
        "quality": "surveyed",
        "source": "Relevé GPS",
        "source_date": "2026-11-01",
        "instructions_fr": "Suivre le canal.",
        "based_on": thing.revision,
    }
    upload = SimpleUploadedFile("boucle.gpx", GPX.encode(), "application/gpx+xml")
    preview = client.post(url("shape", "sentiers", thing), given | {"file": upload})
    assert preview.status_code == 200
    form = preview.context["form"]
    assert preview.context["preview"]["heights"]
    thing.refresh_from_db()
    assert thing.geom_quality == "schematic"
    confirmed = given | {"geom": form["geom"].value(), "elevations": form["elevations"].value(), "confirm": "1"}
    assert client.post(url("shape", "sentiers", thing), confirmed).status_code == 302
    thing = Sentier.objects.get(pk=thing.pk)
    assert (thing.uuid, thing.slug) == before
    assert (thing.geom_quality, thing.source, thing.elevations_m, thing.ascent_m) == (
        "surveyed",
        "Relevé GPS",
        [30, 45, 40],
        15,
    )
    assert thing.length_m > 2000


def test_a_surveyed_line_needs_instructions(client, call, publisher):
    thing = sentier(authority=call, geom_quality="schematic", instructions_fr="")
    given = {
        "quality": "surveyed",
        "source": "x",
        "source_date": "2026-11-01",
        "geom": "50.4, 2.8\n50.41, 2.81",
        "confirm": "1",
    }
    response = client.post(url("shape", "sentiers", thing), given)
    assert response.status_code == 422
    assert "pas à pas" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpx", b"<gpx"),
        ("a.exe", b"MZ"),
        ("a.geojson", b"{}"),
        ("a.gpkg", b"SQLite format 3"),
        ("a.vrt", b"<OGRVRTDataSource/>"),
        ("a.gpx", b"<OGRVRTDataSource/>"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(client, call, publisher, name, content):
    thing = sentier(authority=call, geom_quality="schematic")
    given = {
        "quality": "surveyed",
        "source": "x",
        "source_date": "2026-11-01",
        "file": SimpleUploadedFile(name, content),
    }
    response = client.post(url("shape", "sentiers", thing), given)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def test_a_geopackage_in_lambert_93_is_read(client, call, publisher, tmp_path):
    import numpy
    import shapely
    from pyogrio.raw import write

    outline = shapely.box(686000, 7034000, 686400, 7034300)
    path = tmp_path / "parc.gpkg"
    write(path, numpy.array([shapely.to_wkb(outline)], dtype=object), [], [], geometry_type="Polygon", crs="EPSG:2154")
    area = parc(authority=call, geom_quality="schematic")
    given = {
        "quality": "surveyed",
        "source": "Cadastre",
        "source_date": "2026-11-01",
        "file": SimpleUploadedFile("parc.gpkg", path.read_bytes()),
    }
    preview = client.post(url("shape", "parcs", area), given)
    assert preview.context["preview"]["area_ha"] == 12.0


def test_situation_suggests_park_and_warns_of_a_look_alike(client, call, publisher):
    area = parc(authority=call, name_fr="Parc d’ici", geom=box())
    cabane(authority=call, name_fr="Déjà là")
    found = json.loads(
        client.get(reverse("gestion:situation"), {"position": "50.40501, 2.805", "collection": "cabanes"}).content
    )
    assert (found["park"]["name"], found["alike"]) == ("Parc d’ici", [{"name": "Déjà là", "metres": 1}])
    assert found["park"]["uuid"] == str(area.uuid)
    assert client.get(reverse("gestion:situation"), {"position": "x"}).status_code == 400


def picture(width=1200, height=800):
    import numpy
    import pyvips

    image = pyvips.Image.new_from_array(numpy.full((height, width, 3), 90, dtype="uint8"), interpretation="srgb").copy()
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "50/1 24/1 0/1")
    return image.write_to_buffer(".jpg")


def test_a_photo_is_copied_without_its_position_and_lets_a_cabin_be_published(
    client, call, publisher, settings, tmp_path
):
    import pyvips

    thing = cabane(authority=call, status="draft", no_photo_reason="")
    given = {
        "file": SimpleUploadedFile("p.jpg", picture(), "image/jpeg"),
        "alt_fr": "Une cabane rouge",
        "author": "A. B.",
        "licence": "etalab-2.0",
    }
    assert client.post(url("photos", "cabanes", thing), given).status_code == 302
    photo = thing.photos.get()
    assert photo.widths == [480, 960, 1200]
    served = client.get(photo.sources[-1].copies[0][1])
    assert served["Cache-Control"] == "private, no-store"
    copy = pyvips.Image.new_from_buffer(b"".join(served.streaming_content), "")
    assert copy.width == 480
    assert not [name for name in copy.get_fields() if "GPS" in name]
    again = given | {"file": SimpleUploadedFile("p.jpg", picture(), "image/jpeg")}
    client.post(url("photos", "cabanes", thing), again)
    assert thing.photos.count() == 1
    client.post(url("move", "cabanes", thing, "publier"))
    assert "Une cabane rouge" in client.get(f"/cabanes/{thing.slug}/").content.decode()


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff\xe0 broken"]
)
def test_what_is_no_photo_is_refused(client, call, publisher, content):
    thing = cabane(authority=call)
    given = {"file": io.BytesIO(content), "alt_fr": "x", "author": "x", "licence": "etalab-2.0"}
    assert client.post(url("photos", "cabanes", thing), given).status_code == 422
    assert not thing.photos.exists()


def test_every_collection_has_its_list_and_form(client, call, publisher):
    from geodata import registry

    for collection in registry.collections():
        assert client.get(url("list", collection.id)).status_code == 200
        assert client.get(url("create", collection.id)).status_code == 200


def test_a_closure_is_reported_and_seen_at_once(client, call, publisher):
    given = {
        "title_fr": "Arbres tombés",
        "cause": "chute_arbres",
        "category": "closure",
        "starts_at": "2026-01-01T08:00",
        "ends_at": "2099-01-01T08:00",
        "geom": "50.405, 2.805",
        "authority": call.code,
    }
    response = client.post(url("create", "fermetures"), given)
    assert response.status_code == 302, response.context["form"].errors
    thing = json.loads(client.get("/api/collections/fermetures/items").content)["features"][0]
    client.post(reverse("gestion:move", args=["fermetures", thing["id"], "publier"]))
    client.logout()
    assert "Arbres tombés" in client.get("/").content.decode()
