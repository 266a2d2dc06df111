"""Every public read takes the same number of statements however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geodata.queries import extent
from tests.factories.cabanes import cabane

ROOT = "/api/collections/cabanes"
PATHS = [
    f"{ROOT}/items", f"{ROOT}/items?limit=2", f"{ROOT}/items?limit=5000", f"{ROOT}/items?bbox=2,50,3,51&limit=3", f"{ROOT}/items?q=cabane",
    f"{ROOT}/items?sortby=-name_fr", f"{ROOT}/items?properties=name_fr&skipGeometry=true", f"{ROOT}/items?filter=sheltered%20IS%20NULL",
    ROOT, f"{ROOT}/queryables", f"{ROOT}/schema", f"{ROOT}/tiles/WebMercatorQuad/8/86/129", f"{ROOT}/tiles/WebMercatorQuad/14/5527/8319",
    "/api/tiles/WebMercatorQuad/14/5527/8319", "/api/collections", "/api/changes?limit=2", "/api/changes",
]  # fmt: skip


def statements(client, path):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        answer.getvalue()
    assert answer.status_code in (200, 204), path
    return len(queries)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_the_number_of_statements_does_not_grow(client, path):
    statements(client, path)
    found = []
    for _ in range(2):
        for _ in range(6):
            cabane()
        extent._extents.clear()
        found.append(statements(client, path))
    assert found[0] == found[1]
