"""Large files: asked for, written by a worker, fetched; nothing withdrawn is read from them."""

import contextlib
import io
import resource

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pyarrow import parquet

from geodata.changes.recording import recording
from geodata.endpoints.files import Place
from geodata.exports import tasks
from geodata.exports.models import Export
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"


@pytest.fixture(autouse=True)
def _small(settings, tmp_path):
    settings.GEODATA_EXPORT_ABOVE = 2
    settings.GEODATA_FILES = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "exports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "exports")},
        }
    }


def cabins(count, **values):
    return [cabane(geom=f"SRID=4326;POINT(2.{80 + n} 50.405)", **values) for n in range(count)]


def asked(client, query="f=parquet"):
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 202, answer.content
    return answer, Export.objects.get(uuid=answer.json()["id"])


def written(client, query="f=parquet"):
    _answer, export = asked(client, query)
    tasks.write(uuid=str(export.uuid))
    return export


def fetched(client, export, status=200, **headers):
    answer = client.get(f"/api/exports/{export.uuid}/file", headers=headers)
    assert answer.status_code == status
    body = answer.getvalue()
    answer.close()
    return answer, body


def test_a_large_selection_is_queued_and_then_fetched(client):
    cabins(3)
    answer, export = asked(client)
    assert answer["Location"] == f"http://testserver/api/exports/{export.uuid}"
    assert int(answer["Retry-After"]) > 0
    assert ProcrastinateJob.objects.filter(task_name="exports.write", args={"uuid": str(export.uuid)}).count() == 1
    assert asked(client)[1] == export
    assert fetched(client, export, 404)
    tasks.write(uuid=str(export.uuid))
    told = client.get(answer["Location"]).json()
    assert (told["state"], told["rows"], told["progress"]) == ("ready", 3, 1.0)
    (address,) = [link["href"] for link in told["links"] if link["rel"] == "enclosure"]
    there = client.get(f"{ITEMS}?f=parquet")
    assert (there.status_code, there["Location"]) == (303, address)
    answer, body = fetched(client, export)
    assert parquet.read_table(io.BytesIO(body)).num_rows == 3
    assert answer["Content-Disposition"] == f'attachment; filename="cabanes-{timezone.localdate():%Y-%m-%d}.parquet"'
    assert fetched(client, export, 304, **{"If-None-Match": answer["ETag"]})


def test_who_accepts_the_file_alone_follows_one_address_to_it(client):
    cabins(3)
    wanted = {"Accept": "application/vnd.apache.parquet"}
    queued = client.get(ITEMS, headers=wanted)
    assert (queued.status_code, queued["Content-Type"]) == (202, "application/json")
    waiting = client.get(queued["Location"], headers=wanted)
    assert (waiting.status_code, waiting["Location"], int(waiting["Retry-After"])) == (202, queued["Location"], 5)
    tasks.write(uuid=queued.json()["id"])
    there = client.get(queued["Location"], headers=wanted)
    assert there.status_code == 303
    file = client.get(there["Location"], headers=wanted)
    assert (file.status_code, file["Content-Type"]) == (200, wanted["Accept"])
    assert parquet.read_table(io.BytesIO(file.getvalue())).num_rows == 3


@pytest.mark.parametrize("ending", ["", "/file"])
def test_a_file_is_looked_up_once_for_an_answer(client, ending):
    cabins(3)
    export = written(client)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/api/exports/{export.uuid}{ending}").close()
    statements = [each["sql"] for each in captured]
    assert sum("geodata_export" in each for each in statements) == 1
    assert len(statements) == len(set(statements))


def test_a_small_or_streamed_selection_is_not_queued(client):
    cabins(3)
    for query in ("f=parquet&limit=2", "f=csv", "f=geojsonseq", "f=kml"):
        answer = client.get(f"{ITEMS}?{query}")
        assert answer.status_code == 200
        answer.close()


def test_ranges_of_a_file(client):
    cabins(3)
    export = written(client)
    body = fetched(client, export)[1]
    answer, part = fetched(client, export, 206, Range="bytes=4-9")
    assert (part, answer["Content-Range"]) == (body[4:10], f"bytes 4-9/{len(body)}")
    assert fetched(client, export, 206, Range="bytes=-5")[1] == body[-5:]
    assert fetched(client, export, 206, Range="bytes=10-", **{"Accept-Encoding": "br, gzip"})[1] == body[10:]
    assert fetched(client, export, 416, Range=f"bytes={len(body)}-")[0]["Content-Range"] == f"bytes */{len(body)}"
    assert fetched(client, export, 200, Range="bytes=1-2", **{"If-Range": '"other"'})[1] == body


def test_what_is_withdrawn_before_the_writing_is_not_written(client):
    hidden = cabins(4)[0]
    _answer, export = asked(client)
    with recording(by=None):
        type(hidden).objects.filter(pk=hidden.pk).update(status="draft")
    tasks.write(uuid=str(export.uuid))
    rows = parquet.read_table(io.BytesIO(fetched(client, export)[1])).to_pylist()
    assert str(hidden.uuid) not in {row["id"] for row in rows}
    assert len(rows) == 3


def test_what_is_withdrawn_after_the_writing_is_no_longer_given(client):
    hidden = cabins(4)[0]
    export = written(client)
    cabane(geom="SRID=4326;POINT(2.99 50.405)")
    assert fetched(client, export)
    with recording(by=None):
        type(hidden).objects.filter(pk=hidden.pk).update(status="draft")
    assert fetched(client, export, 410)
    assert client.get(f"/api/exports/{export.uuid}").status_code == 410
    assert asked(client)[1] != export


