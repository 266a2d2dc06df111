"""From a terminal to the visitor: account, cabin by API, and everything that shows cabins, at the next request."""

import json
from io import StringIO

import mapbox_vector_tile
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from comptes.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from comptes.models import User
from config.safety import refuse_demo_accounts
from tests.api.geodata.test_tiles import address
from tests.api.geodata.writing import MERGE, body, items
from tests.factories.parcs import autorite

pytestmark = pytest.mark.django_db


def account(*options):
    """What `manage.py make_account` prints, by name."""
    out = StringIO()
    call_command("make_account", *options, stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines())


def cabins_in_tile(client):
    response = client.get(address("cabanes", 16, 2.8, 50.4))
    return [] if response.status_code == 204 else mapbox_vector_tile.decode(response.content)["cabanes"]["features"]


def test_cabin_by_api_is_everywhere_at_the_next_request_and_leaves_as_fast(client):
    autorite(code="CABBALR", name_fr="Béthune-Bruay")
    token = account("--authority", "CABBALR", "--role", "publisher", "--token")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    visitor = Client()
    assert cabins_in_tile(visitor) == []
    content = body("cabanes", name_fr="Cabane du terril", status="published")
    made = client.post(items("cabanes"), json.dumps(content), content_type="application/geo+json", headers=headers)
    assert made.status_code == 201, made.content
    feature = json.loads(made.content)
    assert feature["properties"]["authority"] == "CABBALR"
    page = f"/cabanes/{feature['properties']['slug']}/"
    listed = json.loads(visitor.get(items("cabanes")).content)
    assert [each["id"] for each in listed["features"]] == [feature["id"]]
    assert len(cabins_in_tile(visitor)) == 1
    assert "Cabane du terril" in visitor.get(page).content.decode()
    assert "Cabane du terril" in visitor.get("/cabanes/").content.decode()
    assert "Cabane du terril" in visitor.get("/").content.decode()

    change = json.dumps({"properties": {"status": "archived"}})
    client.patch(made["Location"], change, content_type=MERGE, headers=headers)
    assert visitor.get(made["Location"]).status_code == 404
    assert cabins_in_tile(visitor) == []
    assert visitor.get(page).status_code in (404, 410)
    change = json.dumps({"properties": {"status": "published"}})
    assert client.patch(made["Location"], change, content_type=MERGE, headers=headers).status_code == 200
    assert client.delete(made["Location"], headers=headers).status_code == 204
    assert visitor.get(made["Location"]).status_code == 410


def test_account_signs_in_with_what_was_printed(client):
    autorite(code="CALL")
    printed = account("--authority", "call", "--role", "editor")
    assert set(printed) == {"username", "password"}
    assert client.login(username=printed["username"], password=printed["password"])
    other = account("--authority", "CALL", "--role", "editor")
    assert other["username"] != printed["username"]


def test_token_is_kept_as_a_hash(client):
    from knox.models import AuthToken

    autorite(code="CALL")
    token = account("--authority", "CALL", "--token")["token"]
    (row,) = AuthToken.objects.all()
    assert token not in {str(value) for value in vars(row).values()}


@pytest.mark.parametrize("options", [("--authority", "NOPE"), ("--authority", "CALL", "--park", "nulle-part")])
def test_account_that_cannot_be_made_is_one_sentence(options):
    autorite(code="CALL")
    with pytest.raises(CommandError, match=r"authority NOPE|parks is not known"):
        account(*options)
    assert not User.objects.exists()


def test_production_refuses_demo_accounts(client, settings):
    for code in {code for _name, code, _role in DEMO_ACCOUNTS}:
        autorite(code=code)
    call_command("make_demo_accounts", stdout=StringIO())
    call_command("make_demo_accounts", stdout=StringIO())
    assert User.objects.filter(is_demo=True).count() == len(DEMO_ACCOUNTS)
    assert client.login(username=DEMO_ACCOUNTS[0][0], password=DEMO_PASSWORD)
    refuse_demo_accounts()
    settings.REFUSE_DEMO_ACCOUNTS = True
    with pytest.raises(ImproperlyConfigured, match="make_demo_accounts --remove"):
        refuse_demo_accounts()
    with pytest.raises(CommandError):
        call_command("make_demo_accounts", stdout=StringIO())
    call_command("make_demo_accounts", "--remove", stdout=StringIO())
    refuse_demo_accounts()
    assert not client.login(username=DEMO_ACCOUNTS[0][0], password=DEMO_PASSWORD)
