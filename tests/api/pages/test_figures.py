"""Key figures: computed beside stated, never one for the other; counts per commune."""

import re

import pytest

from agenda.models import ChiffreCle
from carte.models import CartePartenaire
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def rows(client, after):
    text = " ".join(client.get("/chiffres-cles/").content.decode().split())
    table = text.split(after)[1].split("</table>")[0]
    cells = re.findall(r"<tr[^>]*>(.*?)</tr>", re.split(r"<tbody[^>]*>", table)[1])
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in cells
    ]


def test_computed_figures_tell_what_they_rest_on(client):
    parc(stated_area_ha=100)
    parc(geom_quality="schematic", stated_area_ha=50)
    cabane(state="dismantled")
    cabane()
    cabane(status="draft")
    sentier(stated_length_m=2000)
    sentier(geom_quality="schematic", instructions_fr="", stated_length_m=8400)
    told = {row[0]: row[1:] for row in rows(client, 'id="calcules"')}
    assert told["Parcs et sites décrits"][0] == "2"
    assert told["Surface calculée des parcs"] == ["79 ha", "1 sur 2 : contours relevés"]
    assert told["Somme des surfaces annoncées"][0] == "150 ha"
    assert told["Cabanes décrites"] == ["2", "dont 1 démontée, 1 dont l’état n’est pas connu"]
    assert told["Longueur calculée des sentiers"] == ["2 km", "1 sur 2 : tracés relevés"]
    assert told["Somme des longueurs annoncées"][0] == "10 km"


def test_a_stated_figure_carries_its_date_source_and_confidence(client):
    ChiffreCle.objects.create(
        slug="a", label_fr="Voies douces", value=420, unit="km", date_text="2022-12", source="https://investinartois.fr/x", fact_confidence="high"
    )  # fmt: skip
    [row] = rows(client, 'id="annonces"')
    assert row == ["Voies douces", "420 km", "décembre 2022", "investinartois.frdonné par une source"]


def test_communes_are_counted_as_their_source_states(client):
    here = commune(name_fr="Lens", geom=box(2.7, 50.3, 2.9, 50.5))
    there = commune(name_fr="Avion", geom=box(2.1, 50.2, 2.2, 50.3))
    parc()
    parc(stated_communes=[there.insee_code])
    cabane()
    cabane(stated_commune=there.insee_code)
    sentier(stated_communes=[here.insee_code, there.insee_code])
    assert rows(client, 'id="communes"') == [["Avion", "1", "1", "1"], ["Lens", "1", "1", "1"]]


def test_a_published_partner_map_is_ready_to_copy(client):
    CartePartenaire.objects.create(slug="reseau", title_fr='Tout le "réseau"')
    CartePartenaire.objects.create(slug="secret", title_fr="Secret", published=False)
    text = client.get("/partenaires/").content.decode()
    assert 'src="http://testserver/carte/reseau/" title="Tout le &amp;quot;réseau&amp;quot;"' in text
    assert "secret" not in text


@pytest.mark.parametrize(("prefix", "value"), [("/en", "650,000 inhabitants"), ("/nl", "650.000 inwoners")])
def test_what_a_figure_counts_is_said_in_the_language_of_the_page_and_other_words_are_marked(client, prefix, value):
    for slug, unit in (("a", "habitants"), ("b", "ha"), ("c", "wagonnets")):
        ChiffreCle.objects.create(slug=slug, label_fr="Chiffre", value=650000, unit=unit, source="Lettre aux maires")
    text = client.get(f"{prefix}/chiffres-cles/").content.decode().replace("\xa0", " ")
    number = value.split(" ")[0]
    assert f'<td role="cell" class="num">{value}</td>' in text
    assert f'<td role="cell" class="num">{number} ha</td>' in text
    assert f'<td role="cell" class="num"><span lang="fr">{number} wagonnets</span></td>' in text
    assert '<span lang="fr">Lettre aux maires</span>' in text
    assert '<span lang="fr">Chiffre</span>' in text
