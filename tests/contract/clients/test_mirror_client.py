"""The mirror client of the guide against a running server, and the command that compares its file."""

import ast
import json
import re
import runpy
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import mirror
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cabanes.models import Cabane
from geodata import registry
from geodata.models import Revision
from tests.contract.harvest.servers import Quiet, serving
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mirror.sqlite"


@pytest.fixture
def file(path):
    opened = sqlite3.connect(path)
    opened.executescript(mirror.TABLES)
    yield opened
    opened.close()


def names(file):
    return {json.loads(text)["properties"]["name_fr"] for (text,) in file.execute("SELECT json FROM feature")}


def verified(target, **options):
    out = StringIO()
    call_command("verify_sync", str(target), stdout=out, **options)
    return out.getvalue()


def test_it_copies_then_follows(address, file, path):
    kept, gone = cabane(name_fr="Une"), cabane(name_fr="Deux")
    mirror.mirror(address, file, ["cabanes"])
    assert names(file) == {"Une", "Deux"}
    Cabane.objects.filter(pk=kept.pk).update(name_fr="Trois")
    Cabane.objects.filter(pk=gone.pk).update(status="archived")
    assert "equal" in verified(path)
    mirror.mirror(address, file, ["cabanes"])
    assert names(file) == {"Trois"}
    assert "cabanes: 1 features" in verified(path)
    assert "cabanes: 1 features" in verified(address, collection=["cabanes"])


def test_it_begins_again_when_its_cursor_is_too_old(address, file, settings):
    mirror.mirror(address, file, ["cabanes"])
    cabane(name_fr="Une")
    Revision.objects.update(at=timezone.now() - timedelta(days=settings.GEODATA_FEED_DAYS + 1))
    mirror.mirror(address, file, ["cabanes"])
    assert names(file) == {"Une"}


def test_cut_after_its_cursor_was_too_old_it_begins_again_and_is_not_compared(address, file, path):
    mirror.mirror(address, file, ["cabanes"])
    cabane(name_fr="Une")
    with file:
        file.execute("UPDATE cursor SET since = NULL")
    with pytest.raises(CommandError, match="no whole copy to compare"):
        verified(path)
    mirror.mirror(address, file, ["cabanes"])
    assert names(file) == {"Une"}


def everything(address, path):
    subprocess.run([sys.executable, mirror.__file__, address, str(path)], check=True, timeout=60)
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute("SELECT collection, since FROM cursor").fetchall()


def test_without_names_it_takes_every_collection_at_one_moment(address, path):
    made = cabane()
    assert {name for name, _since in everything(address, path)} == {each.id for each in registry.collections()}
    Cabane.objects.filter(pk=made.pk).update(name_fr="Autre")
    parc()
    found = everything(address, path)
    assert len({since for _name, since in found}) == 1
    assert verified(path).count("equal") == len(found)


def test_what_changes_while_copies_are_taken_is_in_all_of_them(address, file, path, monkeypatch):
    made = cabane(name_fr="Avant")

    def meanwhile(url, **options):
        if url.endswith("/snapshot/parcs"):
            Cabane.objects.filter(pk=made.pk).update(name_fr="Après")
            parc(name_fr="Parc")
        return urlopen(url, **options)

    monkeypatch.setattr(mirror, "urlopen", meanwhile)
    mirror.mirror(address, file, ["cabanes", "parcs"])
    assert names(file) == {"Après", "Parc"}
    assert len(set(file.execute("SELECT since FROM cursor"))) == 1
    assert verified(path).count("equal") == 2


def test_a_collection_more_is_taken_together_with_the_others(address, file):
    cabane(name_fr="Une")
    mirror.mirror(address, file, ["cabanes"])
    parc(name_fr="Parc")
    mirror.mirror(address, file, ["cabanes", "parcs"])
    assert names(file) == {"Une", "Parc"}
    assert len(set(file.execute("SELECT since FROM cursor"))) == 1


def test_a_partner_proves_a_mirror_with_a_fresh_one_as_the_guide_says(address, path, tmp_path, monkeypatch):
    kept, gone = cabane(name_fr="Une"), cabane(name_fr="Deux")
    everything(address, path)
    Cabane.objects.filter(pk=kept.pk).update(name_fr="Trois")
    Cabane.objects.filter(pk=gone.pk).update(status="archived")
    everything(address, path)
    everything(address, tmp_path / "fresh.sqlite")
    monkeypatch.chdir(tmp_path)
    guide = Path(settings.ROOT / "docs/guides/partners.md").read_text(encoding="utf-8")
    (asked,) = re.findall(r'sqlite3 mirror.sqlite "([^"]+)"', guide)
    attach, differences = asked.split(";")
    with closing(sqlite3.connect("mirror.sqlite")) as opened:
        opened.execute(attach)
        assert opened.execute(differences).fetchall() == []
        opened.execute("UPDATE feature SET json = '{}' WHERE uuid = ?", [str(kept.uuid)])
        assert opened.execute(differences).fetchall() == [("cabanes", str(kept.uuid))]


def test_it_is_as_short_as_the_guide_says():
    source = Path(mirror.__file__).read_text(encoding="utf-8")
    lines = 0
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef):
            text = ast.get_source_segment(source, function).replace(f'"""{ast.get_docstring(function)}"""', "")
            lines += sum(bool(line.strip()) for line in text.splitlines())
    assert f"{lines} lines" in Path("docs/guides/partners.md").read_text(encoding="utf-8")
    assert lines == 38


