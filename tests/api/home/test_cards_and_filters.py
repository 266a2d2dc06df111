"""The first page: what a card says, once; who can go there with a pushchair."""

import re

import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def titles(client, query):
    return [str(place.feature) for place in client.get(f"/?{query}").context["found"].places]


def test_a_card_says_the_state_once(client):
    cabane(name_fr="La Vigie", state="open", state_as_of="2026-05")
    for prefix, state in (("", "Ouverte"), ("/en", "Open"), ("/nl", "Open")):
        card = client.get(f"{prefix}/").content.decode().split("data-place")[1].split("</li>")[0]
        words = re.sub(r"<[^>]+>", " ", card.split(">", 1)[1])
        assert len(re.findall(state, words, re.IGNORECASE)) == 1


def test_a_pushchair_asks_as_the_list_of_trails_does(client):
    parc(name_fr="Parc")
    cabane(name_fr="Cabane")
    sentier(name_fr="Plat", pushchair="yes")
    sentier(name_fr="Marches", pushchair="no")
    sentier(name_fr="Inconnu")
    listed = client.get("/sentiers/?pushchair=on").context["listing"].rows
    assert titles(client, "pushchair=on") == [str(row) for row in listed] == ["Plat"]
    assert titles(client, "pushchair=on&q=marches") == []
    assert titles(client, "pushchair=on&k=parcs") == []
    assert titles(client, "pushchair=on&ouvert=1&q=plat") == ["Plat"]
    assert len(titles(client, "")) == 5


@pytest.mark.parametrize(
    ("prefix", "chip"),
    [("", "Poussette"), ("/en", "Pushchair"), ("/nl", "Kinderwagen")],
)
def test_the_filter_is_offered_and_stays_ticked(client, prefix, chip):
    sentier(pushchair="yes")
    text = client.get(f"{prefix}/?pushchair=on").content.decode()
    assert f'<input type="checkbox" name="pushchair" value="on" checked><span>{chip}</span>' in text
    assert (
        f'<input type="checkbox" name="pushchair" value="on"><span>{chip}</span>'
        in client.get(f"{prefix}/").content.decode()
    )


def test_nothing_found_tells_not_accessible_from_not_known(client):
    sentier(name_fr="Marches", pushchair="no")
    assert "personne ne l’a encore dit" not in client.get("/?pushchair=on").content.decode()
    sentier(name_fr="Boucle inconnue")
    text = client.get("/?pushchair=on&q=boucle").content.decode()
    assert "personne ne l’a encore dit" in text
    assert '<a href="/?q=boucle">Les voir sans ce filtre</a>' in text
    assert "personne ne l’a encore dit" not in client.get("/?pushchair=on&q=marches").content.decode()