def test_a_member_alone_reads_the_file_of_a_member(client, django_user_model):
    mine = autorite()
    cabins(3, authority=mine, status="draft")
    client.force_login(member("editor", mine))
    export = written(client)
    assert parquet.read_table(io.BytesIO(fetched(client, export)[1])).num_rows == 3
    client.force_login(member("editor", mine))
    assert client.get(f"/api/exports/{export.uuid}").status_code == 404
    assert fetched(client, export, 404)
    client.logout()
    assert fetched(client, export, 404)


@pytest.mark.parametrize(("collection", "status"), [("cabanes", 410), ("parcs", 200)])
def test_a_text_erased_from_the_history_is_in_no_file_asked_for_before(client, collection, status):
    thing = {"cabanes": cabins(3)[0], "parcs": parc()}[collection]
    export = written(client)
    call_command("forget", collection, str(thing.uuid), field=["name_en"], why="demandé", stdout=io.StringIO())
    fetched(client, export, status)
    assert client.get(f"{ITEMS}?f=parquet").status_code == (303 if status == 200 else 202)


def test_files_expire_and_are_swept(client):
    cabins(3)
    export = written(client)
    assert storages["exports"].exists(tasks.name_of(export))
    Export.objects.update(expires_at=timezone.now())
    assert fetched(client, export, 410)
    tasks.sweep()
    assert not storages["exports"].exists(tasks.name_of(export))
    assert fetched(client, export, 404)


@contextlib.contextmanager
def full_disk(room):
    """No file of this process, nor of those that it starts, can be written beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class FullStore(FileSystemStorage):
    """A store whose disk is full: it takes the beginning of a file."""

    def _save(self, name, content):
        with full_disk(4_096):
            return super()._save(name, content)


def failed_without_a_trace(client, settings, export):
    """The client reads that it failed, nothing is left of it on the disk, and who asks again is queued again."""
    assert client.get(f"/api/exports/{export.uuid}").json()["state"] == "failed"
    left = [path for path in (settings.GEODATA_FILES, settings.GEODATA_FILES.parent / "exports") if path.exists()]
    return [path for folder in left for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["parquet", "gpkg", "shp"])
def test_a_disk_that_is_full_while_the_file_is_made_leaves_nothing(client, settings, name):
    cabins(3, story_fr="".join(f"{n:x}" for n in range(20_000)))
    _answer, export = asked(client, f"f={name}")
    with full_disk(600), pytest.raises(OSError):  # noqa: PT011  (what writes it says it in its own way)
        tasks.write(uuid=str(export.uuid))
    assert failed_without_a_trace(client, settings, export)
    again = written(client, f"f={name}")
    assert again.uuid != export.uuid
    assert fetched(client, again)[1]


def test_a_disk_that_is_full_while_the_file_is_kept_leaves_nothing(client, settings):
    cabins(3, story_fr="".join(f"{n:x}" for n in range(20_000)))
    whole = settings.STORAGES
    full = whole["exports"] | {"BACKEND": f"{FullStore.__module__}.{FullStore.__qualname__}"}
    settings.STORAGES = whole | {"exports": full}
    _answer, export = asked(client)
    with pytest.raises(OSError, match="File too large"):
        tasks.write(uuid=str(export.uuid))
    assert failed_without_a_trace(client, settings, export)
    settings.STORAGES = whole
    assert fetched(client, written(client))[1]


def test_too_many_exports_are_refused_for_now(client, settings):
    cabins(4)
    settings.GEODATA_EXPORTS_WAITING = 1
    asked(client)
    answer = client.get(f"{ITEMS}?f=gpkg")
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert int(answer["Retry-After"]) > 0


def test_too_many_files_at_once_are_refused_for_now(client, settings):
    cabins(2)
    settings.GEODATA_FILES_AT_ONCE = 1
    place = Place()
    answer = client.get(f"{ITEMS}?f=gpkg")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert int(answer["Retry-After"]) > 0
    place.leave()
    answer = client.get(f"{ITEMS}?f=gpkg")
    assert answer.status_code == 200
    answer.close()


def test_a_small_file_that_nobody_reads_keeps_nobody_from_theirs(client, settings):
    cabins(2)
    settings.GEODATA_FILES_AT_ONCE = 1
    slow = client.get(f"{ITEMS}?f=gpkg")
    place = Place()
    slow.close()
    assert place.folder.is_dir()
    assert client.get(f"{ITEMS}?f=gpkg").status_code == 503
    place.leave()
    other = Place()
    place.leave()
    assert other.folder.is_dir()
    other.leave()


def test_a_cut_download_of_a_made_file_leaves_nothing(client, settings, monkeypatch):
    monkeypatch.setattr("geodata.endpoints.files.SMALL", 0)
    cabins(2, story_fr="x" * 300_000)
    settings.GEODATA_FILES_AT_ONCE = 1
    answer = client.get(f"{ITEMS}?f=gpkg")
    next(iter(answer.streaming_content))
    assert [path for path in settings.GEODATA_FILES.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    answer.close()
    assert [path for path in settings.GEODATA_FILES.iterdir() if path.is_dir()] == []
    again = client.get(f"{ITEMS}?f=gpkg")
    assert again.status_code == 200
    again.close()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"
        )
        assert cursor.fetchone() == (0,)


def test_a_file_over_the_bound_is_refused(client, settings):
    cabins(2, story_fr="x" * 30_000)
    settings.GEODATA_FILE_BYTES = 50_000
    answer = client.get(f"{ITEMS}?f=gpkg")
    assert answer.status_code == 503
    assert [path for path in settings.GEODATA_FILES.iterdir() if path.is_dir()] == []
