"""What a manager typed survives an expired session, a double click, the back button; the bin gives back."""

import pytest
from django.urls import reverse

from alertes.models import Fermeture
from cabanes.models import Cabane
from geodata.models import Revision
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db
UUID = "0191a5f2-7c2e-4e6f-9f3a-3b8a2f1d4c55"


@pytest.fixture
def call():
    return autorite(code="CALL", name_fr="Lens-Liévin")


@pytest.fixture
def publisher(client, call):
    user = member("publisher", call, username="marie")
    client.force_login(user)
    return user


def new(call, **changes):
    return {"name_fr": "La Vigie", "geom": "50.405, 2.805", "authority": call.code, "kind": "abri"} | changes


def address(name, collection, thing=None, *more):
    return reverse(f"gestion:{name}", args=[collection, *([thing.uuid] if thing else []), *more])


def test_a_form_sent_after_the_session_expired_is_offered_again_after_sign_in(client, call):
    member("publisher", call, username="marie")
    target = address("create", "cabanes")
    asked = client.post(target, new(call, access_fr="À <5 min\ndu canal"))
    assert asked.status_code == 401
    assert "session a expiré" in asked.content.decode()
    assert not Cabane.objects.exists()
    kept = {f"kept:{name}": text for name, text in asked.context["kept"]}
    wrong = client.post("/connexion/", {"username": "marie", "password": "non", "next": target} | kept)
    assert ("name_fr", "La Vigie") in wrong.context["kept"]
    back = client.post("/connexion/", {"username": "marie", "password": "mot-de-passe", "next": target} | kept)
    assert back.context["next"] == target
    assert "<5 min" not in back.content.decode()
    assert client.post(target, dict(back.context["kept"])).status_code == 302
    assert Cabane.objects.get().access_fr.splitlines() == ["À <5 min", "du canal"]


def test_what_is_kept_is_never_offered_to_another_host(client, call):
    member("publisher", call, username="marie")
    sent = {"username": "marie", "password": "mot-de-passe", "next": "https://ailleurs.example/", "kept:a": "b"}
    assert client.post("/connexion/", sent).context["next"] == "/gestion/"


def test_sent_twice_it_is_one_record_and_sent_again_changed_it_leads_to_it(client, call, publisher):
    target = address("create", "cabanes")
    first = client.post(target, new(call, uuid=UUID))
    assert client.post(target, new(call, uuid=UUID))["Location"] == first["Location"]
    assert Cabane.objects.count() == 1
    changed = client.post(target, new(call, uuid=UUID, name_fr="Autre nom"))
    assert changed.status_code == 409
    assert first["Location"] in changed.content.decode()
    assert Cabane.objects.get().name_fr == "La Vigie"


def test_a_slug_already_taken_is_said_beside_it(client, call, publisher):
    cabane(authority=call, slug="vigie")
    response = client.post(address("create", "cabanes"), new(call, slug="vigie"))
    assert response.status_code == 409
    assert response.context["form"].errors["slug"] == ["Cette adresse est déjà prise."]


def test_what_is_in_the_bin_comes_out_of_it_as_it_was(client, call, publisher):
    thing = cabane(authority=call, name_fr="Revenante")
    client.post(address("move", "cabanes", thing, "supprimer"))
    assert client.get(f"/cabanes/{thing.slug}/").status_code == 410
    assert "Revenante" in client.get(reverse("gestion:bin")).content.decode()
    client.post(address("take-out", "cabanes", thing))
    assert client.get(f"/cabanes/{thing.slug}/").status_code == 200
    assert "Revenante" not in client.get(reverse("gestion:bin")).content.decode()


@pytest.mark.parametrize(("prefix", "label"), [("", "Pourquoi\u202f?"), ("/en", "Why?"), ("/nl", "Waarom?")])
def test_who_takes_away_or_brings_back_may_say_why(client, call, publisher, prefix, label):
    thing = cabane(authority=call)
    page = client.get(f"{prefix}/gestion/cabanes/{thing.uuid}/").content.decode()
    for verb in ("archiver", "supprimer"):
        assert f'<label for="id_reason_{verb}">{label}' in page
        assert f'id="id_reason_{verb}" name="reason" maxlength="500"' in page
    client.post(address("move", "cabanes", thing, "supprimer"), {"reason": " doublon "})
    assert label in client.get(f"{prefix}/gestion/corbeille/").content.decode()
    client.post(address("take-out", "cabanes", thing), {"reason": "c’était la bonne"})
    client.post(address("move", "cabanes", thing, "archiver"), {"reason": "travaux"})
    told = Revision.objects.filter(uuid=thing.uuid).order_by("-id").values_list("public_op", "reason")[:3]
    assert list(told) == [("unpublish", "travaux"), ("upsert", "c’était la bonne"), ("delete", "doublon")]


