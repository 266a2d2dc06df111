"""The DCAT-AP catalogue: read back by rdflib, held to the mandatory properties, read as data.gouv.fr's harvester does."""

import json

import pytest
from django.utils import timezone
from pyshacl import validate
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF

from geodata import registry
from geodata.endpoints import validators
from geodata.formats import offered
from geodata.queries import states
from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
EU = "http://publications.europa.eu/resource/authority"
HOST = "http://testserver"
# What DCAT-AP 3.0 makes mandatory, and what it and data.gouv.fr recommend that we always have.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <urn:shapes:> .
ex:Said sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ; sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> ] .
ex:Explained sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:uniqueLang true ] .
ex:Owned sh:property
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
    [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:contactPoint ; sh:minCount 1 ; sh:class vcard:Kind ] ,
    [ sh:path dct:accessRights ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] .
ex:Catalog sh:targetClass dcat:Catalog ; sh:and ( ex:Said ex:Explained ex:Owned ) ; sh:property
    [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] ,
    [ sh:path dcat:service ; sh:class dcat:DataService ] ,
    [ sh:path dct:modified ; sh:maxCount 1 ; sh:datatype xsd:dateTime ] ,
    [ sh:path foaf:homepage ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] .
ex:Dataset sh:targetClass dcat:Dataset ; sh:nodeKind sh:IRI ; sh:and ( ex:Said ex:Explained ex:Owned ) ; sh:property
    [ sh:path dct:identifier ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:Literal ] ,
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] ,
    [ sh:path dcat:theme ; sh:minCount 1 ; sh:pattern "^http://publications.europa.eu/resource/authority/data-theme/[A-Z]{4}$" ] ,
    [ sh:path dct:accrualPeriodicity ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dct:spatial ; sh:minCount 1 ; sh:class dct:Location ] ,
    [ sh:path dct:temporal ; sh:class dct:PeriodOfTime ] ,
    [ sh:path dct:language ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:landingPage ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:keyword ; sh:minCount 2 ; sh:nodeKind sh:Literal ] .
ex:Distribution sh:targetClass dcat:Distribution ; sh:node ex:Said ; sh:property
    [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:downloadURL ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:mediaType ; sh:maxCount 1 ; sh:pattern "^https://www.iana.org/assignments/media-types/" ] ,
    [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ] .
