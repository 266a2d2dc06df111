import re

import pytest
from django.db import IntegrityError

from carte.models import CartePartenaire
from tests.factories.carte import carte
from tests.factories.parcs import box, commune, parc, user

pytestmark = pytest.mark.django_db
HOSTILE = "</title></script><script>alert(1)</script>"


def policy(response):
    parts = (part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    return {name: value.split() for name, value in parts}


def test_page_may_be_framed_by_the_allowed_sites_only(client):
    carte(slug="choisis", allowed_sites=["https://www.lens.example", "https://*.artois.example:8443"])
    carte(slug="tous")
    chosen = policy(client.get("/carte/choisis/"))
    assert chosen["frame-ancestors"] == ["'self'", "https://www.lens.example", "https://*.artois.example:8443"]
    assert policy(client.get("/carte/tous/"))["frame-ancestors"] == ["*"]
    assert chosen["script-src"] == ["'self'"]
    assert "X-Frame-Options" not in client.get("/carte/tous/")


def test_page_has_no_cookie_nothing_inline_and_a_way_to_the_lists(client):
    carte(slug="reseau", title_fr=HOSTILE)
    response = client.get("/carte/reseau/")
    text = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert HOSTILE not in text
    assert "&lt;/title&gt;" in text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert " style=" not in text
    assert " onclick=" not in text
    assert 'href="/parcs/"' in text
    assert 'href="/cabanes/"' in text
    assert '<script src="/carte/reseau.js" defer></script>' in text


def test_page_and_script_follow_the_language(client):
    carte(slug="reseau", title_en="The network")
    page = client.get("/en/carte/reseau/").content.decode()
    assert '<html lang="en">' in page
    assert "The network" in page
    assert '<script src="/en/carte/reseau.js" defer></script>' in page
    assert '"page": "/en/parcs/"' in client.get("/en/carte/reseau.js").content.decode()


def test_script_has_a_validator_and_answers_304(client):
    carte(slug="reseau")
    first = client.get("/carte/reseau.js")
    assert first["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.content == client.get("/carte/reseau.js").content
    again = client.get("/carte/reseau.js", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    CartePartenaire.objects.update(title_fr="Autre", layers=[{"collection": "sentiers"}])
    changed = client.get("/carte/reseau.js", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "/api/collections/sentiers/items" in changed.content.decode()


def test_script_asks_the_api_with_the_filter_of_the_layer(client):
    carte(slug="terrils", layers=[{"collection": "parcs", "filter": {"kind": "terril"}, "colour": "#000000"}])
    text = client.get("/carte/terrils.js").content.decode()
    assert '"url": "/api/collections/parcs/items?kind=terril"' in text
    assert client.get("/api/collections/parcs/items?kind=terril").status_code == 200


def test_two_layers_of_one_collection_keep_their_own_name(client):
    carte(slug="deux", layers=[{"collection": "parcs"}, {"collection": "parcs", "filter": {"kind": "terril"}}])
    text = client.get("/carte/deux.js").content.decode()
    assert '"Parcs" : live_0' in text
    assert '"Parcs (2)" : live_1' in text


def test_map_that_is_off_line_is_for_its_editors_only(client):
    carte(slug="cachee", published=False)
    for address in ("/carte/cachee/", "/carte/cachee.js", "/carte/cachee.html"):
        assert client.get(address).status_code == 404
    client.force_login(user(is_superuser=True, is_staff=True))
    assert client.get("/carte/cachee/").status_code == 200
    assert client.get("/carte/inconnue/").status_code == 404


def test_layer_that_can_no_longer_be_shown_is_left_out(client, caplog):
    made = carte(slug="reste")
    CartePartenaire.objects.filter(pk=made.pk).update(layers=[{"collection": "parcs"}, {"collection": "lunes"}, 3])
    assert client.get("/carte/reste/").status_code == 200
    text = client.get("/carte/reste.js").content.decode()
    assert "live_0" in text
    assert "live_1" not in text
    assert "left out" in caplog.text


@pytest.mark.parametrize("site", ["https://a.example; script-src *", "*", "javascript:alert(1)", "https://A.example"])
def test_database_refuses_what_would_break_the_header(site):
    with pytest.raises(IntegrityError, match="carte_cartepartenaire_sites"):
        carte(allowed_sites=[site])


@pytest.mark.django_db(transaction=True)
def test_stand_alone_file_holds_only_what_everybody_sees(client):
    parc(slug="un", name_fr="Parc public")
    parc(slug="deux", name_fr="Parc secret", status="draft")
    carte(slug="reseau")
    client.force_login(user(is_superuser=True))
    response = client.get("/carte/reseau.html")
    text = response.content.decode()
    assert re.fullmatch(r'attachment; filename="reseau-\d{4}-\d\d-\d\d\.html"', response["Content-Disposition"])
    assert "Parc public" in text
    assert "Parc secret" not in text


def test_stand_alone_file_says_what_it_leaves_out(client, monkeypatch):
    monkeypatch.setattr("carte.embeds.views.MOST_BY_LINK", 1)
    parc(name_fr="Premier")
    parc(name_fr="Second")
    carte(slug="reseau")
    text = client.get("/carte/reseau.html").content.decode()
    assert "Parcs\xa0: les 1 premiers seulement." in text
    assert "Second" not in text


def test_map_of_a_figure_colours_communes_and_writes_its_legend(client):
    town = commune(slug="lens", name_fr="Lens", population=32697, geom=box(2.7, 50.3, 2.9, 50.5))
    commune(slug="vide", name_fr="Ville sans parc", population=800, geom=box(2.9, 50.3, 3.0, 50.5))
    parc(slug="un", geom=box(2.80, 50.40, 2.81, 50.41))
    page = client.get("/carte/chiffres/parcs/")
    text = page.content.decode()
    assert "<h1" in text
    assert "Parcs par commune" in text
    assert 'aria-current="page"' in text
    assert policy(page)["frame-ancestors"] == ["*"]
    script = client.get("/carte/chiffres/parcs.js")
    assert f'"id": "{town.insee_code}"' in script.content.decode()
    assert "Ville sans parc" in script.content.decode()
    again = client.get("/carte/chiffres/parcs.js", headers={"If-None-Match": script["ETag"]})
    assert again.status_code == 304
    for figure in ("cabanes", "sentiers", "habitants"):
        assert client.get(f"/carte/chiffres/{figure}.js").status_code == 200
        assert client.get(f"/nl/carte/chiffres/{figure}/").status_code == 200
    assert client.get("/carte/chiffres/lunes/").status_code == 404
    assert client.get("/carte/chiffres/lunes.js").status_code == 404


def test_map_of_a_figure_follows_the_data(client):
    commune(slug="lens", name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5))
    before = client.get("/carte/chiffres/parcs.js")
    parc(slug="un", geom=box(2.80, 50.40, 2.81, 50.41))
    assert client.get("/carte/chiffres/parcs.js")["ETag"] != before["ETag"]


def test_maps_of_figures_work_on_an_empty_database(client):
    assert client.get("/carte/chiffres/parcs.js").status_code == 200
    assert client.get("/carte/chiffres/habitants/").status_code == 200


def test_partners_page_shows_the_frame_of_each_map(client):
    carte(slug="reseau", title_fr="Le réseau")
    carte(slug="cachee", title_fr="Pas encore", published=False)
    text = client.get("/partenaires/").content.decode()
    assert "/carte/reseau/" in text
    assert "Pas encore" not in text