def test_a_reason_that_is_too_long_is_said_and_nothing_is_put_away(client, call, publisher):
    thing = cabane(authority=call)
    answer = client.post(f"/gestion/cabanes/{thing.uuid}/supprimer/", {"reason": "x" * 501}, follow=True)
    assert "500 caractères au plus" in answer.content.decode()
    thing.refresh_from_db()
    assert thing.deleted_at is None


def test_the_bin_of_others_stays_closed(client, call, publisher):
    thing = cabane(authority=autorite(code="AUTRE"), name_fr="Cachée", deleted_at="2026-11-20T10:00:00Z")
    assert "Cachée" not in client.get(reverse("gestion:bin")).content.decode()
    client.post(address("take-out", "cabanes", thing))
    thing.refresh_from_db()
    assert thing.deleted_at is not None


def test_a_closure_names_its_parks_and_repeats_in_words(client, call, publisher):
    mine, other = parc(authority=call, name_fr="Le mien"), parc(name_fr="Pas le mien")
    given = {
        "title_fr": "Chasse", "cause": "chasse", "category": "closure", "starts_at": "2026-09-20T08:00",
        "ends_at": "2027-02-28T18:00", "authority": call.code, "parks": [str(mine.pk)],
        "rrule_every": "WEEKLY", "rrule_days": ["TH", "SU"],
    }  # fmt: skip
    assert client.post(address("create", "fermetures"), given | {"parks": [str(other.pk)]}).status_code == 422
    assert client.post(address("create", "fermetures"), given | {"geom": "n'importe"}).status_code == 422
    assert client.post(address("create", "fermetures"), given).status_code == 302
    made = Fermeture.objects.get()
    assert (made.rrule, list(made.parks.all())) == ("FREQ=WEEKLY;BYDAY=TH,SU", [mine])
    page = client.get(address("edit", "fermetures", made)).context["form"]
    assert page["rrule"].value() == "FREQ=WEEKLY;BYDAY=TH,SU"
    assert page["parks"].value() == [mine.pk]


def test_a_rule_that_words_cannot_say_is_shown_as_it_is(client, call, publisher):
    from tests.factories.alertes import fermeture

    thing = fermeture(authority=call, rrule="FREQ=MONTHLY;BYDAY=1SU;UNTIL=20271231")
    page = client.get(address("edit", "fermetures", thing)).content.decode()
    assert 'value="FREQ=MONTHLY;BYDAY=1SU;UNTIL=20271231"' in page
    assert '<option value="OTHER" selected>' in page


@pytest.mark.parametrize(("prefix", "word"), [("", "Connexion"), ("/en", "Sign in"), ("/nl", "Aanmelden")])
def test_signing_in_speaks_three_languages_under_the_name_of_the_site(client, prefix, word):
    page = client.get(f"{prefix}/connexion/").content.decode()
    assert f"<h1>{word}</h1>" in page
    assert "Chaîne des parcs" in page


def test_labels_follow_the_language_of_each_request(client, call, publisher):
    fields = [client.get(f"{prefix}/gestion/parcs/nouvelle/").context["form"]["kind"] for prefix in ("/en", "")]
    assert [str(field.label) for field in fields][1] == "Nature"
    assert str(fields[0].label) == str(fields[1].label)  # lazy: read in French, both say it in French
    assert ">Kind" in client.get("/en/gestion/parcs/nouvelle/").content.decode()


def test_the_address_of_a_button_leads_back_to_its_page_and_changes_nothing(client, call, publisher):
    hut = cabane(authority=call)
    record = address("edit", "cabanes", hut)
    pages = {
        address("move", "cabanes", hut, "archiver"): record,
        address("restore", "cabanes", hut): record,
        address("take-out", "cabanes", hut): reverse("gestion:bin"),
        reverse("partenaires:revoke", args=[1]): reverse("partenaires:keys"),
    }
    for button, page in pages.items():
        asked = client.get(button)
        assert (asked.status_code, asked["Location"]) == (302, page)
        refused = client.put(button)
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, POST")
    hut.refresh_from_db()
    assert hut.status == "published"
