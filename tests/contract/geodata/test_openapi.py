"""The OpenAPI document says everything and nothing false: Schemathesis asks the running application what it describes."""

import json
import re

import pytest
import schemathesis
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from geodata import registry
from geodata.params.paging import MAX_LIMIT
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier


def is_refused(context, response, case):
    """What the document rules out is refused, but for one: a `limit` above the maximum is served at the maximum."""
    limit = str((case.query or {}).get("limit", ""))
    is_above = limit.isascii() and limit.isdigit() and int(limit[:18]) > MAX_LIMIT
    return None if is_above else negative_data_rejection(context, response, case)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    is_refused,
]
# All collections come from one list: two are asked thoroughly, the others once a way.
THOROUGH = ("cabanes", "fermetures")
FIXED = re.compile(r"<[^>]*>|\{[^}]*\}|\(\?P<rest>.*")


def whole(environ, start_response):
    """The application; an answer is read and closed as servers do, which the client of Schemathesis leaves to the collector."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        getattr(answer, "close", lambda: None)()


@pytest.fixture
def document(client):
    return json.loads(client.get("/api/openapi.json").content)


@pytest.mark.django_db
def test_document_is_valid(document):
    validate(document)


def test_every_feature_of_the_real_network_is_as_it_is_described(real_network, client, document):
    for collection in registry.collections():
        described = {"$ref": f"#/components/schemas/{collection.id}.feature", "components": document["components"]}
        judge_feature = OAS30ReadValidator(described)
        for feature in client.get(f"/api/collections/{collection.id}/items?limit=200").json()["features"]:
            assert not [(*each.path, each.message) for each in judge_feature.iter_errors(feature)]


@pytest.mark.django_db
def test_document_names_every_address(document):
    """Each route of the API is a path of the document, whoever wrote it."""
    (api,) = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/"]
    described = set()
    names = "|".join(each.id for each in registry.collections())
    for path in document["paths"]:
        described.add(FIXED.sub("{}", re.sub(rf"(?<=/)(?:{names})(?=/|$)", "{}", path)).strip("/"))
    lacking = set()
    for route in api.url_patterns:
        address = FIXED.sub("{}", str(route.pattern)).strip("/^$")
        lacking |= {address} - described if address else set()
    assert lacking <= {"{}", "catalogue.{}"}


@pytest.mark.django_db
def test_document_names_every_parameter(client, document):
    """Reads take what their description names, and nothing else: the refusal of an unknown one says what they take."""
    authority = autorite()
    client.force_login(member("publisher", authority))
    places = {
        "tileMatrix": "0",
        "tileRow": "0",
        "tileCol": "0",
        "z": "0",
        "row": "0",
        "col": "0",
        "name": "kind",
        "slug": "gone",
    }
    thing, asked = str(cabane(authority=authority).uuid), 0
    for path, item in document["paths"].items():
        if "get" not in item or (path.startswith("/collections/") and not path.startswith("/collections/cabanes")):
            continue
        address = re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], thing), path)
        answer = client.get(f"/api{address}?zzz=1", headers={"Accept-Language": "en"})
        if answer.status_code == 404:
            assert path.startswith("/exports/")
            continue
        known = re.search(r"Known: (.*)\.$", answer.json()["detail"])
        taken = set(known[1].split(", ")) if known else set()
        assert taken == {each["name"] for each in item["get"]["parameters"] if each["in"] == "query"}, path
        asked += 1
    assert asked > 30


def judge(operation, examples, headers):
    """What does not hold of so many requests of this operation: a text, or nothing."""

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(case=st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))
    def ask(case):
        case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        ask()
    except (FailureGroup, Failure) as failure:
        return f"{operation.method} {operation.path}: {failure}"
    return ""


@pytest.mark.django_db(transaction=True)
def test_everything_that_is_described_holds():
    authority = autorite()
    parc(), sentier(), fermeture(), cabane(authority=authority)
    _token, key = AuthToken.objects.create(user=member("publisher", authority))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", whole)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    told, asked = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path == "/live":
            continue  # an answer that does not end
        asked += 1
        is_thorough = any(f"/{each}" in operation.path for each in THOROUGH) or "collections/" not in operation.path
        is_write = operation.method.upper() in ("POST", "PUT", "PATCH", "DELETE")
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if is_write else {})
        told.append(judge(operation, 12 if is_thorough else 4, headers))
    assert asked > 150
    told = "\n\n".join(filter(None, told))
    assert not told, told
