import pytest

from comptes import keys
from comptes.models import ApiUsage
from geodata.limits.usage import usage
from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"
VISITOR = {"REMOTE_ADDR": "203.0.113.7"}


def test_every_answer_tells_the_quota_also_304_and_problems(client, limits):
    limits(address="10/100")
    first = client.get(ITEMS, **VISITOR)
    assert first["RateLimit-Policy"] == '"address";q=10;w=100'
    assert first["RateLimit"].startswith('"address";r=9;t=')
    again = client.get(ITEMS, headers={"If-None-Match": first["ETag"]}, **VISITOR)
    assert (again.status_code, again["RateLimit"][:13]) == (304, '"address";r=8')
    wrong = client.get(f"{ITEMS}?bbox=x", **VISITOR)
    assert (wrong.status_code, wrong["RateLimit"][:13]) == (400, '"address";r=7')
    assert "RateLimit" in first["Access-Control-Expose-Headers"]


def test_what_the_door_knows_to_be_unchanged_is_counted_as_well(site, limits):
    thing = cabane()
    for path in (ITEMS, f"{ITEMS}/{thing.uuid}"):
        etag = site.learn(path)[1]["ETag"]
        limits(local="2/60")
        answers = [site.get(path, if_none_match=etag) for _ in range(3)]
        assert [status for status, _headers, _body in answers] == [304, 304, 429]
        assert site.reached == 1
        told = [headers["RateLimit"][:11] for _status, headers, _body in answers]
        assert told == ['"local";r=1', '"local";r=0', '"local";r=0']
        limits(local="1000/60")
        assert site.get(path, if_none_match=etag, x_api_key="cdp_nobody")[0] == 403


def test_beyond_the_quota_is_429_that_says_when(client, limits):
    limits(address="2/60")
    for _ in range(2):
        assert client.get(ITEMS, **VISITOR).status_code == 200
    refused = client.get(ITEMS, headers={"Accept-Language": "en"}, **VISITOR)
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Retry-After"] in ("29", "30")
    assert refused["RateLimit"].startswith('"address";r=0;t=')
    assert refused["Access-Control-Allow-Origin"] == "*"
    told = refused.json()
    assert told["type"] == "http://testserver/api/problems/quota-exceeded"
    assert told["violated-policies"] == ["address"]
    assert told["title"] == "Too many requests"
    assert client.get(ITEMS, REMOTE_ADDR="203.0.113.8").status_code == 200
    assert client.options(ITEMS, **VISITOR).status_code == 200
    assert client.get("/partenaires/", **VISITOR).status_code == 200


def test_this_machine_has_a_quota_of_its_own_unless_a_proxy_says_who_asks(client, limits):
    limits(address="1/60", local="5/60")
    assert client.get(ITEMS)["RateLimit-Policy"] == '"local";q=5;w=60'
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get(ITEMS, headers=forwarded)["RateLimit-Policy"] == '"address";q=1;w=60'
    assert client.get(ITEMS, headers=forwarded).status_code == 429
    assert client.get(ITEMS).status_code == 200


def test_quotas_that_are_off_leave_no_header(client, limits):
    limits(address="off", local="off", key="off")
    assert "RateLimit" not in client.get(ITEMS, **VISITOR)


def test_a_key_has_its_own_quota_and_gives_no_right(client, limits):
    limits(address="1/60", key="5/60")
    key, text = keys.make(user(is_superuser=True), "nightly")
    cabane(status="draft")
    shown = {"X-API-Key": text}
    for _ in range(3):
        answer = client.get(ITEMS, headers=shown, **VISITOR)
    assert answer["RateLimit"].startswith('"key";r=2;t=')
    assert answer.json()["features"] == []
    assert client.post(ITEMS, "{}", "application/geo+json", headers=shown).status_code == 401
    key.quota = 900
    key.save()
    limits(address="1/60", key="5/60")
    assert client.get(ITEMS, headers=shown)["RateLimit-Policy"] == '"key";q=900;w=60'


@pytest.mark.parametrize("end", ["revoked", "closed account", "never made", "endless"])
def test_a_key_that_is_not_in_use_is_refused_by_name(client, limits, end):
    limits(address="5/60")
    key, text = keys.make(user(), "nightly")
    if end == "revoked":
        keys.revoke(key)
    elif end == "closed account":
        key.owner.is_active = False
        key.owner.save()
    elif end == "never made":
        text = "cdp_" + "x" * 32
    else:
        text = "cdp_" + "x" * 5000
    refused = client.get(ITEMS, headers={"X-API-Key": text}, **VISITOR)
    assert refused.status_code == 403
    assert "X-API-Key" in refused.json()["detail"]
    assert refused["RateLimit"].startswith('"address";r=4')


def test_a_request_with_a_known_key_asks_the_database_nothing_more(client, limits, django_assert_num_queries):
    limits()
    _key, text = keys.make(user(), "nightly")
    etag = client.get(ITEMS)["ETag"]
    asked = {"If-None-Match": etag, "X-API-Key": text}
    client.get(ITEMS, headers=asked)
    with django_assert_num_queries(1):
        assert client.get(ITEMS, headers=asked).status_code == 304


def test_usage_is_added_up_by_day_and_kind_of_address(client, limits):
    limits(key="3/600")
    cabane()
    key, text = keys.make(user(), "nightly")
    shown = {"X-API-Key": text, "Accept-Encoding": "identity"}
    sent = len(client.get(ITEMS, headers=shown).content)
    sent += len(b"".join(client.get(f"{ITEMS}?f=csv", headers=shown).streaming_content))
    usage.flush()
    client.get("/api/collections/cabanes/tiles/WebMercatorQuad/12/0/0", headers=shown)
    refused = client.get(ITEMS, headers=shown)
    assert refused.status_code == 429
    assert "cette clé" in refused.json()["detail"]
    usage.flush()
    rows = {row.kind: row for row in ApiUsage.objects.filter(key=key)}
    assert set(rows) == {"items", "tiles"}
    assert (rows["items"].requests, rows["items"].refused) == (3, 1)
    assert rows["items"].bytes == sent + len(refused.content)
    assert rows["tiles"].requests == 1


def test_usage_that_cannot_be_kept_is_kept_later(client, limits, monkeypatch):
    from django.db import OperationalError

    limits()
    key, text = keys.make(user(), "nightly")
    client.get(ITEMS, headers={"X-API-Key": text})

    def down(_counts):
        raise OperationalError("down")

    with monkeypatch.context() as patch:
        patch.setattr(keys, "add_usage", down)
        usage.flush()
    usage.flush()
    assert ApiUsage.objects.get(key=key).requests == 1


def test_usage_of_a_key_that_is_gone_is_dropped(client, limits):
    limits()
    key, text = keys.make(user(), "nightly")
    client.get(ITEMS, headers={"X-API-Key": text})
    key.owner.delete()
    usage.flush()
    assert not ApiUsage.objects.exists()


def test_a_browser_may_send_the_key_from_another_site(client):
    asked = {"Origin": "https://www.lens.example", "Access-Control-Request-Method": "GET"}
    assert "X-API-Key" in client.options(ITEMS, headers=asked)["Access-Control-Allow-Headers"]