ex:Service sh:targetClass dcat:DataService ; sh:and ( ex:Said ex:Owned ) ; sh:property
    [ sh:path dcat:endpointURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:servesDataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
ex:Agent sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ] .
"""


def read(client, ending, form):
    answer = client.get(f"/api/catalogue.{ending}")
    assert answer.status_code == 200, answer.content
    return Graph().parse(data=answer.content, format=form)


def test_three_forms_say_the_same(client):
    cabane(), sentier(), evenement()
    turtle = read(client, "ttl", "turtle")
    assert isomorphic(turtle, read(client, "jsonld", "json-ld"))
    assert isomorphic(turtle, read(client, "rdf", "xml"))


def test_every_collection_is_a_dataset_with_every_file_it_has(client):
    found = read(client, "ttl", "turtle")
    assert len(set(found.subjects(RDF.type, DCAT.Dataset))) == len(list(registry.collections()))
    for collection in registry.collections():
        dataset = URIRef(f"{HOST}/api/collections/{collection.id}")
        files = {str(found.value(each, DCAT.downloadURL)) for each in found.objects(dataset, DCAT.distribution)}
        assert files == {f"{HOST}/api/snapshot/{collection.id}"} | {
            f"{dataset}/items?f={each.name}" for each in offered.downloads(collection)
        }
    trail = URIRef(f"{HOST}/api/collections/sentiers/items?f=schema-randonnee")
    assert str(found.value(trail, DCTERMS.conformsTo)).endswith("/v1.1.0/schema.json")


def test_the_mandatory_properties_of_dcat_ap_are_there(client):
    cabane(), evenement()
    found = read(client, "ttl", "turtle")
    conforms, _results, told = validate(
        found, shacl_graph=Graph().parse(data=SHAPES, format="turtle"), inference="none"
    )
    assert conforms, told
    found.remove((None, DCAT.accessURL, None))
    assert not validate(found, shacl_graph=Graph().parse(data=SHAPES, format="turtle"), inference="none")[0]


def test_data_gouv_fr_finds_what_it_reads(client):
    """udata, harvest/backends/dcat.py and core/dataset/rdf.py: what its harvester takes of each dataset and file."""
    made = cabane()
    found = read(client, "jsonld", "json-ld")
    dataset = found.resource(URIRef(f"{HOST}/api/collections/cabanes"))
    assert str(dataset.value(DCTERMS.identifier)) == f"{HOST}/api/collections/cabanes"
    assert dataset.value(DCTERMS.accrualPeriodicity).identifier == URIRef(f"{EU}/frequency/UPDATE_CONT")
    assert dataset.value(DCTERMS.license).identifier == URIRef(
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
    )
    assert dataset.value(DCTERMS.modified).toPython().date() == made.updated_at.date()
    literals = [
        each for place in dataset.objects(DCTERMS.spatial) for each in place.objects() if isinstance(each, Literal)
    ]
    shapes = [json.loads(each) for each in literals if str(each.datatype).endswith("application/vnd.geo+json")]
    assert [shape["type"] for shape in shapes] == ["Polygon"]
    for file in dataset.objects(DCAT.distribution):
        # With an accessService the file would be listed as an API, and the service not at all.
        assert file.value(DCAT.accessService) is None
        assert file.value(DCAT.downloadURL).identifier.startswith(HOST)
    assert found.value(None, RDF.type, DCAT.DataService) == URIRef(f"{HOST}/api/")
    assert str(found.value(URIRef(f"{HOST}/#editeur"), FOAF.name)) != ""


def test_titles_are_in_three_languages_and_periods_are_those_of_the_features(client):
    evenement(starts_at="2026-05-01T10:00Z", ends_at="2026-05-02T10:00Z")
    found = read(client, "ttl", "turtle")
    dataset = URIRef(f"{HOST}/api/collections/evenements")
    assert {text.language for text in found.objects(URIRef(f"{HOST}/api/catalogue"), DCTERMS.title)} == {
        "fr",
        "en",
        "nl",
    }
    period = found.value(dataset, DCTERMS.temporal)
    assert str(found.value(period, DCAT.startDate)) == "2026-05-01"


def test_form_is_chosen_by_ending_parameter_or_accept(client):
    for name, media in (("jsonld", "application/ld+json"), ("ttl", "text/turtle"), ("rdf", "application/rdf+xml")):
        for answer in (
            client.get(f"/api/catalogue.{name}"),
            client.get(f"/api/catalogue?f={name}"),
            client.get("/api/catalogue", headers={"Accept": media}),
        ):
            assert answer["Content-Type"].split(";")[0] == media
    assert client.get("/api/catalogue")["Content-Type"] == "application/ld+json"
    assert client.get("/api/catalogue.n3").status_code == 404
    assert client.get("/api/catalogue?f=n3").json()["parameter"] == "f"
    assert client.get("/api/catalogue.ttl?x=1").json()["parameter"] == "x"
    assert client.get("/api/catalogue", headers={"Accept": "image/png"}).status_code == 406


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", ["text/html", BROWSER])
def test_a_person_gets_a_page_of_the_same_datasets_and_files(client, accept):
    cabane()
    answer = client.get("/api/catalogue", headers={"Accept": accept, "Accept-Language": "en"})
    assert answer["Content-Type"].split(";")[0] == "text/html"
    text = answer.content.decode().replace("&amp;", "&")
    found = read(client, "ttl", "turtle")
    for address in (*found.objects(None, DCAT.downloadURL), f"{HOST}/api/catalogue.rdf", f"{HOST}/api/catalogue.ttl"):
        assert f'href="{address}"' in text, address
    assert 'rel="license noopener"' in text
    assert client.get("/api/catalogue?f=html").status_code == client.get("/api/catalogue.html").status_code == 200
    for language, told in (("fr", "Jeux de données"), ("en", "Datasets"), ("nl", "Gegevenssets")):
        page = client.get("/api/catalogue.html", headers={"Accept-Language": language}).content.decode()
        assert f"<h2>{told}</h2>" in page


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("application/*", "application/ld+json"),
        ("text/*", "text/turtle"),
        ("application/xml", "application/rdf+xml"),
        ("text/turtle;q=0.9,application/rdf+xml;q=0.8,*/*;q=0.1", "text/turtle"),
    ],
)
def test_machines_get_the_graph_in_the_form_they_name(client, accept, media):
    answer = client.get("/api/catalogue", headers={"Accept": accept} if accept else {})
    assert answer["Content-Type"].split(";")[0] == media


@pytest.mark.parametrize("ending", ["jsonld", "ttl", "rdf"])
def test_its_file_is_named_by_its_day(client, ending):
    named = client.get(f"/api/catalogue.{ending}")["Content-Disposition"]
    assert named == f'inline; filename="catalogue-{timezone.localdate():%Y-%m-%d}.{ending}"'


def test_unchanged_it_is_not_sent_again_and_hidden_records_change_nothing(client, django_assert_max_num_queries):
    made = cabane()
    first = client.get("/api/catalogue.ttl")
    cabane(status="draft", park=made.park, authority=made.authority)
    with django_assert_max_num_queries(1):
        assert client.get("/api/catalogue.ttl", headers={"If-None-Match": first["ETag"]}).status_code == 304
    cabane(geom="SRID=4326;POINT(2.9 50.3)")
    again = client.get("/api/catalogue.ttl", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert b"2.9 50.3" in again.content


def test_it_is_sent_again_by_another_release_and_after_a_backup_was_restored(client, monkeypatch):
    cabane()
    first = client.get("/api/catalogue")["ETag"]
    with monkeypatch.context() as patched:
        patched.setattr(validators, "release", lambda: "another")
        assert client.get("/api/catalogue", headers={"If-None-Match": first}).status_code == 200
    present = states.public_state(None)
    restored = states.State(present.revision, present.moment + 1)
    monkeypatch.setattr(states, "public_state", lambda _collection: restored)
    assert client.get("/api/catalogue", headers={"If-None-Match": first}).status_code == 200
