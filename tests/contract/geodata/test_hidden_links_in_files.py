"""What a public record names and nobody may see is in no file either, whatever program reads it (decision 0212)."""

import pytest
from django.db import models

from geodata import registry
from geodata.features import Feature
from geodata.formats import offered
from geodata.registry import Collection
from tests.api.geodata.test_hidden_links import MAKE, STATES, WORD, hide
from tests.contract.geodata.test_hidden_photos import unpacked

pytestmark = pytest.mark.django_db(transaction=True)
FILES = ("gpkg", "fgb", "shp", "parquet")


def linked(collection):
    """A record of the collection that names something hidden wherever it can, each in another way."""
    fields = [
        each
        for each in collection.model_class._meta.concrete_fields
        if isinstance(each, models.ForeignKey) and issubclass(each.related_model, Feature)
    ]
    targets = {}
    for number, each in enumerate(fields):
        kind = registry.of_model(each.related_model)
        targets[each.name] = (MAKE[kind.id](**{kind.label: WORD, "slug": f"zz-cache-{number}"}), STATES[number % 3])
    made = MAKE[collection.id](**{name: target for name, (target, _state) in targets.items()})
    for target, state in targets.values():
        hide(target, state)
    return made


@pytest.mark.parametrize("collection", [pytest.param(each, id=each.id) for each in registry.collections()])
def test_no_file_has_the_name_of_what_is_hidden(client, tmp_path, collection: Collection):
    made = linked(collection)
    found = []
    for each in offered.of(collection):
        if each.name not in FILES:
            continue
        answer = client.get(f"/api/collections/{collection.id}/items?f={each.name}")
        assert answer.status_code == 200, (each.name, answer.content)
        body = answer.getvalue()
        answer.close()
        said = unpacked(each.name, body, tmp_path)
        assert made.slug.encode() in said, each.name
        for hidden in (WORD.encode(), b"zz-cache"):
            assert hidden not in body, each.name
            assert hidden not in said, each.name
        found.append(each.name)
    assert found
