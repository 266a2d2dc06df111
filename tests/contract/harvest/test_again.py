"""The next harvest looks at what changed and at nothing else."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cabanes.models import Cabane
from geodata.harvest import running
from geodata.harvest.running import harvest
from geodata.models import HarvestRecord, HarvestRun, Revision
from geodata.problems import Conflict
from parcs.models import Autorite, Parc
from sentiers.models import Sentier
from tests.contract.harvest.servers import place, source
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return member("editor", autorite(code="PMA"), username="moisson")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "f.geojson"


def write(path, features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def places(count, word="Cabane"):
    return [place(f"c{n}", f"{word} {n}", [2.8, 50.35 + n / 1000]) for n in range(count)]


def statements(wanted, account):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        run = harvest(wanted, by=account)
    return len(asked), run


def test_an_unchanged_source_costs_the_same_few_statements_whatever_its_size(path, account):
    wanted = source(kind="file", url=str(path))
    counts = []
    for size in (3, 60):
        write(path, places(size))
        harvest(wanted, by=account)
        before = list(HarvestRecord.objects.order_by("id").values()), Revision.objects.count()
        number, run = statements(wanted, account)
        counts.append(number)
        assert run.counts == {"unchanged": size}
        assert (list(HarvestRecord.objects.order_by("id").values()), Revision.objects.count()) == before
    assert counts[0] == counts[1]


@pytest.mark.parametrize("word", ["Cabane", "Changée"])
def test_new_and_changed_features_share_their_statements(path, account, word):
    wanted = source(kind="file", url=str(path))
    counts = []
    for size in (10, 60):
        Cabane.objects.all().delete()
        HarvestRecord.objects.all().delete()
        if word == "Changée":
            write(path, places(size))
            harvest(wanted, by=account)
        write(path, places(size, word))
        number, run = statements(wanted, account)
        assert run.counts == {"new" if word == "Cabane" else "updated": size}
        counts.append(number)
    assert counts[0] == counts[1]


def test_batches_are_as_many_short_transactions(path, account, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 4)
    write(path, places(10))
    begun = []
    from geodata.harvest import applying

    taken = applying.Harvest._apply
    monkeypatch.setattr(applying.Harvest, "_apply", lambda self, *given: (begun.append(1), taken(self, *given))[1])
    run = harvest(source(kind="file", url=str(path)), by=account)
    assert (run.counts, len(begun), run.rows_read, run.rows_done) == ({"new": 10}, 3, 10, 10)
    assert set(Revision.objects.filter(collection="cabanes").values_list("batch", flat=True)) == {run.uuid}


def test_other_rules_look_at_everything_again(path, account):
    write(path, places(2))
    harvest(source(kind="file", url=str(path)), by=account)
    run = harvest(source(kind="file", url=str(path), fixed={"story_fr": "Au bord de l’eau"}), by=account)
    assert run.counts == {"updated": 2}


def test_one_bad_feature_among_many_is_refused_alone(path, account):
    features = places(20)
    features[7]["geometry"]["coordinates"] = [20.0, 10.0]
    features[11]["properties"]["nom"] = "<b>gras</b>"
    write(path, features)
    run = harvest(source(kind="file", url=str(path)), by=account)
    assert run.counts == {"new": 18, "refused": 2}
    reasons = {row["source_id"]: row["reason"] for row in run.report if row["outcome"] == "refused"}
    assert "territoire" in reasons["c7"]["fr"]
    assert "territory" in reasons["c7"]["en"]
    assert reasons["c7"]["nl"] not in (reasons["c7"]["fr"], reasons["c7"]["en"], "")
    assert "HTML" in reasons["c11"]["en"]
    # Refused again, although nothing changed: somebody has to mend it.
    assert harvest(source(kind="file", url=str(path)), by=account).counts == {"unchanged": 18, "refused": 2}


def test_what_a_record_names_already_stays_when_it_is_hidden_and_is_not_named_anew(path, account):
    pma = Autorite.objects.get(code="PMA")
    gone, other = parc(authority=pma), parc(authority=pma)
    fields = {"name_fr": "nom", "park": "parc"}
    wanted = source(kind="file", url=str(path), fields=fields, fixed={"park_reason": "En face."})

    def sent(word, parks):
        features = places(len(parks), word)
        for each, park in zip(features, parks, strict=True):
            each["properties"]["parc"] = str(park.uuid)
        write(path, features)
        return statements(wanted, account)

    assert sent("Cabane", [gone, gone, other])[1].counts == {"new": 3}
    first, run = sent("Abri", [gone, gone, other])
    assert run.counts == {"updated": 3}
    Parc.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    again, run = sent("Hutte", [gone, gone, other])
    assert (run.counts, again) == ({"updated": 3}, first)
    assert set(Cabane.objects.values_list("name_fr", "park")) == {
        ("Hutte 0", gone.uuid), ("Hutte 1", gone.uuid), ("Hutte 2", other.uuid)
    }  # fmt: skip
    _number, run = sent("Loge", [gone, gone, gone, gone])
    assert run.counts == {"updated": 2, "refused": 2}


def test_what_was_purged_here_is_told_again_and_not_made_again(path, account):
    write(path, places(3))
    harvest(source(kind="file", url=str(path)), by=account)
    Cabane.objects.filter(source_id="c1").delete()
    for _time in range(2):
        run = harvest(source(kind="file", url=str(path)), by=account)
        assert run.counts == {"unchanged": 2, "kept": 1}
        assert run.report[0]["reason"]["en"].startswith("It was deleted here")


def test_a_stage_that_the_trail_no_longer_has_is_missing_and_a_refused_trail_hides_its_stages(path, account):
    def trail(*parts, **columns):
        shape = {"type": "MultiLineString", "coordinates": [[[x, 50.4], [x + 0.01, 50.4]] for x in parts]}
        write(
            path,
            [
                {
                    "type": "Feature",
                    "properties": {"code": "7", "nom": "Boucle", "etat": "a"} | columns,
                    "geometry": shape,
                }
            ],
        )

    wanted = source(
        kind="file", url=str(path), collection="sentiers", fixed={"kind": "one_way"},
        fields={"name_fr": "nom", "state": {"from": "etat", "codes": {"a": "open"}}},
    )  # fmt: skip
    trail(2.7, 2.8, 2.9)
    assert harvest(wanted, by=account).counts == {"new": 3}
    trail(2.7, 2.8, 2.9, etat="b")
    assert harvest(wanted, by=account).counts == {"refused": 1}
    trail(2.7, 2.8)
    assert harvest(wanted, by=account).counts == {"unchanged": 2, "vanished": 1}
    assert harvest(wanted, by=account).counts == {"unchanged": 2, "vanished": 1}
    trail(2.7, 2.8, 2.9)
    assert harvest(wanted, by=account).counts == {"unchanged": 3}
    assert Sentier.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_one_harvest_of_a_source_at_a_time(path, account):
    import threading

    write(path, places(1))
    inside, leave, refusals = threading.Event(), threading.Event(), []

    def other():
        from django.db import connection as own

        def hold(_haul):
            inside.set()
            leave.wait(20)

        harvest(source(kind="file", url=str(path)), by=account, seen=hold)
        own.close()

    thread = threading.Thread(target=other)
    thread.start()
    try:
        assert inside.wait(20)
        with pytest.raises(Conflict) as refusal:
            harvest(source(kind="file", url=str(path)), by=account)
        refusals.append(str(refusal.value.detail))
    finally:
        leave.set()
        thread.join()
    assert refusals == ["Une moisson de cette source est déjà en cours."]
    assert HarvestRun.objects.get().counts == {"new": 1}


def test_a_run_that_was_cut_off_says_so_once_the_next_begins(path, account):
    cut = HarvestRun.objects.create(source="essai", collection="cabanes", state="applying")
    write(path, places(1))
    harvest(source(kind="file", url=str(path)), by=account)
    cut.refresh_from_db()
    assert (cut.state, cut.failure["en"]) == (
        "ended",
        "The work stopped before the end. What had been saved is saved; start the harvest again.",
    )
