"""`/api/webhooks`: who may do what; refusals first."""

import socket

import pytest

from geodata.models import Subscription
from geodata.webhooks import signing, subscribing
from tests.api.geodata.writing import bearer, send
from tests.factories.parcs import autorite, user

pytestmark = pytest.mark.django_db
URL = "/api/webhooks"
JSON = "application/json"
GIVEN = {"name": "Miroir", "url": "https://exemple.fr/crochet"}


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """The outside network is closed: every name leads to a public number, except those that say otherwise."""
    numbers = {"prive.exemple.fr": "10.0.0.1", "metadata.exemple.fr": "169.254.169.254"}

    def found(host, port, **_kwargs):
        if host == "inconnu.exemple.fr":
            raise socket.gaierror
        return [(2, 1, 6, "", (host if host[0].isdigit() or ":" in host else numbers.get(host, "93.184.216.34"), port))]

    monkeypatch.setattr("socket.getaddrinfo", found)


@pytest.fixture
def mine():
    return subscribing.subscribe(GIVEN, by=user())[0]


def asked(client, method, path, person=None):
    if method == "get":
        return client.get(f"{URL}{path}", headers=bearer(person))
    return send(client, method, f"{URL}{path}", GIVEN, person, JSON)


def test_without_an_account_there_is_nothing(client, mine):
    for method, path in (
        ("get", ""),
        ("post", ""),
        ("get", f"/{mine.pk}"),
        ("delete", f"/{mine.pk}"),
        ("post", f"/{mine.pk}/test"),
    ):
        assert asked(client, method, path).status_code == 401


def test_another_ones_is_not_found_whatever_is_tried(client, mine):
    other = user()
    message = mine.deliveries.create(kind="test")
    tries = [
        ("get", ""), ("patch", ""), ("delete", ""), ("post", "/secret"), ("post", "/test"), ("get", "/deliveries"),
        ("post", f"/deliveries/{message.pk}/retry"),
    ]  # fmt: skip
    for method, path in tries:
        assert asked(client, method, f"/{mine.pk}{path}", other).status_code == 404
    assert client.get(URL, headers=bearer(other)).json() == {"webhooks": []}
    assert Subscription.objects.filter(pk=mine.pk, former_salt="").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://exemple.fr/"}, "url"), ({"url": "https://127.0.0.1/"}, "url"), ({"url": "https://[::1]/"}, "url"),
        ({"url": "https://prive.exemple.fr/"}, "url"), ({"url": "https://metadata.exemple.fr/"}, "url"),
        ({"url": "https://inconnu.exemple.fr/"}, "url"), ({"url": "https://exemple.fr:22/"}, "url"), ({"url": 3}, "url"),
        ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": None}, "name"),
        ({"collections": ["rien"]}, "collections"), ({"collections": "cabanes"}, "collections"), ({"collections": [{}]}, "collections"),
        ({"events": ["create"]}, "events"), ({"bbox": [1, 2, 3]}, "bbox"), ({"bbox": [3, 50, 2, 51]}, "bbox"),
        ({"bbox": [2, 51, 3, 50]}, "bbox"), ({"bbox": [2, 50, 3, "51"]}, "bbox"), ({"bbox": [2, 50, 3, 1000]}, "bbox"),
        ({"authority": "RIEN"}, "authority"), ({"features": "oui"}, "features"), ({"state": "stopped"}, "state"), ({"owner": 1}, "owner"),
    ],
)  # fmt: skip
def test_what_cannot_be_subscribed_names_the_field(client, given, field):
    refused = send(client, "post", URL, GIVEN | given, user(), JSON)
    assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, [field])
    assert not Subscription.objects.exists()


def test_the_secret_is_shown_once(client):
    person, authority = user(), autorite()
    given = GIVEN | {
        "collections": ["cabanes"],
        "bbox": [2.7, 50.3, 2.9, 50.5],
        "authority": authority.code,
        "events": ["delete"],
    }
    made = send(client, "post", URL, given, person, JSON)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert "no-store" in made["Cache-Control"]
    read = client.get(made["Location"], headers=bearer(person)).json()
    assert "secret" not in read
    assert {name: read[name] for name in given} == given
    assert (
        send(client, "post", f"{made['Location']}/secret", None, person, JSON).json()["secret"] != made.json()["secret"]
    )


