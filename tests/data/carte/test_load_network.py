import csv
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from agenda.models import ChiffreCle, Evenement, ProjetLabel
from cabanes.models import Cabane
from carte.models import CartePartenaire
from geodata.changes import recording
from geodata.models import Revision
from parcs.models import Autorite, Commune, Parc
from sentiers.models import Sentier
from tests.factories.parcs import user

STARTER = Path(settings.ROOT) / "starter"
pytestmark = pytest.mark.django_db


def run(folder=STARTER, **options):
    out = StringIO()
    call_command("load_network", str(folder), stdout=out, stderr=out, **options)
    return out.getvalue()


def test_counts_of_the_real_network_and_a_second_run_changes_nothing(real_network):
    counts = {
        model: model.objects.count() for model in (Parc, Cabane, Sentier, Commune, ProjetLabel, Evenement, ChiffreCle)
    }
    assert list(counts.values()) == [36, 15, 40, 150, 16, 30, 37]
    assert Cabane.objects.published().count() == 13
    assert Autorite.objects.filter(kind="epci", geom__isnull=False).count() == 3
    assert Commune.objects.filter(geom__isnull=True).count() == 0
    last = Revision.objects.order_by("-id").first().id
    assert "created, 0" not in run().replace("0 created", "")
    assert Revision.objects.order_by("-id").first().id == last


def test_drafts_are_counted_apart_and_differences_are_no_failures():
    told = run()
    assert "cabins.csv: 15 created (2 of them drafts), 0 updated" in told
    assert "parks.csv: 36 created, 0 updated" in told
    first, *lines = told[told.index("Nothing failed.") :].splitlines()
    assert first.startswith("Nothing failed. 16 places where a source and the shape differ wait for a human")
    assert "load_network" in first
    assert len(lines) == 16
    assert all(": the source says " in line for line in lines)


def test_nothing_in_metres_comes_from_a_drawing(real_network):
    assert not Parc.objects.filter(area_ha__isnull=False).exists()
    assert not Sentier.objects.filter(length_m__isnull=False).exists()
    assert Parc.objects.filter(stated_area_ha__isnull=False).count() == 11
    assert Sentier.objects.filter(stated_length_m__isnull=False).count() == 30


def test_what_people_edited_is_left_alone_and_listed(real_network):
    cabin = Cabane.objects.get(slug="en-passant")
    with recording(by=user()):
        cabin.name_fr = "En passant (corrigé)"
        cabin.save()
    assert "kept: en-passant (name_fr)" in run()
    cabin.refresh_from_db()
    assert cabin.name_fr == "En passant (corrigé)"
    with pytest.raises(CommandError, match="reason"):
        run(overwrite=True)
    run(overwrite=True, reason="retour aux sources")
    cabin.refresh_from_db()
    assert cabin.name_fr == "En passant"


def test_bad_rows_are_reported_with_their_line_and_the_good_ones_loaded(tmp_path):
    folder = tmp_path / "starter"
    shutil.copytree(STARTER, folder)
    rows = list(csv.DictReader((folder / "cabins.csv").read_text(encoding="utf-8").splitlines()))
    rows[0]["status"] = "bizarre"
    rows[1]["lat"], rows[1]["lon"] = rows[1]["lon"], rows[1]["lat"]
    with (folder / "cabins.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    lines = (folder / "label_projects.csv").read_text(encoding="utf-8").splitlines()
    lines[1] = "pas-un-uuid," + lines[1].split(",", 1)[1]
    lines[2] = ",".join(lines[2].split(",")[:3])
    lines[3] += ",de,trop"
    (folder / "label_projects.csv").write_text("\n".join(lines), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="4 rows"):
        call_command("load_network", str(folder), stdout=out, stderr=out)
    assert "cabins.csv line 2: « bizarre » is not in [cabins.status]" in out.getvalue()
    assert "cabins.csv line 3:" in out.getvalue()
    assert Cabane.objects.count() == 13
    assert "label_projects.csv line 2: " in out.getvalue()
    assert "label_projects.csv line 3: " in out.getvalue()
    assert ProjetLabel.objects.count() == 14


def test_dry_run_writes_nothing():
    assert "36 created" in run(dry_run=True)
    assert not Parc.objects.exists()


def test_difference_between_stated_and_found_commune_is_listed(real_network):
    said = run()
    assert "En passant: the source says Hénin-Beaumont, the position lies in Drocourt" in said
    assert said.count("the shape does not reach it") == 13


def test_partner_map_of_the_whole_network_exists_and_an_edit_of_it_is_kept(real_network):
    made = CartePartenaire.objects.get(slug="reseau")
    assert [layer["collection"] for layer in made.layers] == ["parcs", "sentiers", "cabanes", "fermetures"]
    made.title_fr = "Notre carte"
    made.save()
    assert "kept: reseau (title_fr)" in run()
    assert CartePartenaire.objects.get().title_fr == "Notre carte"


@pytest.mark.parametrize("name", ["mapping.toml", "parks.geojson", "communes.csv"])
def test_a_folder_that_cannot_be_read_is_one_sentence_and_writes_nothing(tmp_path, name):
    folder = tmp_path / "starter"
    shutil.copytree(STARTER, folder)
    (folder / name).write_bytes(b"\xff\xfe{")
    with pytest.raises(CommandError, match="cannot be read"):
        run(folder)
    (folder / name).unlink()
    with pytest.raises(CommandError, match=f"{name} is missing"):
        run(folder)
    assert not Autorite.objects.exists()


def test_institutional_meetings_are_marked_so_and_yearly_events_too(real_network):
    assert Evenement.objects.filter(kind="institution").count() == 11
    assert Evenement.objects.filter(yearly=True).exists()
    assert Evenement.objects.filter(date_precision="month").exists()


def test_cabins_without_a_name_are_called_by_their_park_and_say_so(real_network):
    pending = Cabane.objects.filter(name_pending=True)
    assert pending.count() == 6
    assert all(cabin.name_fr.startswith("Cabane d") for cabin in pending)
    assert all("compléter" not in cabin.name_fr for cabin in pending)
    assert not Cabane.objects.filter(no_photo_reason="").exists()
