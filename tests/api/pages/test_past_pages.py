"""Pages as of an instant, and the page that compares two days."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from cabanes.models import Cabane
from carte.home import picture
from carte.pages import historique
from geodata.changes.recording import recording
from geodata.models import Revision
from parcs.models import Parc
from tests.api.geodata.bygone import at, change, commit
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def html(client, url, instant=None):
    answer = client.get(url, {"as-of": at(instant)} if instant else {})
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_page_shows_its_state_and_leads_back(client):
    authority = autorite()
    thing = cabane(name_fr="Le Héron", slug="heron", authority=authority)
    then = commit()
    change(thing, name_fr="Le Busard")
    shown = html(client, "/cabanes/heron/", then)
    assert "Le Héron" in shown
    assert "Le Busard" not in shown
    assert "Vous voyez l’état du" in shown
    assert '<meta name="robots" content="noindex">' in shown
    assert '<link rel="canonical" href="http://testserver/cabanes/heron/">' in shown
    assert "Le Busard" in html(client, "/cabanes/heron/")
    assert "Vous voyez" not in html(client, "/cabanes/heron/")


def test_a_page_that_is_gone_shows_what_it_was(client):
    thing = cabane(name_fr="Le Héron", slug="heron")
    then = commit()
    change(thing, deleted_at=timezone.now())
    assert client.get("/cabanes/heron/").status_code == 410
    assert "Le Héron" in html(client, "/cabanes/heron/", then)


def test_a_page_of_a_day_before_it_was_published_says_so(client):
    parc()
    then = commit()
    cabane(name_fr="Le Héron", slug="heron")
    commit()
    early, unknown = client.get("/en/cabanes/heron/", {"as-of": at(then)}), client.get("/en/cabanes/nobody/")
    assert (early.status_code, unknown.status_code) == (404, 404)
    assert "Nothing was published at this address on that day." in early.content.decode()
    assert '<a href="/en/cabanes/heron/">' in early.content.decode()
    assert "No page has this address." in unknown.content.decode()


@pytest.mark.parametrize("url", ["/", "/cabanes/", "/parcs/", "/sentiers/", "/en/cabanes/", "/carte/reseau.svg"])
def test_lists_and_the_map_show_the_state(client, url):
    cabane(name_fr="Le Héron")
    parc()
    sentier()
    then = commit()
    Cabane.objects.update(name_fr="Le Busard")
    commit()
    shown = html(client, url, then)
    assert "Le Busard" not in shown
    if url in ("/", "/cabanes/", "/en/cabanes/"):
        assert "Le Héron" in shown
        assert "?as-of=" in shown


def test_the_pictures_of_two_days_differ_in_their_cabins(client):
    parc()
    thing = cabane(geom="SRID=4326;POINT(2.805 50.405)")
    then = commit()
    change(thing, geom="SRID=4326;POINT(2.806 50.406)")
    moved = commit()
    change(thing, status="archived")
    gone = commit()
    pictures = {html(client, "/carte/reseau.svg", instant) for instant in (then, moved, gone)}
    assert len(pictures) == 3
    assert sum("M" in path and "h0" in path for path in pictures) == 2
    assert html(client, "/carte/reseau.svg", gone) == html(client, "/carte/reseau.svg")


def counted(svg):
    """How many cabins a picture shows, one by one or in numbers."""
    dots = re.search(rf'stroke="{picture.BROWN}" stroke-width="22" d="([^"]*)"', svg)[1].count("h0")
    return dots + sum(map(int, re.findall(r'font-size="32"[^>]*>(\d+)<', svg)))


def test_more_cabins_than_are_drawn_are_counted_also_in_the_past(client, monkeypatch):
    parc()
    things = [cabane(geom=f"SRID=4326;POINT({2.8005 + n / 1000} 50.4005)") for n in range(9)]
    then = commit()
    change(things[0], status="archived")
    change(things[1], geom="SRID=4326;POINT(2.8095 50.4095)")
    Cabane.objects.filter(pk=things[2].pk).delete()
    cabane(geom="SRID=4326;POINT(2.8015 50.4005)", status="draft")
    later = commit()
    each = [html(client, "/carte/reseau.svg", instant) for instant in (then, later)]
    monkeypatch.setattr(picture, "MOST_DRAWN", 3)
    several = [html(client, "/carte/reseau.svg", instant) for instant in (then, later)]
    assert list(map(counted, each)) == list(map(counted, several)) == [9, 7]
    assert all("<circle" in one for one in several)
    assert "les plus longs" not in client.get("/historique/").content.decode()
    for n in range(4):
        sentier(geom=f"SRID=4326;LINESTRING(2.8 50.4, {2.81 + n / 100} 50.41)")
    commit()
    assert "3 sentiers sur 4\N{NO-BREAK SPACE}: les plus longs" in client.get("/historique/").content.decode()


def test_what_left_its_place_is_counted_where_it_is(client, monkeypatch):
    monkeypatch.setattr(picture, "MOST_DRAWN", 3)
    parc(geom=box(2.79, 50.39, 2.95, 50.46))
    things = [cabane(geom=f"SRID=4326;POINT({2.8005 + n / 1000} 50.4005)") for n in range(5)]
    far = [cabane(geom="SRID=4326;POINT(2.9 50.45)") for _ in range(2)]
    then = commit()
    change(far[0], status="archived")
    change(far[1], geom=things[0].geom)
    later = commit()
    change(things[1], status="archived")
    commit()
    assert [counted(html(client, "/carte/reseau.svg", instant)) for instant in (then, later, None)] == [7, 6, 5]


def test_every_page_of_a_feature_answers_when_what_it_refers_to_was_not_there(client):
    park = parc(slug="parc")
    cabane(slug="cabane", park=park, authority=park.authority)
    sentier(slug="sentier", authority=park.authority)
    then = commit()
    with connection.cursor() as cursor:
        for table in ("parcs_autorite", "parcs_commune"):
            cursor.execute(f"UPDATE {table} SET status = 'archived'")
    commit()
    later = timezone.now()
    Parc.objects.update(status="archived")
    last = commit()
    for instant in (then, later, last):
        for url in ("/cabanes/cabane/", "/sentiers/sentier/"):
            html(client, url, instant)
    html(client, "/parcs/parc/", later)


def test_nobody_sees_drafts_in_the_past(client):
    authority = autorite()
    draft = cabane(name_fr="Secret", slug="secret", status="draft", authority=authority)
    then = commit()
    change(draft, status="published", name_fr="Public")
    client.force_login(member(authority=authority))
    assert client.get("/cabanes/secret/", {"as-of": at(then)}).status_code == 404
    assert "Secret" not in html(client, "/cabanes/", then)


@pytest.mark.parametrize(
    ("prefix", "text", "title", "told"),
    [
        ("", "hier", "Cette demande", "Écrivez un jour ou un instant qui existe"),
        ("", "2026-02-30", "Cette demande", "Écrivez un jour ou un instant qui existe"),
        ("", "2999-01-01", "Cette demande", "Cet instant n’est pas encore passé."),
        ("/en", "2999-01-01", "This request", "This instant has not passed yet."),
    ],
)
def test_what_is_no_moment_of_the_past_is_400_and_says_why(client, prefix, text, title, told):
    answer = client.get(f"{prefix}/cabanes/", {"as-of": text}, headers={"Accept-Language": "nl"})
    assert answer.status_code == 400
    assert f"<h1>{title}" in answer.content.decode()
    assert told in answer.content.decode()


def test_the_hour_is_told_where_an_instant_was_asked_for(client):
    cabane()
    then = datetime(2026, 1, 15, 12, tzinfo=UTC)
    Revision.objects.update(at=then)
    assert "l’état du 15 janvier 2026 à 13\u00a0h\u00a005." in html(client, "/", then.replace(minute=5))
    english = client.get("/en/", {"as-of": "2026-01-15T12:05:00Z"}).content.decode()
    assert "the state of 15 January 2026 at 13:05." in english
    assert "l’état du 15 janvier 2026." in client.get("/", {"as-of": "2026-01-15"}).content.decode()


def dated(thing, *days):
    """Put the changes of a cabin on these days."""
    for row, day in zip(Revision.objects.filter(uuid=thing.uuid).order_by("id"), days, strict=True):
        Revision.objects.filter(pk=row.pk).update(at=datetime(2026, *day, 12, tzinfo=UTC))


def test_two_days_are_compared_in_words(client):
    changed, gone, hidden = (
        cabane(name_fr="Un", slug="un"),
        cabane(name_fr="Partie"),
        cabane(name_fr="Secret", status="draft"),
    )
    commit()
    change(changed, name_fr="Deux")
    change(gone, status="archived")
    change(hidden, name_fr="Secret encore")
    new = cabane(name_fr="Neuve")
    for thing, *days in ((changed, (3, 1), (3, 5)), (gone, (3, 1), (3, 5)), (hidden, (3, 1), (3, 5)), (new, (3, 5))):
        dated(thing, *days)
    shown = html(client, "/historique/?de=2026-03-02&a=2026-03-06")
    for words in ("Ajoutées", "Modifiées", "Retirées", "<del>Un</del>", "<ins>Deux</ins>", "Partie", "Neuve"):
        assert words in shown
    assert "Secret" not in shown
    assert "Neuve" not in html(client, "/historique/?de=2026-03-01&a=2026-03-04")
    assert "Added" in html(client, "/en/historique/?de=2026-03-02&a=2026-03-06")


@pytest.fixture
def around():
    """The park and authority of all cabins of a test, older than what is compared."""
    area = parc()
    Revision.objects.update(at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    return {"park": area, "authority": area.authority}


def imported(reason, names, around):
    with recording(by=None, reason=reason, source="import"):
        made = [cabane(name_fr=name, **around) for name in names]
    commit()
    return made


def test_what_an_import_did_is_one_line_with_pages_of_its_own(client, around):
    first = imported("jeu de départ", [f"Cabane {number:02}" for number in range(35)], around)
    second = imported("moisson", ["Autre"], around)
    with recording(by=None):
        by_hand = cabane(name_fr="À la main", **around)
    for thing in first:
        dated(thing, (3, 5))
    dated(second[0], (3, 6))
    dated(by_hand, (3, 6))
    days = "de=2026-03-02&a=2026-03-07"
    answer = client.get(f"/historique/?{days}")
    shown = answer.content.decode()
    assert "35 créations par l’import du 5 mars 2026 (<span>jeu de départ</span>)" in shown
    assert "1 création par l’import du 6 mars 2026 (<span>moisson</span>)" in shown
    assert "Cabane 01" not in shown
    assert "À la main" in shown
    (_newest, oldest) = answer.context["imports"]
    ((_collection, part, url),) = oldest.parts
    assert part.figures == (35, 0, 0)
    seen = []
    while url:
        one = client.get(url)
        assert one.status_code == 200
        seen += [line.name for group in one.context["groups"] for line in group.lines]
        url = one.context["pages"].get("earlier")
    assert sorted(seen) == sorted(f"Cabane {number:02}" for number in range(35))


def test_of_many_imports_the_latest_are_listed_and_all_are_counted(client, around, monkeypatch):
    monkeypatch.setattr(historique, "MOST_IMPORTS", 2)
    for number in range(4):
        for thing in imported(f"moisson {number}", [f"Cabane {number}"], around):
            dated(thing, (3, 3 + number))
    answer = client.get("/historique/?de=2026-03-02&a=2026-03-07")
    assert [each.reason for each in answer.context["imports"]] == ["moisson 3", "moisson 2"]
    assert answer.context["figures"] == (4, 0, 0)
    assert "2 imports plus anciens" in answer.content.decode()
    earlier = html(client, "/en/historique/?de=2026-03-02&a=2026-03-05")
    assert "1 older import:" in earlier
    assert '(<span lang="fr">moisson 1</span>)' in earlier
    assert "older import" not in html(client, "/en/historique/?de=2026-03-02&a=2026-03-04")


def test_what_was_corrected_after_its_import_is_told_by_itself(client, around):
    (thing,) = imported("jeu de départ", ["Un"], around)
    with recording(by=None):
        change(thing, name_fr="Deux")
    dated(thing, (3, 5), (3, 5))
    answer = client.get("/historique/?de=2026-03-02&a=2026-03-07")
    (cabins,) = [each for each in answer.context["told"] if each.collection.id == "cabanes"]
    assert [[line.name for line in group.lines] for group in cabins.groups] == [["Deux"]]
    assert cabins.counts.figures == (1, 1, 0)
    (made,) = answer.context["imports"]
    assert made.figures == (1, 0, 0)


def test_many_differences_are_paged_without_a_gap(client, around):
    for number in range(65):
        dated(cabane(name_fr=f"Cabane {number:02}", **around), (3, 5))
    days = "de=2026-03-02&a=2026-03-07"
    assert "au moins 30" in html(client, f"/historique/?{days}")
    url, seen = f"/historique/?{days}&collection=cabanes", []
    while url:
        one = client.get(url)
        seen += [line.name for group in one.context["groups"] for line in group.lines]
        url = one.context["pages"].get("earlier")
    assert (len(seen), len(set(seen))) == (65, 65)


@pytest.mark.parametrize(
    "query",
    [
        "collection=rien",
        "collection=cabanes&avant=0",
        "collection=cabanes&apres=x",
        "collection=cabanes&avant=1" + "0" * 18,
        "collection=cabanes&avant=1&apres=1",
        "collection=cabanes&import=0123456789ab",
    ],
)
def test_a_page_of_the_history_that_is_none_is_404(client, query):
    assert client.get(f"/historique/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["de=hier", "de=2026-03-06&a=2026-03-02", "a=2999-01-01"])
def test_days_that_cannot_be_compared_are_said(client, query):
    answer = client.get(f"/historique/?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_the_map_of_the_past_hears_nothing_new_and_leaves_no_trace(client):
    far = parc(geom="SRID=4326;MULTIPOLYGON(((2.9 50.5, 2.91 50.5, 2.91 50.51, 2.9 50.5)))")
    then = commit()
    Parc.objects.filter(pk=far.pk).update(geom="SRID=4326;MULTIPOLYGON(((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.8 50.4)))")
    commit()
    past_map, now_map = html(client, "/", then), html(client, "/")
    assert '"live": null' in past_map
    assert '"live": {' in now_map
    assert "[[50.5, 2.9], [50.51, 2.91]]" in past_map
    assert "[[50.4, 2.8], [50.41, 2.81]]" in now_map


def test_downloads_of_a_list_of_the_past_are_of_the_past(client):
    cabane(name_fr="Le Héron", slug="heron")
    then = commit()
    assert "/api/collections/cabanes/items?f=csv&amp;as-of=" in html(client, "/cabanes/", then)
    assert 'items?f=csv"' in html(client, "/cabanes/")


@pytest.mark.parametrize(
    "wrong",
    ["00010099999999999999999999", "1" + "0" * 4400, "-1", "٣", "%00"],
    ids=["zeros", "long", "minus", "arabic", "nul"],
)
def test_what_is_no_page_of_a_list_or_of_the_history_is_not_found(client, wrong):
    for name in ("avant", "apres", "import"):
        assert client.get(f"/historique/?collection=cabanes&{name}={wrong}").status_code == 404
    assert client.get(f"/cabanes/?page={wrong}").status_code == 404
    assert client.get(f"/?page={wrong}").status_code == 200