def test_it_is_changed_paused_taken_up_again_and_ended(client, mine):
    where = f"{URL}/{mine.pk}"
    changed = send(
        client, "patch", where, {"name": "Autre", "state": "paused"}, mine.owner, "application/merge-patch+json"
    ).json()
    assert (changed["name"], changed["state"], changed["url"]) == ("Autre", "paused", GIVEN["url"])
    assert send(client, "patch", where, {"state": "active"}, mine.owner, JSON).json()["state"] == "active"
    assert send(client, "patch", where, {"state": "stopped"}, mine.owner, JSON).status_code == 422
    assert send(client, "delete", where, None, mine.owner).status_code == 204
    assert client.get(where, headers=bearer(mine.owner)).status_code == 404


def test_a_test_is_accepted_and_logged(client, mine):
    assert send(client, "post", f"{URL}/{mine.pk}/test", None, mine.owner, JSON).status_code == 202
    (logged,) = client.get(f"{URL}/{mine.pk}/deliveries", headers=bearer(mine.owner)).json()["deliveries"]
    assert (logged["type"], logged["state"], logged["attempts"]) == ("test", "pending", 0)
    again = f"{URL}/{mine.pk}/deliveries/{logged['uuid']}/retry"
    assert send(client, "post", again, None, mine.owner, JSON).status_code == 202


def test_one_person_has_at_most_twenty(client, monkeypatch):
    monkeypatch.setattr(subscribing, "MOST", 1)
    person = user()
    assert send(client, "post", URL, GIVEN, person, JSON).status_code == 201
    assert send(client, "post", URL, GIVEN, person, JSON).status_code == 409


def test_a_session_needs_its_token_to_write(client):
    client.force_login(user())
    assert client.post(URL, GIVEN, content_type=JSON).status_code in (201, 403)
    client.handler.enforce_csrf_checks = True
    assert client.post(URL, GIVEN, content_type=JSON).status_code == 403


def test_unknown_parameters_are_refused(client, mine):
    assert client.get(f"{URL}?a=1", headers=bearer(mine.owner)).status_code == 400


def test_on_the_page_one_subscribes_sees_the_secret_once_and_ends_it(client):
    client.force_login(user())
    sent = client.post(
        "/gestion/webhooks/", GIVEN | {"events": ["delete"], "bbox": "2.7, 50.3, 2.9, 50.5", "features": "on"}
    )
    made = Subscription.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/gestion/webhooks/{made.pk}/")
    assert "whsec_" not in str(dict(client.session))
    assert "whsec_" not in client.head(sent["Location"]).content.decode()
    page = client.get(sent["Location"])
    assert page["Cache-Control"] == "private, no-store"
    assert signing.secret(made.salt) in page.content.decode()
    assert (made.events, made.box, made.with_features) == (["delete"], [2.7, 50.3, 2.9, 50.5], True)
    where = f"/gestion/webhooks/{made.pk}/"
    assert "whsec_" not in client.get(where).content.decode()
    former = made.salt
    assert client.post(where, {"verb": "secret"}).status_code == 302
    made.refresh_from_db()
    assert made.salt != former
    assert [signing.secret(made.salt) in client.get(where).content.decode() for _time in range(2)] == [True, False]
    for verb in ("test", "pause", "resume"):
        assert client.post(where, {"verb": verb}).status_code == 302
    assert client.post(where, {"verb": "again", "message": made.deliveries.get().pk}).status_code == 302
    assert client.post(where, {"verb": "again", "message": "x"}).status_code == 404
    assert client.post(where, {"verb": "delete"}).status_code == 302
    assert not Subscription.objects.exists()


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(client):
    client.force_login(user())
    page = client.post("/gestion/webhooks/", GIVEN | {"url": "https://127.0.0.1/", "bbox": "là"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "Cette adresse mène à un réseau privé ou réservé." in text
    assert "Quatre nombres" in text
    assert 'value="https://127.0.0.1/"' in text


def test_another_ones_page_is_not_found(client, mine):
    client.force_login(user())
    assert client.get(f"/gestion/webhooks/{mine.pk}/").status_code == 404
    assert client.post(f"/gestion/webhooks/{mine.pk}/", {"verb": "secret"}).status_code == 404
