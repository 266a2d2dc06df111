"""The national trail feed: its own constraints, and what Geotrek-admin's SchemaRandonneeParser does with it."""

import json
from uuid import uuid4

import gpxpy
import jsonschema
import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString, Point

from carte.demo.fill import fill
from geodata.models import Revision
from sentiers.models import PhotoSentier
from sentiers.schema_rules import PRACTICES, SCHEMA
from tests.factories.parcs import autorite, commune, member, point_acces
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db(transaction=True)
FEED = "/api/collections/sentiers/items?f=schema-randonnee"
NAMES = [f"Sentier {number}" for number in range(1, 13)]
# Geotrek-admin, geotrek/trekking/parsers.py: its field, and the property (or properties) it comes from.
GEOTREK = {
    "eid": ("uuid", "id_local"), "name": "nom_itineraire", "practice": "pratique", "departure": "depart",
    "arrival": "arrivee", "duration": "duree", "difficulty": "difficulte", "description": ("instructions", "url"),
    "ambiance": "presentation", "description_teaser": "presentation_courte", "advice": "recommandations",
    "accessibility_advice": "accessibilite", "accessibility_covering": "type_sol", "access": "acces_routier",
    "public_transport": "transports_commun", "advised_parking": "parking_info", "parking_location": "parking_geometrie",
    "source": "producteur", "themes": "themes", "networks": "balisage", "attachments": "medias",
    "id_local": "id_local", "itineraire_parent": "itineraire_parent",
}  # fmt: skip


