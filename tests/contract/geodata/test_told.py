"""The formats that speak in sentences, read back by gpxpy, GDAL, icalendar and rdflib, and held to their schemas."""

import subprocess
from datetime import UTC, datetime
from io import StringIO
from xml.etree import ElementTree

import gpxpy
import icalendar
import pytest
from django.core.management import call_command
from rdflib import RDF, Graph, URIRef

from geodata import registry
from geodata.formats import offered
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.sentiers import sentier
from tests.unit.geodata.formats.test_gpx import check

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = "https://schema.org/"
KML = "{http://www.opengis.net/kml/2.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
# Of the starter network: records, entries of its calendar, those that have no day yet.
DATED = {"evenements": (30, 24, "6"), "fermetures": (0, 0, None)}
# OGC 07-147r2 §9.1, §9.9: the order of the elements that we write.
PLACEMARK = "name author link description ExtendedData Point LineString Polygon MultiGeometry"


def taken(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    body = answer.getvalue()
    answer.close()
    return answer, body


def items(client, collection, f, query=""):
    return taken(client, f"/api/collections/{collection}/items?f={f}{query}")


def test_every_collection_of_the_real_network_is_read_back_with_its_counts(real_network, client, tmp_path):
    for collection in registry.collections():
        count = collection.visible_to(client_user()).count()
        root = ElementTree.fromstring(items(client, collection.id, "kml")[1])
        assert len(root.findall(f"{KML}Document/{KML}Placemark")) == count, collection.id
        graph = Graph().parse(data=items(client, collection.id, "jsonld")[1], format="json-ld")
        assert len(set(graph.subjects(URIRef(f"{SCHEMA}identifier")))) == count, collection.id
        path = tmp_path / f"{collection.id}.kml"
        path.write_bytes(items(client, collection.id, "kml")[1])
        if count:
            told = subprocess.run(
                ["ogrinfo", "-ro", "-so", "-al", str(path)], capture_output=True, text=True, check=True
            )
            assert "Feature Count" in told.stdout
        names = {each.name for each in offered.of(collection)}
        if "gpx" in names:
            answer, body = items(client, collection.id, "gpx")
            check(ElementTree.fromstring(body))
            read = gpxpy.parse(body.decode())
            held = len(read.waypoints) + len(read.tracks)
            assert held + int(answer.get("Omitted-Features", 0)) == count
        assert ("atom" in names) == ("ical" in names) == (collection.id in DATED)
        if "atom" in names:
            assert len(feed(items(client, collection.id, "atom")[1])) == count == DATED[collection.id][0]
            answer, body = items(client, collection.id, "ical")
            entries = icalendar.Calendar.from_ical(body).walk("VEVENT")
            assert (len(entries), answer.get("Omitted-Features")) == DATED[collection.id][1:]
    assert items(client, "sentiers", "gpx")[0]["Omitted-Features"] == "40"
    assert b"40 trac\xc3\xa9s sch\xc3\xa9matiques ne sont pas dans ce fichier" in items(client, "sentiers", "gpx")[1]


def client_user():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def feed(body):
    """The entries, after the constraints of RFC 4287 §4.1 on feed and entry are checked."""
    root = ElementTree.fromstring(body)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for each in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(each.findall(f"{ATOM}{name}")) == 1
        assert "T" in each.findtext(f"{ATOM}updated")
    assert root.find(f"{ATOM}author") is not None
    assert len({each.findtext(f"{ATOM}id") for each in entries}) == len(entries)
    return entries


@pytest.mark.parametrize("query", ["", "kind=nature&q=F%C3%AAte", "bbox=2.7,50.3,2.9,50.5&limit=2", "one"])
def test_a_feed_of_a_part_is_a_feed_of_its_own(client, query):
    """RFC 4287 §4.2.6 and §4.2.7.2: who subscribes to a part and follows `self` keeps the part."""
    one = evenement(title_fr="Fête", geom="SRID=4326;POINT(2.8 50.4)")
    evenement(kind="sport")
    path, query = (
        f"/api/collections/evenements/items{f'/{one.uuid}' if query == 'one' else ''}",
        query.replace("one", ""),
    )
    body = taken(client, f"{path}?f=atom&{query}")[1]
    root = ElementTree.fromstring(body)
    links = {each.get("rel"): each.get("href") for each in root.findall(f"{ATOM}link")}
    assert taken(client, links["self"])[1] == body
    told = taken(client, links["alternate"])[0]
    assert (told["Content-Type"], told.status_code) == ("text/html; charset=utf-8", 200)
    assert root.findtext(f"{ATOM}id") == f"http://testserver{path}" + (f"?{query.replace(',', '%2C')}" if query else "")


def test_the_gpx_of_a_synthetic_network_has_tracks_heights_and_cabins(client):
    call_command("make_demo", parks=5, cabins=400, trails=20, stdout=StringIO())
    _answer, body = items(client, "sentiers", "gpx")
    check(ElementTree.fromstring(body))
    read = gpxpy.parse(body.decode())
    assert len(read.tracks) == 20
    along = {uuid for trail in registry.get("sentiers").model_class.objects.all() for uuid in trail.cabins}
    assert len(read.waypoints) == len(along)
    assert all(point.elevation is not None for point in read.tracks[0].segments[0].points)
    assert read.copyright_license.startswith("https://www.etalab.gouv.fr/")
    assert all(track.link.startswith("http://testserver/sentiers/") for track in read.tracks)


def test_a_single_schematic_trail_has_no_gpx_and_says_why(client):
    drawn, surveyed = sentier(geom_quality="schematic"), sentier(name_fr="Boucle <&>")
    cabane(name_fr="Écrevisse")
    fermeture(
        title_fr="Pont coupé",
        geom="SRID=4326;POLYGON((2.795 50.40, 2.805 50.40, 2.805 50.41, 2.795 50.41, 2.795 50.40))",
    )
    base = "/api/collections/sentiers/items"
    refused, _body = taken(client, f"{base}/{drawn.uuid}?f=gpx", 409)
    assert (refused["Content-Type"], refused.json()["status"]) == ("application/problem+json", 409)
    read = gpxpy.parse(taken(client, f"{base}/{surveyed.uuid}?f=gpx")[1].decode())
    assert (read.name, read.waypoints[0].name, len(read.tracks)) == ("Boucle <&>", "Écrevisse", 1)
    assert "Pont coupé" in read.tracks[0].comment
    root = ElementTree.fromstring(taken(client, f"{base}/{surveyed.uuid}?f=kml")[1])
    assert root.find(f"{KML}Document/{ATOM}link").get("href") == "http://testserver/api/collections/sentiers"
    (placemark,) = root.findall(f"{KML}Document/{KML}Placemark")
    assert placemark.find(f"{ATOM}link").get("href") == f"http://testserver/sentiers/{surveyed.slug}/"
    places = [PLACEMARK.split().index(child.tag.rpartition("}")[2]) for child in placemark]
    assert places == sorted(places)
    assert "Pont coupé" in placemark.findtext(f"{KML}description")
    assert "Licence Ouverte 2.0" in placemark.findtext(f"{KML}description")
    assert root.findtext(f"{KML}Document/{KML}Folder/{KML}Placemark/{KML}name") == "Écrevisse"
    data = {each.get("name"): each.findtext(f"{KML}value") for each in placemark.iter(f"{KML}Data")}
    assert (data["id"], data["length_m"][:2]) == (str(surveyed.uuid), "21")


def test_what_is_hidden_is_in_no_sentence(client):
    sentier()
    cabane(status="draft", name_fr="Secret A")
    fermeture(status="draft", title_fr="Secret B", geom="SRID=4326;POINT(2.80 50.405)")
    evenement(status="draft", title_fr="Secret C")
    for name in ("sentiers", "cabanes", "fermetures", "evenements"):
        collection = registry.get(name)
        for each in offered.downloads(collection):
            if each.make is not None and each.name != "gpkg":  # compressed: nothing to be found in the bytes
                continue
            assert b"Secret" not in items(client, collection.id, each.name)[1], (collection.id, each.name)


def test_calendars_keep_uids_hours_and_rules(client):
    market = evenement(
        title_fr="Marché",
        starts_at=datetime(2026, 7, 2, 6, tzinfo=UTC),
        ends_at=datetime(2026, 7, 2, 10, tzinfo=UTC),
        rrule="FREQ=WEEKLY;BYDAY=TH",
        all_day=False,
    )
    vague = evenement(date_precision="month")
    closed = fermeture(
        title_fr="Travaux",
        starts_at=datetime(2026, 7, 1, 6, tzinfo=UTC),
        ends_at=None,
        review_by="2026-08-01",
    )
    answer, body = items(client, "evenements", "ical")
    assert (answer["Content-Type"], answer["Omitted-Features"]) == ("text/calendar; charset=utf-8", "1")
    assert "Omitted-Features" not in items(client, "evenements", "ical", "&date_precision=day")[0]
    taken(client, f"/api/collections/evenements/items/{market.uuid}?f=ical")
    taken(client, f"/api/collections/evenements/items/{vague.uuid}?f=ical", 409)
    (event,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert event["UID"] == f"{market.uuid}@chaine-des-parcs"
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event.start.hour == 8
    assert event["RRULE"]["BYDAY"] == ["TH"]
    (entry,) = icalendar.Calendar.from_ical(items(client, "fermetures", "ical")[1]).walk("VEVENT")
    assert entry["UID"] == f"{closed.uuid}@chaine-des-parcs"
    assert entry.end.date().isoformat() == "2026-08-02"
    assert "date de fin inconnue" in entry["DESCRIPTION"]
    assert "ical" not in {each.name for each in offered.of(registry.get("cabanes"))}


def test_schema_org_says_types_creators_and_addresses(client):
    place = cabane(authors=[{"name": "Atelier Vert"}], year_built=2021)
    graph = Graph().parse(data=items(client, "cabanes", "jsonld")[1], format="json-ld")
    subject = URIRef(f"urn:uuid:{place.uuid}")
    assert {str(each) for each in graph.objects(subject, RDF.type)} == {
        f"{SCHEMA}TouristAttraction",
        f"{SCHEMA}VisualArtwork",
    }
    assert str(graph.value(subject, URIRef(f"{SCHEMA}url"))) == f"http://testserver/cabanes/{place.slug}/"
    assert str(graph.value(subject, URIRef(f"{SCHEMA}dateCreated"))) == "2021"
    creator = graph.value(subject, URIRef(f"{SCHEMA}creator"))
    assert str(graph.value(creator, URIRef(f"{SCHEMA}name"))) == "Atelier Vert"
