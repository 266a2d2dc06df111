"""Harvests from servers that run: our own OGC API, MapServer's WFS, an ArcGIS layer, a file."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata.changes import propositions
from geodata.models import HarvestRecord, HarvestRun, Proposition, Revision
from parcs.models import Parc
from sentiers.models import Sentier
from tests.contract.harvest.servers import CutShort, arcgis, mapserver, place, pulled, serving, source
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
# Where servers.METRES is in degrees (PROJ’s cs2cs).
DEGREES = (2.805, 50.405)


@pytest.fixture
def owner():
    return autorite(code="PMA")


def toml(path, **values):
    """A file with one source, `essai`."""
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    plain = {
        "title": "Source d’essai", "collection": "cabanes", "id_field": "code", "account": "moisson", "authority": "PMA",
        "private": True, **{name: value for name, value in values.items() if name not in tables},
    }  # fmt: skip
    lines = ["[essai]", *(f"{name} = {json.dumps(value)}" for name, value in plain.items())]
    for name, table in tables.items():
        lines += [f"[essai.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    path.write_text("\n".join(lines))
    return path


def run(path, *options):
    told = StringIO()
    call_command("harvest", "essai", "--file", str(path), *options, stdout=told)
    return told.getvalue()


def esri(number, paths, **attributes):
    return {
        "attributes": {"OBJECTID": number, "etat": "existant", "nom": f"Liaison {number}"} | attributes,
        "geometry": {"paths": paths},
    }


@pytest.mark.django_db(transaction=True)
def test_our_own_api_is_read_page_after_page(live_server, owner):
    made = {str(cabane(geom=f"SRID=4326;POINT(2.80{n} 50.405)").uuid): n for n in range(7)}
    cabane(status="draft")
    service = source(url=f"{live_server.url}/api", layer="cabanes", id_field="id", page_size=3)
    found = pulled(service)
    assert sorted(each.columns["id"] for each in found) == sorted(made)
    assert {(round(each.shape.x, 3), each.shape.y) for each in found} == {
        (round(2.8 + n / 1000, 3), 50.405) for n in range(7)
    }


def test_a_wfs_of_mapserver_in_lambert_93_becomes_drafts(tmp_path, owner):
    member("editor", owner, username="moisson")
    with mapserver(tmp_path, [place("A1", "Abri du lac"), place("A2", "Kiosque", (687000.0, 7034174.0))]) as server:
        sources = toml(
            tmp_path / "s.toml",
            kind="wfs",
            url=f"{server.address}/",
            layer="cabanes",
            fields={"name_fr": "nom"},
            licence="odbl-1.0",
        )
        assert "0 nouvelles" not in run(sources)
        assert any("GetFeature" in path for path in server.asked)
    first, _second = Cabane.objects.order_by("source_id")
    assert (first.name_fr, first.status, first.authority_id) == ("Abri du lac", "draft", "PMA")
    assert (round(first.geom.x, 4), round(first.geom.y, 4)) == DEGREES
    assert (first.source, first.source_id, first.source_url, first.licence) == (
        "Source d’essai",
        "A1",
        f"{server.address}/",
        "odbl-1.0",
    )
    assert (first.position_source, first.geom_quality) == ("import", "approximate")


def test_an_arcgis_layer_is_read_in_pages_and_its_broken_lines_become_stages(tmp_path, owner):
    member("editor", owner, username="moisson")
    features = [
        esri(1, [[[2.80, 50.40], [2.81, 50.40]], [[2.81, 50.40], [2.82, 50.41]]]),
        esri(2, [[[2.80, 50.40], [2.81, 50.40]], [[2.85, 50.40], [2.86, 50.41]]]),
        esri(3, [[[2.80, 50.42], [2.81, 50.42]]], etat="inconnu"),
        esri(4, [[[2.80, 50.43], [2.81, 50.43]]], nom=None),
        esri(5, [[[3.80, 52.43], [3.81, 52.43]]]),
    ]
    with arcgis(features) as server:
        sources = toml(
            tmp_path / "s.toml", kind="arcgis", url=f"{server.address}/x/FeatureServer", collection="sentiers", id_field="objectid",
            fields={"name_fr": "NOM"}, templates={"name_fr": "Tronçon {OBJECTID}"}, fixed={"kind": "one_way"},
        )  # fmt: skip
        with sources.open("a") as file:
            file.write('\n[essai.fields.state]\nfrom = "etat"\ncodes = { Existant = "open" }\n')
        told = run(sources)
        assert [asked.get("resultOffset", "0") for _path, asked, _headers in server.asked][:3] == ["0", "2", "4"]
        assert server.asked[0][1]["orderByFields"] == "objectid ASC"
    assert (
        "4 nouvelles, 0 mises à jour, 0 proposées, 0 inchangées, 0 laissées telles quelles, 2 refusées, 0 disparues de la source"
        in told
    )
    assert "refusées\xa0: 3" in told
    assert "«\xa0inconnu\xa0»" in told
    names = dict(Sentier.objects.values_list("source_id", "name_fr"))
    assert names == {"1": "Liaison 1", "2#1": "Liaison 2, étape 1", "2#2": "Liaison 2, étape 2", "4": "Tronçon 4"}
    assert Sentier.objects.get(source_id="1").geom.coords == ((2.80, 50.40), (2.81, 50.40), (2.82, 50.41))
    assert set(Sentier.objects.values_list("state", flat=True)) == {"open"}


def test_the_next_run_updates_what_nobody_touched_proposes_what_is_public_and_lists_the_rest(tmp_path, owner, client):
    person = member("publisher", owner, username="moisson")
    path = tmp_path / "cabanes.geojson"

    def write(*features):
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))

    sources = toml(
        tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}, fixed={"no_photo_reason": "à venir"}
    )
    write(*(place(code, f"Cabane {code}", [2.8, 50.4 + n / 100]) for n, code in enumerate("ABCDE")))
    assert "5 nouvelles" in run(sources)
    again = run(sources)
    assert (
        "0 nouvelles, 0 mises à jour, 0 proposées, 5 inchangées, 0 laissées telles quelles, 0 refusées, 0 disparues de la source"
        in again
    )
    by_code = {each.source_id: each for each in Cabane.objects.all()}
    cabanes.update(by_code["B"].uuid, {"name_fr": "Nommée ici"}, by=person)
    cabanes.update(by_code["C"].uuid, {"story_fr": "Écrite ici"}, by=person)
    cabanes.update(by_code["D"].uuid, {"status": "published"}, by=person)
    write(*(place(code, f"Nouvelle {code}", [2.8, 50.4 + n / 100]) for n, code in enumerate("ABCD")))
    told = run(sources)
    assert (
        "0 nouvelles, 2 mises à jour, 1 proposées, 0 inchangées, 1 laissées telles quelles, 0 refusées, 1 disparues de la source"
        in told
    )
    assert "laissées telles quelles\xa0: B Nouvelle B Des personnes ont modifié\xa0: nom." in told
    assert "disparues de la source\xa0: E Cabane E" in told
    names = {each.source_id: each.name_fr for each in Cabane.objects.alive()}
    assert names == {"A": "Nouvelle A", "B": "Nommée ici", "C": "Nouvelle C", "D": "Cabane D", "E": "Cabane E"}
    assert Cabane.objects.get(source_id="C").story_fr == "Écrite ici"
    (proposition,) = Proposition.objects.all()
    assert (proposition.patch, proposition.object_uuid) == ({"name_fr": "Nouvelle D"}, by_code["D"].uuid)
    last = Revision.objects.filter(uuid=by_code["A"].uuid).last()
    assert (last.source, last.actor, last.reason, last.batch) == (
        "import", person, "moisson de «\xa0Source d’essai\xa0»", HarvestRun.objects.last().uuid,
    )  # fmt: skip
    # What was proposed is not proposed again; a newer value takes the place of the older one.
    assert "0 proposées" in run(sources)
    write(place("D", "Encore D", [2.8, 50.43]))
    assert "1 proposées" in run(sources)
    assert list(Proposition.objects.order_by("created_at").values_list("state", flat=True)) == ["rejected", "pending"]
    # It comes back: no longer vanished.
    write(place("E", "Cabane E", [2.8, 50.44]))
    run(sources)
    assert HarvestRecord.objects.get(source_id="E").vanished_at is None


def test_what_was_proposed_first_is_still_proposed_when_something_else_changes_in_the_source(tmp_path, owner):
    person = member("publisher", owner, username="moisson")
    path = tmp_path / "cabanes.geojson"
    sources = toml(
        tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}, fixed={"no_photo_reason": "à venir"}
    )

    def harvested(name, at):
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [place("A", name, at)]}))
        return run(sources)

    harvested("Abri", [2.8, 50.4])
    there = Cabane.objects.get()
    cabanes.update(there.uuid, {"status": "published"}, by=person)
    for name, at, proposed in (
        ("Autre nom", [2.8, 50.4], 1),
        ("Autre nom", [2.81, 50.41], 1),
        ("Autre nom", [2.81, 50.41], 0),
    ):
        assert f"{proposed} proposées" in harvested(name, at)
    pending = Proposition.objects.get(state="pending")
    done = propositions.accept(pending.uuid, by=person)
    assert (done.name_fr, done.geom.coords) == ("Autre nom", (2.81, 50.41))


def test_an_identifier_that_reads_as_a_stage_is_refused_and_meets_none(tmp_path, owner):
    member("editor", owner, username="moisson")
    path = tmp_path / "sentiers.geojson"
    far = [[[2.80, 50.40], [2.81, 50.40]], [[2.85, 50.40], [2.86, 50.41]]]
    shapes = {"A": ("MultiLineString", far), "A#1": ("LineString", [[2.82, 50.42], [2.83, 50.42]])}
    features = [
        place(code, f"Sentier {code}") | {"geometry": {"type": kind, "coordinates": coordinates}}
        for code, (kind, coordinates) in shapes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    sources = toml(
        tmp_path / "s.toml", kind="file", url=str(path), collection="sentiers", fields={"name_fr": "nom"},
        fixed={"kind": "one_way", "state": "open"},
    )  # fmt: skip
    told = run(sources)
    assert "2 nouvelles" in told
    assert "refusées\xa0: A#1" in told
    assert "«\xa0A#1\xa0» finit comme le numéro d’une étape" in told
    assert dict(Sentier.objects.values_list("source_id", "name_fr")) == {
        "A#1": "Sentier A, étape 1",
        "A#2": "Sentier A, étape 2",
    }
    assert "2 inchangées" in run(sources)


def test_what_was_binned_or_archived_here_is_left_alone(tmp_path, owner):
    person = member("publisher", owner, username="moisson")
    path = tmp_path / "c.csv"
    path.write_text("code,nom,x_l93,y_l93\n1,Une,686118,7034174\n2,Deux,686200,7034174\n")
    sources = toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"})
    assert "2 nouvelles" in run(sources)
    one, two = Cabane.objects.order_by("source_id")
    assert (round(one.geom.x, 4), round(one.geom.y, 4)) == DEGREES
    cabanes.delete(one.uuid, by=person)
    cabanes.move(two.uuid, "archived", by=person)
    path.write_text("code,nom,x_l93,y_l93\n1,Uno,686118,7034174\n2,Due,686200,7034174\n")
    told = run(sources)
    assert "2 laissées telles quelles" in told
    assert "corbeille" in told
    assert set(Cabane.objects.values_list("name_fr", flat=True)) == {"Une", "Deux"}


def test_a_dry_run_says_the_columns_and_writes_nothing(tmp_path, owner):
    member("editor", owner, username="moisson")
    path = tmp_path / "c.csv"
    path.write_text("code,nom,lon,lat\n1,Une,2.8,50.4\n")
    told = run(toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}), "--dry-run")
    assert "columns: code (1), nom (Une)" in told
    assert "1 nouvelles" in told
    assert (Cabane.objects.count(), HarvestRun.objects.count(), HarvestRecord.objects.count()) == (0, 0, 0)


def test_rights_are_those_of_the_account(tmp_path, owner):
    member("editor", autorite(), username="moisson")
    path = tmp_path / "c.csv"
    path.write_text("code,nom,lon,lat\n1,Une,2.8,50.4\n")
    sources = toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"})
    assert "1 refusées" in run(sources)
    with pytest.raises(CommandError, match="make_account"):
        run(sources, "--as", "nobody")
    assert not Parc.objects.filter(source="Source d’essai").exists()


def test_a_service_that_cannot_be_read_whole_changes_nothing(tmp_path, owner):
    member("editor", owner, username="moisson")
    path = tmp_path / "c.csv"
    path.write_text("code,nom,lon,lat\n1,Une,2.8,50.4\n2,Deux,2.8,50.41\n")
    run(toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}))
    short = toml(tmp_path / "t.toml", kind="file", url=str(path), fields={"name_fr": "nom"}, max_features=1)
    with pytest.raises(CommandError, match="plus de 1 objets"):
        run(short)
    last = HarvestRun.objects.order_by("started_at").last()
    assert (last.counts.get("vanished", 0), bool(last.failure)) == (0, True)


@pytest.mark.parametrize(
    ("kind", "way"), [("oapif", "status"), ("oapif", "host"), ("arcgis", "status"), ("arcgis", "error")]
)
def test_a_service_whose_second_page_fails_changes_nothing(tmp_path, owner, kind, way):
    member("editor", owner, username="moisson")
    path = tmp_path / "c.csv"
    path.write_text("code,nom,lon,lat\nA,Un,2.8,50.4\nB,Deux,2.8,50.41\n")
    run(toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}))
    with serving(CutShort, way=way) as server:
        url, layer = (server.address, "a") if kind == "oapif" else (f"{server.address}/FeatureServer", "0")
        cut = toml(tmp_path / "t.toml", kind=kind, url=url, layer=layer, page_size=1, fixed={"name_fr": "Autre"})
        with pytest.raises(CommandError, match="ailleurs.example" if way == "host" else "ne se lit pas"):
            run(cut)
    last = HarvestRun.objects.order_by("started_at").last()
    assert (last.counts, last.report, bool(last.failure)) == ({}, [], True)
    assert not HarvestRecord.objects.filter(vanished_at__isnull=False).exists()
    assert list(Cabane.objects.order_by("source_id").values_list("name_fr", flat=True)) == ["Un", "Deux"]


def test_the_report_has_room_for_what_vanished_whatever_came_before(tmp_path, owner, monkeypatch):
    monkeypatch.setattr("geodata.harvest.applying.MAX_REPORT", 1)
    member("editor", owner, username="moisson")
    path = tmp_path / "c.csv"
    sources = toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"})
    path.write_text("code,nom,lon,lat\nA,Un,2.8,50.4\n")
    run(sources)
    path.write_text("code,nom,lon,lat\nB,Deux,2.8,50.41\nC,Trois,2.8,50.42\n")
    run(sources)
    last = HarvestRun.objects.order_by("started_at").last()
    assert last.counts == {"new": 2, "vanished": 1}
    assert [(row["outcome"], row["source_id"]) for row in last.report] == [("new", "B"), ("vanished", "A")]


def test_the_last_runs_of_a_source_are_kept(tmp_path, owner, monkeypatch):
    monkeypatch.setattr("geodata.harvest.running.RUNS_KEPT", 2)
    member("editor", owner, username="moisson")
    other = HarvestRun.objects.create(source="autre", collection="cabanes")
    runs = [HarvestRun.objects.create(source="essai", collection="cabanes") for _number in range(3)]
    path = tmp_path / "c.csv"
    path.write_text("code,nom,lon,lat\nA,Un,2.8,50.4\n")
    run(toml(tmp_path / "s.toml", kind="file", url=str(path), fields={"name_fr": "nom"}))
    kept = list(HarvestRun.objects.order_by("started_at").values_list("pk", "counts"))
    assert kept[:2] == [(other.pk, {}), (runs[2].pk, {})]
    assert [counts for _pk, counts in kept[2:]] == [{"new": 1}]


def test_columns_with_empty_cells_keep_their_types(tmp_path):
    full = {"code": "A", "n": 200072460, "yes": True, "words": ["a", "b"], "x": 1.5, "day": "2026-03-03"}
    path = tmp_path / "c.geojson"
    features = [{"type": "Feature", "properties": each, "geometry": None} for each in (full, dict.fromkeys(full))]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = [dict(each.columns) for each in pulled(source(kind="file", url=str(path)))]
    assert found == [full, dict.fromkeys(full)]
    assert (type(found[0]["n"]), type(found[0]["yes"])) == (int, bool)
