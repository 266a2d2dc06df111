"""No value of a property, however odd, is an internal error."""

from uuid import uuid4

import pytest
from django.db import models

from geodata import registry
from tests.api.geodata.writing import FACTORIES, MERGE, fields_of, items, send
from tests.factories.parcs import autorite, user

pytestmark = pytest.mark.django_db
NASTY = ["a" * 5000, 10**30, -1, 1e308, True, [], {}, [[1]], [None], {"a": {"b": [1]}}, "2024-13-45", "0001-01-01",
         "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", None, "é" * 300, str(uuid4()), "' OR 1=1 --", " "]  # fmt: skip


@pytest.mark.parametrize("collection", FACTORIES)
def test_no_value_of_any_property_is_an_internal_error(client, collection):
    """All properties at once: reading judges each by itself, what it lets pass is stored together. What a rule refuses
    beside others is sent alone too, and so is what rules compare: nothing where something was, and days.
    """
    boss = user(is_superuser=True)
    thing = FACTORIES[collection](**({} if collection in ("communes", "autorites") else {"authority": autorite()}))
    url, names = f"{items(collection)}/{thing.uuid}", set(registry.get(collection).properties)

    def patch(value, properties):
        response = send(client, "patch", url, {"properties": dict.fromkeys(properties, value)}, boss, MERGE)
        assert response.status_code in (200, 409, 422), (properties, value, response.content)
        wrong = fields_of(response) if response.status_code == 422 else []
        return response.status_code, {field.split(".")[0] for field in wrong}

    def store(value, left):
        while left:
            status, refused = patch(value, left)
            if status == 200:
                return left
            alone = left & refused or left
            for name in alone:
                patch(value, [name])
            left = left - alone
        return set()

    fields = registry.get(collection).fields
    present = send(client, "get", url, person=boss).json()["properties"]
    empty = {name for name in names if present.get(name) is None}
    assert store(None, empty)
    for name in sorted(names):
        if name not in empty:
            patch(None, [name])
        if isinstance(fields.get(name), models.DateField):
            patch("0001-01-01", [name])
    stored = set()
    for value in NASTY:
        _status, refused = patch(value, {"inconnue", *names})
        assert "inconnue" in refused
        stored |= store(value, names - refused)
    assert stored