def taken(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer, json.loads(answer.getvalue())


def valid(feed):
    checker = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    assert [f"{list(error.path)}: {error.message}" for error in checker.iter_errors(feed)] == []
    return feed


def full(**values):
    given = {
        "name_fr": "Boucle du Canal", "departure": "Écluse", "kind": "loop", "practices": ["pedestre", "VTT"],
        "difficulty": "tres_facile", "waymarks": "PR, jaune", "themes": ["eau", "mine"], "pdipr": True, "osm_relation": 7,
        "surface_mix": {"gravier": 0.7, "terre": 0.3}, "instructions_fr": "1. **Partir** &amp; longer\n2. Revenir",
        "parking": "Devant l’écluse", "public_transport": "Bus 3", "elevations_m": [30.0, 35.0, 32.0],
    }  # fmt: skip
    return sentier(**given | values)


def test_a_surveyed_network_is_valid_and_complete(client):
    full(), full(name_fr="Sans forme", kind=None, arrival="Pont", elevations_m=None, surface_mix=None, difficulty=None)
    answer, feed = taken(client, FEED)
    assert answer["Content-Type"] == "application/geo+json"
    assert answer["Content-Disposition"].startswith('attachment; filename="sentiers-')
    assert [each["properties"]["nom_itineraire"] for each in valid(feed)["features"]] == [
        "Boucle du Canal",
        "Sans forme",
    ]
    first = feed["features"][0]
    assert first["geometry"]["coordinates"][0] == [2.79, 50.405, 30]
    assert first["properties"]["instructions"] == "1. Partir & longer\n2. Revenir"
    assert first["properties"]["type_itineraire"] == "boucle"
    assert first["properties"]["difficulte"] == "Très facile"


def test_the_surveyed_network_is_whole_and_the_starter_network_has_nothing_to_give(real_network, client):
    answer, feed = taken(client, FEED)
    left_out = {"traces_schematiques": 40, "sans_depart_arrivee_ou_instructions": 0}
    assert (feed["features"], feed["laisses_de_cote"], answer["Omitted-Features"]) == ([], left_out, "40")
    fill(parks=3, cabins=3, trails=12, seed=1)
    answer, feed = taken(client, FEED)
    assert len(valid(feed)["features"]) == 12
    assert (feed["laisses_de_cote"], answer["Omitted-Features"]) == (left_out, "40")
    answer, feed = taken(client, f"{FEED}&filter=source='demo'")
    assert [each["properties"]["nom_itineraire"] for each in valid(feed)["features"]] == NAMES
    assert set(feed["laisses_de_cote"].values()) == {0}
    assert "Omitted-Features" not in answer
    tracks = client.get("/api/collections/sentiers/items?f=gpx&filter=source='demo'")
    assert [each.name for each in gpxpy.parse(tracks.getvalue().decode()).tracks] == NAMES
    assert "Omitted-Features" not in tracks


def test_what_does_not_fit_is_counted_and_alone_refused(client):
    drawn, silent = full(geom_quality="schematic"), full(departure="")
    one_way = full(kind="one_way")
    _answer, feed = taken(client, FEED)
    assert feed["features"] == []
    assert feed["laisses_de_cote"] == {"traces_schematiques": 1, "sans_depart_arrivee_ou_instructions": 2}
    for trail in (drawn, silent, one_way):
        taken(client, f"/api/collections/sentiers/items/{trail.uuid}?f=schema-randonnee", 409)


def test_filters_limits_and_what_is_hidden_are_those_of_items(client):
    mine = autorite()
    wanted, _other = full(), full(name_fr="Ailleurs", geom=line((3.1, 50.2), (3.2, 50.2)), elevations_m=None)
    hidden = full(name_fr="Brouillon", status="draft", authority=mine)
    names = {
        query: [each["properties"]["nom_itineraire"] for each in taken(client, FEED + query)[1]["features"]]
        for query in ("", "&bbox=2.7,50.4,2.9,50.5", "&q=ailleurs", "&limit=1")
    }
    assert list(names.values()) == [
        ["Boucle du Canal", "Ailleurs"],
        ["Boucle du Canal"],
        ["Ailleurs"],
        ["Boucle du Canal"],
    ]
    _answer, one = taken(client, f"/api/collections/sentiers/items/{wanted.uuid}?f=schema-randonnee")
    assert [each["properties"]["uuid"] for each in one["features"]] == [str(wanted.uuid)]
    taken(client, f"/api/collections/sentiers/items/{hidden.uuid}?f=schema-randonnee", 404)
    client.force_login(member("editor", mine))
    assert len(taken(client, FEED)[1]["features"]) == 3
    assert taken(client, f"{FEED}&crs=http://www.opengis.net/def/crs/EPSG/0/2154", 400)[1]["parameter"] == "crs"


def test_neighbours_are_told_only_when_they_are_public(client):
    hidden = autorite(status="draft", name_fr="Secrète", email="secret@x.example")
    (
        commune(insee_code="62001", name_fr="Lens", geom=None),
        commune(insee_code="62002", name_fr="Cachée", geom=None, status="draft"),
    )
    point_acces(kind="parking", status="draft", geom=Point(2.79, 50.405, srid=4326))
    parent = full(name_fr="Grande boucle", kind="multi_stage", arrival="Pont", status="draft")
    full(authority=hidden, parent=parent, stated_communes=["62001", "62002"])
    (only,) = valid(taken(client, FEED)[1])["features"]
    said = only["properties"]
    assert (said["communes_nom"], said["communes_code"]) == ("Lens", "62001")
    assert (said["itineraire_parent"], said["parking_geometrie"]) == (None, None)
    assert "Secrète" not in json.dumps(only, ensure_ascii=False)
    assert "secret@" not in json.dumps(only)


def test_the_feed_changes_when_a_neighbour_does(client):
    trail = full()
    etag = client.get(FEED)["ETag"]
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 304
    trail.authority.name_fr = "Nouveau nom"
    trail.authority.save()
    assert Revision.objects.last().collection == "autorites"
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 200


def test_geotrek_reads_every_property_it_asks_for(client):
    parent = full(name_fr="Grande boucle", kind="multi_stage", arrival="Pont")
    child = full(name_fr="Étape 1", kind="stage", arrival="Pont", parent=parent)
    point_acces(kind="parking", geom=Point(2.7901, 50.405, srid=4326))
    PhotoSentier.objects.create(
        feature=child, uuid=uuid4(), sha256="a" * 64, width_px=960, height_px=600, widths=[480, 960], alt_fr="L’écluse",
        author="Ana", licence="cc-by-4.0", original="x.jpg",
    )  # fmt: skip
    rows = [each["properties"] | {"geometry": each["geometry"]} for each in valid(taken(client, FEED)[1])["features"]]
    wanted = {name for source in GEOTREK.values() for name in ([source] if isinstance(source, str) else source)}
    for row in rows:
        assert wanted <= set(row)
        # filter_geom, filter_parking_location: what the parser would refuse a row for.
        assert row["geometry"]["type"] == "LineString"
        assert LineString(row["geometry"]["coordinates"], srid=4326).valid
        assert isinstance(GEOSGeometry(row["parking_geometrie"], srid=4326), Point)
        assert row["pratique"] in PRACTICES
        # separator = ",": each piece becomes a theme, a network or a source of its own.
        assert [theme.strip() for theme in row["themes"].split(",")] == ["eau", "mine"]
        assert "<" not in row["instructions"]
    (media,) = rows[1]["medias"]
    assert media["url"].startswith("http://testserver/media/photos/sentiers/")
    assert media["url"].endswith("-960.jpg")
    assert (media["type_media"], media["titre"], media["auteur"], media["licence"]) == (
        "image",
        "L’écluse",
        "Ana",
        "cc-by-4.0",
    )
    # end(): children find their parent by id_local.
    assert rows[1]["itineraire_parent"] == rows[0]["id_local"] == str(parent.uuid)


def test_stages_come_in_their_order_when_it_is_asked_for(client):
    parent = full(name_fr="Grande boucle", kind="multi_stage", arrival="Pont")
    for rank in (2, 1):
        full(name_fr=f"Étape {rank}", kind="stage", arrival="Pont", parent=parent, stage_rank=rank)
    names = [each["properties"]["nom_itineraire"] for each in taken(client, f"{FEED}&sortby=stage_rank")[1]["features"]]
    # Geotrek numbers the children of a trail as they come.
    assert [name for name in names if name.startswith("Étape")] == ["Étape 1", "Étape 2"]
    assert taken(client, f"{FEED}&properties=name_fr", 400)[1]["parameter"] == "properties"


def test_the_feed_is_announced_and_not_taken_for_the_features(client):
    links = client.get("/api/collections/sentiers").json()["links"]
    assert [each["rel"] for each in links if each["href"].endswith("f=schema-randonnee")] == ["enclosure"]
    geojson = [each["href"] for each in links if each["rel"] == "items" and each["type"] == "application/geo+json"]
    assert geojson == ["http://testserver/api/collections/sentiers/items?f=geojson"]