def test_a_copy_that_is_cut_leaves_the_file_as_it_was(address, file, monkeypatch):
    cabane(name_fr="Une")
    mirror.mirror(address, file, ["cabanes"])
    cabane(name_fr="Deux")
    file.execute("DELETE FROM cursor")
    file.commit()
    whole = mirror.urlopen(f"{address}/api/snapshot/cabanes").read()
    monkeypatch.setattr(mirror, "urlopen", lambda *_a, **_k: BytesIO(whole[:-60]))
    with pytest.raises(json.JSONDecodeError):
        mirror.mirror(address, file, ["cabanes"])
    assert names(file) == {"Une"}


def test_what_differs_is_named(address, file, path):
    one, two = cabane(), cabane()
    mirror.mirror(address, file, ["cabanes"])
    file.execute("DELETE FROM feature WHERE uuid = ?", [str(one.uuid)])
    file.execute("UPDATE feature SET json = replace(json, 'Cabane', 'Hutte') WHERE uuid = ?", [str(two.uuid)])
    file.execute("INSERT INTO feature VALUES ('cabanes', 'x', '{\"id\": \"x\"}')")
    file.commit()
    out = StringIO()
    with pytest.raises(CommandError, match="3 features differ"):
        call_command("verify_sync", str(path), stdout=out)
    assert {f"absent {one.uuid}", "extra x", f"different {two.uuid}"} <= {
        line.strip() for line in out.getvalue().splitlines()
    }


class Gone(Quiet):
    """A service whose feed is no more (410), while its copies are given as `status` says."""

    def do_GET(self):  # noqa: N802
        self.server.asked.append(self.path.partition("?")[0])
        is_copy = "snapshot" in self.path
        self.answer(self.server.copy if is_copy else b"{}", status=self.server.status if is_copy else 410)


@pytest.mark.parametrize(
    ("status", "asked"),
    [(200, ["changes", "snapshot/cabanes", "changes"]), (410, ["changes", "snapshot/cabanes"])],
)
def test_what_is_gone_for_good_is_not_asked_for_again_and_again(address, file, status, asked):
    mirror.mirror(address, file, ["cabanes"])
    with mirror.urlopen(f"{address}/api/snapshot/cabanes") as answer:
        copy = answer.read()
    with serving(Gone, copy=copy, status=status) as theirs, pytest.raises(mirror.HTTPError):
        mirror.mirror(theirs.address, file, ["cabanes"])
    assert theirs.asked == [f"/api/{each}" for each in asked]


class Copy(Quiet):
    """A mirror that serves a copy under the address of the service that it mirrors."""

    def do_GET(self):  # noqa: N802
        self.server.asked.append(self.path)
        self.answer(self.server.copy)


def test_what_differs_in_a_served_mirror_is_named(address):
    absent, changed, same = cabane(), cabane(name_fr="Hutte"), cabane()
    with mirror.urlopen(f"{address}/api/snapshot/cabanes") as answer:
        copy = answer.read()
    head, *features, end = copy.decode().splitlines()
    assert len(features) == 3
    kept = {json.loads(text.rstrip(","))["id"]: text.rstrip(",") for text in features}
    del kept[str(absent.uuid)]
    kept[str(changed.uuid)] = kept[str(changed.uuid)].replace("Hutte", "Cabanon")
    extra = str(uuid4())
    kept[extra] = kept[str(same.uuid)].replace(str(same.uuid), extra)
    served = "\n".join([head, ",\n".join(kept.values()), end]).encode()
    out = StringIO()
    with serving(Copy, copy=served) as theirs, pytest.raises(CommandError, match="3 features differ"):
        call_command("verify_sync", f"{theirs.address}/", collection=["cabanes"], stdout=out)
    assert theirs.asked == ["/api/snapshot/cabanes"]
    told = [line.strip() for line in out.getvalue().splitlines()]
    assert told[1:] == [f"absent {absent.uuid}", f"extra {extra}", f"different {changed.uuid}"]
    with serving(Copy, copy=copy) as theirs:
        assert "cabanes: 3 features" in verified(theirs.address, collection=["cabanes"])
    with serving(Copy, copy=copy[:-60]) as theirs, pytest.raises(CommandError, match="cannot be compared"):
        verified(theirs.address, collection=["cabanes"])


def test_what_is_no_mirror_is_refused(path, tmp_path):
    (tmp_path / "text").write_text("rien")
    for target in (tmp_path / "absent", tmp_path / "text", "http://127.0.0.1:9"):
        with pytest.raises(CommandError, match="cannot be compared"):
            verified(target)


class Cut(Quiet):
    """A service that ends before its answer does: it says so, or not, as `length` has it."""

    def do_GET(self):  # noqa: N802
        self.answer(self.server.body, **{"Content-Length": self.server.length, "Connection": "close"})
        self.close_connection = True


@pytest.mark.parametrize("length", ["4000", "12"])
def test_an_answer_that_was_cut_is_told_in_a_line(path, length):
    with serving(Cut, body=b'{"cursor":"x', length=length) as theirs:
        told = subprocess.run(
            [sys.executable, mirror.__file__, theirs.address, str(path), "cabanes"],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.startswith(f"{theirs.address}: ")
    assert "Traceback" not in told.stderr


def test_a_file_that_somebody_else_writes_is_told_in_a_line(address, file, path, monkeypatch):
    file.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    monkeypatch.setattr(sys, "argv", ["mirror.py", address, str(path), "cabanes"])
    with pytest.raises(SystemExit, match="database is locked"):
        runpy.run_path(mirror.__file__, run_name="__main__")


def test_without_its_arguments_it_says_how_it_is_called():
    told = subprocess.run(
        [sys.executable, mirror.__file__, "https://exemple.fr"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr[:6]) == (1, "usage:")
