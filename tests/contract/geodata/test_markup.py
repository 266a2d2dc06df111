"""KML and Atom of every collection, held to their schemas: OGC's own for KML 2.2, the rules of RFC 4287 for Atom."""

import re
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from xml.etree import ElementTree

import fastkml
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone
from fastkml.validator import get_schema_parser
from lxml import etree

from geodata import registry
from geodata.changes.recording import recording
from geodata.formats import offered
from geodata.queries.states import public_state
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.sentiers import sentier
from tests.offers import formats_of

pytestmark = pytest.mark.django_db(transaction=True)
XML = "{http://www.w3.org/XML/1998/namespace}"
ATOM = "{http://www.w3.org/2005/Atom}"
KML = "{http://www.opengis.net/kml/2.2}"
# RFC 4287 §4.1.1 and §4.1.2: how often each child may stand there.
OF_FEED = {
    "id": (1, 1), "title": (1, 1), "updated": (1, 1), "author": (1, 9), "link": (2, 2), "rights": (1, 1), "entry": (0, 9_999),
}  # fmt: skip
OF_ENTRY = {
    "id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (1, 1), "author": (0, 9), "link": (2, 2),
    "category": (0, 9), "summary": (1, 1),
}  # fmt: skip
# They hold the instant at which they were written.
DATED = ("gpkg", "shp")
TIME = re.compile("<time>(.*?)</time>")
MINUTE = timedelta(seconds=61)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def taken(client, collection, query, language="fr"):
    answer = client.get(f"/api/collections/{collection}/items?{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.getvalue()
    body = answer.getvalue()
    answer.close()
    return body


def networks():
    """The real network; then, beside it, a surveyed one, shapes of every kind and texts that XML must escape."""
    yield
    call_command("make_demo", parks=4, cabins=30, trails=6, mix=True, stdout=StringIO())
    for shape in (
        "POINT(2.8 50.4)", "LINESTRING(2.8 50.4, 2.81 50.41)", "POLYGON((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4))",
        "MULTIPOLYGON(((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4)), ((2.9 50.4, 2.91 50.4, 2.91 50.41, 2.9 50.4)))",
    ):  # fmt: skip
        fermeture(geom=f"SRID=4326;{shape}", title_fr='Pont <coupé> & "fermé" ]]>')
    fermeture(geom=None)
    cabane(name_fr="<b>&amp;\x1f'\"", description_fr="ligne\r\nligne ]]> <!-- -->")
    sentier(name_fr="A & B"), evenement(title_fr="</title>")
    yield


def assert_kml(body):
    schema = get_schema_parser()
    tree = etree.fromstring(body)
    schema.validate(tree)
    assert not schema.error_log, schema.error_log
    ids = [each.get("id") for each in tree.iter(f"{KML}Placemark")]
    assert len(ids) == len(set(ids))


def assert_atom(body):
    root = ElementTree.fromstring(body)
    assert (root.tag, root.get(f"{XML}lang")) == (f"{ATOM}feed", "fr")
    entries = root.findall(f"{ATOM}entry")
    for parent, rules in ((root, OF_FEED), *((each, OF_ENTRY) for each in entries)):
        assert {child.tag.removeprefix(ATOM) for child in parent} <= set(rules)
        for name, (least, most) in rules.items():
            assert least <= len(parent.findall(f"{ATOM}{name}")) <= most, name
        for name in ("updated", "published"):
            for each in parent.findall(f"{ATOM}{name}"):
                assert INSTANT.fullmatch(each.text)
        for each in parent.findall(f"{ATOM}author"):
            assert each.findtext(f"{ATOM}name")
        links = [(each.get("rel"), each.get("type")) for each in parent.findall(f"{ATOM}link")]
        assert len(links) == len(set(links))
        assert all(each.get("href").startswith("http://testserver/") for each in parent.findall(f"{ATOM}link"))
        assert all(each.get("term") for each in parent.findall(f"{ATOM}category"))
    return root


def test_every_kml_and_every_feed_keeps_to_its_schema(real_network, client):
    for _loaded in networks():
        for collection in registry.collections():
            body = taken(client, collection.id, "f=kml")
            assert_kml(body)
            (document,) = fastkml.KML.parse(BytesIO(body)).features
            held = [each for each in document.features if isinstance(each, fastkml.Placemark)]
            assert len(held) == collection.visible_to(AnonymousUser()).count()
            if "atom" in {each.name for each in offered.of(collection)}:
                assert_atom(taken(client, collection.id, "f=atom"))
    assert_kml(client.get(f"/api/collections/sentiers/items/{sentier().uuid}?f=kml").getvalue())


def test_an_empty_feed_was_updated_when_its_state_was(client):
    root = assert_atom(taken(client, "evenements", "f=atom&as-of=2020-02-03T04:05:06Z"))
    assert root.findtext(f"{ATOM}updated") == "2020-02-03T04:05:06Z"
    first = assert_atom(taken(client, "evenements", "f=atom")).findtext(f"{ATOM}updated")
    thing = evenement()
    with recording(by=None):
        type(thing).objects.filter(pk=thing.pk).update(status="draft")
    emptied = assert_atom(taken(client, "evenements", "f=atom")).findtext(f"{ATOM}updated")
    assert datetime.fromisoformat(first) < datetime.fromisoformat(emptied) <= timezone.now()
    assert assert_atom(taken(client, "evenements", "f=atom")).findtext(f"{ATOM}updated") == emptied


def test_files_of_the_same_state_are_the_same_bytes_later(client, monkeypatch):
    cabane(name_fr="A"), sentier(), evenement(), fermeture()
    asked = [
        (collection.id, each.name)
        for collection in registry.collections()
        for each in offered.downloads(collection)
        if each.told
    ]
    first = {each: taken(client, each[0], f"f={each[1]}") for each in asked}
    now = timezone.now()
    # The day is in the validator, since closures are told as they stand today.
    later = next(each for each in (now + MINUTE, now - MINUTE) if timezone.localdate(each) == timezone.localdate(now))
    monkeypatch.setattr(timezone, "now", lambda: later)
    for (collection, name), body in first.items():
        assert taken(client, collection, f"f={name}") == body, (collection, name)
    assert b"<time>" in first["sentiers", "gpx"]


def test_the_time_of_a_gpx_is_that_of_the_last_change_or_the_instant_asked_for(client):
    cabane()
    changed = public_state(None).moment // 1_000_000
    body = taken(client, "cabanes", "f=gpx").decode()
    assert datetime.fromisoformat(TIME.search(body)[1]).timestamp() == changed
    body = taken(client, "cabanes", "f=gpx&as-of=2020-02-03T04:05:06Z").decode()
    assert TIME.search(body)[1] == "2020-02-03T04:05:06Z"


def test_files_are_the_same_bytes_in_every_language(client):
    cabane(), sentier(), sentier(geom_quality="schematic"), evenement(), fermeture()
    moment = timezone.now().isoformat().replace("+00:00", "Z")
    for collection in registry.collections():
        for each in formats_of(collection):
            if not each.is_download or each.name in DATED:
                continue
            told = {
                taken(client, collection.id, f"f={each.name}&as-of={moment}", language)
                for language in ("fr", "en", "nl")
            }
            assert len(told) == 1, (collection.id, each.name)
