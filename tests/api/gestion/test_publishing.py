"""Many drafts are published at once, each by the rules of one; what stays behind is named, and all can be taken back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata.models import HarvestRecord, Revision
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc

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
    assert text.index("Abri 2") < text.index("Pourquoi sans photo\xa0: Ajoutez une photo")
    assert "checked" in text
    assert statuses() == {"Abri 0": "published", "Abri 1": "published", "Abri 2": "draft"}
    assert "aangevinkte fiches" in client.get("/nl" + URL).content.decode()


def test_one_line_in_the_history_of_each_and_one_batch(client, mine, drafts):
    client.force_login(member("publisher", mine))
    sent(client, drafts[:2])
    last = [Revision.objects.filter(uuid=each.uuid).order_by("-id")[0] for each in drafts[:2]]
    assert {(each.note, each.reason) for each in last} == {("publication groupée (2 fiches)", "")}
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


def statements(client, **sent):
    with CaptureQueriesContext(connection) as asked:
        assert client.post(URL, sent).status_code == 302
    return len(asked)


def test_more_records_ask_no_more_of_the_database(client, mine):
    client.force_login(member("publisher", mine))
    place = parc(authority=mine, geom=box(2.7, 50.3, 2.9, 50.5))
    publishing, taking_back = [], []
    for n in (2, 12):
        rows = [
            cabane(authority=mine, park=place, status="draft", no_photo_reason="" if each % 2 else "à venir")
            for each in range(n)
        ]
        chosen = [str(each.uuid) for each in rows]
        publishing.append(statements(client, fiche=chosen, no_photo_reason="Photos en cours"))
        assert {*Cabane.objects.filter(uuid__in=chosen).values_list("status", flat=True)} == {"published"}
        batch = Revision.objects.order_by("-id")[0].batch
        assert Revision.objects.filter(batch=batch).count() == n
        assert Revision.objects.filter(batch=batch, public_op="upsert").count() == n
        taking_back.append(statements(client, batch=str(batch)))
        assert {*Cabane.objects.filter(uuid__in=chosen).values_list("status", flat=True)} == {"draft"}
    assert publishing[0] == publishing[1] < 25
    assert taking_back[0] == taking_back[1] < 25


def test_what_the_database_refuses_is_named_and_the_others_are_published(client, mine, drafts):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE cabanes_cabane ADD CONSTRAINT no_abri_1 CHECK (name_fr <> 'Abri 1' OR status = 'draft')"
        )
    client.force_login(member("publisher", mine))
    text = sent(client, drafts, no_photo_reason="Photos en cours").content.decode()
    assert "2 fiches publiées." in text
    assert "1 fiche n’a pas pu être publiée" in text
    assert statuses() == {"Abri 0": "published", "Abri 1": "draft", "Abri 2": "published"}
    assert Revision.objects.filter(public_op="upsert", batch__isnull=False).count() == 2


def test_a_cabin_far_from_its_park_stays_behind_among_many(client, mine):
    far = parc(authority=mine, geom=box(3.0, 50.4, 3.01, 50.41))
    rows = [
        cabane(authority=mine, park=park, status="draft", name_fr=name, no_photo_reason="à venir")
        for name, park in (("Loin", far), ("Sans parc", None))
    ]
    client.force_login(member("publisher", mine))
    assert "dites pourquoi" in sent(client, rows).content.decode()
    assert statuses() == {"Loin": "draft", "Sans parc": "published"}
