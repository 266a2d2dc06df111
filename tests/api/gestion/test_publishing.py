"""Many drafts are published at once, each by the rules of one; what stays behind is named, and all can be taken back."""

import pytest

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata.models import HarvestRecord, Revision
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
URL = "/gestion/cabanes/publier/"


@pytest.fixture
def mine():
    return autorite(code="CALL")


@pytest.fixture
def drafts(mine):
    return [
        cabane(authority=mine, status="draft", name_fr=f"Abri {n}", no_photo_reason="" if n == 2 else "à venir")
        for n in range(3)
    ]


def sent(client, records, **more):
    return client.post(URL, {"fiche": [str(each.uuid) for each in records], **more}, follow=True)


def statuses():
    return dict(Cabane.objects.values_list("name_fr", "status"))


def test_what_can_be_is_published_and_the_rest_is_named_with_its_reason(client, mine, drafts):
    client.force_login(member("publisher", mine))
    answer = sent(client, drafts)
    text = answer.content.decode()
    assert (answer.status_code, "2 fiches publiées." in text) == (422, True)
    assert text.index("Abri 2") < text.index("Pourquoi sans photo : Ajoutez une photo")
    assert "checked" in text
    assert statuses() == {"Abri 0": "published", "Abri 1": "published", "Abri 2": "draft"}
    assert "aangevinkte fiches" in client.get("/nl" + URL).content.decode()


def test_one_line_in_the_history_of_each_and_one_batch(client, mine, drafts):
    client.force_login(member("publisher", mine))
    sent(client, drafts[:2])
    last = [Revision.objects.filter(uuid=each.uuid).order_by("-id")[0] for each in drafts[:2]]
    assert {each.reason for each in last} == {"publication groupée (2 fiches)"}
    assert len({each.batch for each in last}) == 1
    assert all(Revision.objects.filter(uuid=each.uuid).count() == 2 for each in drafts[:2])


def test_one_reason_for_all_that_lack_a_photo(client, mine, drafts):
    client.force_login(member("publisher", mine))
    assert sent(client, drafts, no_photo_reason="Photos en cours").status_code == 200
    assert set(statuses().values()) == {"published"}
    assert list(Cabane.objects.order_by("name_fr").values_list("no_photo_reason", flat=True)) == [
        "à venir", "à venir", "Photos en cours",
    ]  # fmt: skip


def test_a_batch_is_taken_back_but_not_what_changed_since(client, mine, drafts):
    publisher = member("publisher", mine)
    client.force_login(publisher)
    sent(client, drafts, no_photo_reason="Photos en cours")
    cabanes.update(drafts[0].uuid, {"edition": "2020"}, by=publisher)
    text = client.get(URL).content.decode()
    assert "2 fiches publiées ensemble" in text
    assert f"par {publisher.username}" in text
    batch = Revision.objects.filter(batch__isnull=False).values_list("batch", flat=True)[0]
    answer = client.post(URL, {"batch": str(batch)}, follow=True)
    assert "2 fiches sont de nouveau des brouillons." in answer.content.decode()
    assert statuses() == {"Abri 0": "published", "Abri 1": "draft", "Abri 2": "draft"}
    assert Cabane.objects.get(name_fr="Abri 2").no_photo_reason == ""
    assert "publiées ensemble" not in client.get(URL).content.decode()
    assert "Rien à annuler" in client.post(URL, {"batch": str(batch)}, follow=True).content.decode()
    client.logout()
    public = client.get("/api/collections/cabanes/items").json()
    assert [each["properties"]["name_fr"] for each in public["features"]] == ["Abri 0"]


def test_nobody_publishes_or_takes_back_for_others(client, mine, drafts):
    client.force_login(member("editor", mine))
    text = client.get(URL).content.decode()
    assert ("rôle de publication" in text, 'type="checkbox"' in text) == (True, False)
    assert "rôle de publication" in sent(client, drafts).content.decode()
    client.force_login(member("publisher", autorite()))
    assert "Abri" not in client.get(URL).content.decode()
    assert sent(client, drafts).status_code == 422
    assert set(statuses().values()) == {"draft"}
    client.force_login(member("publisher", mine))
    sent(client, drafts[:1])
    batch = Revision.objects.filter(batch__isnull=False).values_list("batch", flat=True)[0]
    client.force_login(member("publisher", autorite()))
    client.post(URL, {"batch": str(batch)})
    assert statuses()["Abri 0"] == "published"
    client.logout()
    assert sent(client, drafts).status_code == 401


def test_nothing_ticked_and_nonsense_are_told(client, mine):
    client.force_login(member("publisher", mine))
    for values in ({}, {"fiche": "nonsense"}):
        answer = client.post(URL, values)
        assert (answer.status_code, "Cochez au moins une fiche." in answer.content.decode()) == (422, True)
    assert client.post(URL, {"batch": "nonsense"}).status_code == 404


def test_only_what_one_harvest_brought_and_all_ticked(client, mine, drafts):
    HarvestRecord.objects.create(
        source="lac", source_id="A1", origin="A1", collection="cabanes", object_uuid=drafts[0].uuid, values={}
    )
    client.force_login(member("publisher", mine))
    text = client.get(f"{URL}?moisson=lac&tout").content.decode()
    assert ("Abri 0" in text, "Abri 1" in text, text.count(" checked")) == (True, False, 1)


def test_a_longer_list_asks_no_more_of_the_database(client, mine, django_assert_max_num_queries):
    for n in range(30):
        cabane(authority=mine, status="draft", name_fr=f"Abri {n}")
    client.force_login(member("publisher", mine))
    with django_assert_max_num_queries(14):
        client.get(URL)
