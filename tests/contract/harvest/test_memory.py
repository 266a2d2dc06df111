"""What a harvest holds in memory does not grow with its source."""

import json
import tracemalloc

import pytest

from geodata.harvest import applying, running, staging
from geodata.harvest.running import harvest
from tests.contract.harvest.servers import source
from tests.factories.parcs import autorite, member

# What a transaction gathers until it commits would grow: each batch of a harvest commits.
pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY, STORY = 60, 360, 25_000


def features(path, count):
    with path.open("w") as file:
        for n in range(count):
            where = {"type": "Point", "coordinates": [2.5 + n / 10_000, 50.4]}
            told = {"code": f"{path.stem}-{n}", "name": f"Cabane {n}", "story": f"{n:04} " * (STORY // 5)}
            file.write(json.dumps({"type": "Feature", "geometry": where, "properties": told}) + "\n")


def peak(path, account):
    """The most bytes that Python held while a source was harvested, beyond those of before."""
    about = source(kind="file", url=str(path), layer="", id=path.stem, fields={"name_fr": "name", "story_fr": "story"})
    tracemalloc.start()
    try:
        run = harvest(about, by=account)
        return run, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_six_times_as_many_features_take_no_more_memory(tmp_path, monkeypatch):
    account = member("editor", autorite(code="PMA"), username="moisson")
    for room, name in ((running, "AT_ONCE"), (staging, "AT_ONCE"), (applying, "MAX_REPORT"), (running, "MAX_REPORT")):
        monkeypatch.setattr(room, name, 20)
    peaks = {}
    for name, count in (("first", FEW), ("few", FEW), ("many", MANY)):
        path = tmp_path / f"{name}.geojsonl"
        features(path, count)
        run, peaks[name] = peak(path, account)
        assert run.counts == {"new": count}, run.report[:1]
    # A fifth of what the further features are: statements that psycopg keeps take some hundred kB of it.
    assert peaks["many"] - peaks["few"] < (MANY - FEW) * STORY / 5, peaks
