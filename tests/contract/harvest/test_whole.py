"""What proves that a source was read whole: only then does anything count as vanished."""

import pytest

from cabanes.models import Cabane
from geodata.harvest.pulling import pull
from geodata.harvest.running import harvest
from geodata.models import HarvestRecord
from tests.contract.harvest.servers import Endless, mapserver, pages, place, serving, source
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
# Each server of a test has another port.
SAME = {"source_url": "https://x.example/"}


@pytest.fixture
def account():
    return member("editor", autorite(code="PMA"), username="moisson")


def places(codes):
    return [place(code, f"Cabane {code}", [2.80 + n / 1000, 50.40]) for n, code in enumerate(codes)]


def harvested(features, account, *, trusting=False, page_size=2, id_field="code", **about):
    with pages(features, **about) as server:
        asked = source(url=server.address, layer="a", page_size=page_size, id_field=id_field, fixed=SAME)
        return harvest(asked, by=account, trusting=trusting)


def gone():
    return set(HarvestRecord.objects.filter(vanished_at__isnull=False).values_list("source_id", flat=True))


def test_what_a_whole_read_lacks_has_vanished_and_nothing_is_deleted(account):
    harvested(places("ABCDE"), account, announces=5)
    last = harvested(places("ABCD"), account, announces=4)
    assert (last.counts, last.doubts, gone()) == ({"unchanged": 4, "vanished": 1}, [], {"E"})
    assert Cabane.objects.alive().count() == 5


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"way": "ends", "announces": 5}, "annonce 5 objets et en a envoyé 2"),
        ({"way": "ends", "announces": None}, "ne dit pas combien"),
        ({"way": "forgets", "announces": 5}, "annonce 5 objets et en a envoyé 2"),
        ({"way": "repeats", "announces": 5}, "déjà reçu"),
        ({"announces": 3}, "annonce 3 objets et en a envoyé 5"),
        ({"announces": None}, "ne dit pas combien"),
    ],
)
def test_a_service_that_pages_badly_or_miscounts_makes_nothing_vanish(account, about, told):
    harvested(places("ABCDE"), account, announces=5)
    harvested(places("ABCD"), account, announces=4)
    last = harvested(places("ABCDF"), account, **about)
    assert told in " ".join(each["fr"] for each in last.doubts)
    # What was proven before stays; nothing is added to it.
    assert gone() == {"E"}
    assert last.counts["vanished"] == 1


def test_what_came_with_doubts_is_taken_all_the_same(account):
    last = harvested(places("ABC"), account, announces=None)
    assert (last.counts, len(last.doubts)) == ({"new": 3}, 1)


@pytest.mark.parametrize("kept", [0, 30])
def test_a_loss_that_nobody_would_believe_waits_for_a_person(account, kept):
    codes = [f"c{n}" for n in range(50)]
    harvested(places(codes), account, announces=50, page_size=50)
    last = harvested(places(codes[:kept]), account, announces=kept, page_size=50)
    assert f"{50 - kept} objets sur 50 manquent" in last.doubts[-1]["fr"]
    assert gone() == set()
    last = harvested(places(codes[:kept]), account, announces=kept, page_size=50, trusting=True)
    assert (last.doubts, len(gone())) == ([], 50 - kept)


def test_a_row_without_an_identifier_may_be_any_of_ours(account):
    harvested(places("AB"), account, announces=2)
    last = harvested([*places("A"), place(None, "Sans", [2.8, 50.41])], account, announces=2)
    assert (gone(), "sans identifiant" in last.doubts[0]["fr"]) == (set(), True)
    assert last.counts["refused"] == 1


def test_a_column_that_names_nothing_is_said_once_with_those_that_there_are(account):
    harvested(places("AB"), account, announces=2)
    last = harvested(places("AB"), account, announces=2, id_field="numero")
    assert [word in last.failure["fr"] for word in ("numero", "code", "nom")] == [True] * 3
    assert (last.report, last.counts, gone()) == ([], {}, set())


def test_an_identifier_that_comes_twice_is_taken_once_and_told(account):
    twice = [*places("A"), place("A", "Une autre", [2.8, 50.41])]
    last = harvested(twice, account, announces=2)
    assert last.counts == {"new": 1, "refused": 1}
    assert Cabane.objects.get(source_id="A").name_fr == "Cabane A"


def test_what_comes_back_is_no_longer_missing(account):
    harvested(places("AB"), account, announces=2)
    harvested(places("A"), account, announces=1)
    assert gone() == {"B"}
    last = harvested(places("AB"), account, announces=2)
    assert (gone(), last.counts) == (set(), {"unchanged": 2})


def test_a_file_that_does_not_say_where_it_ends_makes_nothing_vanish(account):
    with serving(Endless, features=places("AB")) as server:
        wanted = source(kind="file", url=f"{server.address}/a.geojson")
        harvest(wanted, by=account)
        server.features = places("A")
        last = harvest(wanted, by=account)
    assert (gone(), len(last.doubts)) == (set(), 1)


def test_a_wfs_is_asked_how_many_it_has(tmp_path, account):
    with mapserver(tmp_path, [place("A1", "Abri"), place("A2", "Kiosque", (687000.0, 7034174.0))]) as server:
        wanted = source(kind="wfs", url=f"{server.address}/", layer="cabanes")
        with pull(wanted) as haul:
            assert haul.announced == 2
        assert harvest(wanted, by=account).counts == {"new": 2}
        (tmp_path / "cabanes.geojson").write_text((tmp_path / "cabanes.geojson").read_text().replace('"A2"', '"A3"'))
        assert harvest(wanted, by=account).counts == {"new": 1, "unchanged": 1, "vanished": 1}
