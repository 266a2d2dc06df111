"""Writers at the same moment: real threads, real commits."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from cabanes.models import Cabane
from geodata.models import Revision
from tests.api.geodata.writing import MERGE, bearer, body, items
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


def at_once(send):
    """What `send(n)` gives in eight threads that start together."""
    ready = Barrier(WRITERS)

    def one(n):
        try:
            ready.wait(10)
            return send(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def request(verb, url, content, headers, kind=MERGE):
    return getattr(Client(), verb)(url, json.dumps(content), content_type=kind, headers=headers)


def test_of_eight_writers_with_the_same_validator_one_wins():
    call = autorite(code="CALL")
    thing, headers = cabane(authority=call), bearer(member("publisher", call))
    url = f"{items('cabanes')}/{thing.uuid}"
    headers["If-Match"] = Client().get(url)["ETag"]
    before = Revision.objects.count()
    answers = at_once(lambda n: request("patch", url, {"properties": {"name_fr": f"n{n}"}}, headers))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    (won,) = (answer for answer in answers if answer.status_code == 200)
    assert Cabane.objects.get(pk=thing.pk).name_fr == json.loads(won.content)["properties"]["name_fr"]
    assert Revision.objects.count() == before + 1
    assert {answer["ETag"] for answer in answers} == {won["ETag"]}


def test_the_same_cabin_sent_eight_times_at_once_is_one():
    call = autorite(code="CALL")
    headers, content = bearer(member("publisher", call)), body("cabanes", call) | {"id": str(uuid4())}
    answers = at_once(lambda n: request("post", items("cabanes"), content, headers, "application/geo+json"))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert Cabane.objects.count() == 1


def test_eight_cabins_of_one_name_get_eight_addresses():
    call = autorite(code="CALL")
    headers = bearer(member("publisher", call))
    answers = at_once(
        lambda n: request("post", items("cabanes"), body("cabanes", call), headers, "application/geo+json")
    )
    assert [answer.status_code for answer in answers] == [201] * WRITERS
    assert Cabane.objects.values("slug").distinct().count() == WRITERS


def test_deleted_while_others_write():
    call = autorite(code="CALL")
    thing, headers = cabane(authority=call), bearer(member("publisher", call))
    url = f"{items('cabanes')}/{thing.uuid}"

    def send(n):
        if n == 0:
            return Client().delete(url, headers=headers)
        return request("patch", url, {"properties": {"name_fr": f"n{n}"}}, headers)

    codes = {answer.status_code for answer in at_once(send)}
    assert 204 in codes
    assert codes <= {200, 204, 410}
    assert Client().get(url).status_code == 410
