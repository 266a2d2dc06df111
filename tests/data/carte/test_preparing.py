import shutil

import pytest
from django.core.management.base import CommandError
from django.db import connection

from carte.preparing import check_database, what_lacks, with_pinned

GOOD = {"postgis": "3.5.2", "pgrouting": "3.7", "unaccent": "1.1", "pg_trgm": "1.6", "btree_gist": "1.7"}


class Elsewhere:
    """The connection of the tests with other parameters."""

    def __init__(self, **changes):
        self.changes = changes

    def get_connection_params(self):
        return connection.get_connection_params() | self.changes


@pytest.mark.django_db
def test_the_database_of_the_tests_serves():
    check_database(connection)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"host": "127.0.0.1", "port": 1}, "Connection refused"),
        ({"user": "personne"}, 'role "personne" does not exist'),
        ({"dbname": "nulle_part"}, 'database "nulle_part" does not exist'),
        ({"host": "/nowhere"}, "No such file or directory"),
    ],
)
def test_a_database_out_of_reach_is_one_sentence(changes, cause):
    with pytest.raises(CommandError) as raised:
        check_database(Elsewhere(**changes))
    sentence = str(raised.value)
    assert cause in sentence
    assert "\n" not in sentence
    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")


def test_what_lacks_names_it():
    assert what_lacks(150_000, GOOD) == ""
    assert what_lacks(140_009, GOOD) == "The database is PostgreSQL 14; 15 or newer is needed."
    assert what_lacks(150_000, GOOD | {"postgis": "3.2.1"}) == "PostGIS is 3.2.1; 3.3 or newer is needed."
    without = {name: version for name, version in GOOD.items() if name != "pgrouting"}
    assert "these extensions: pgrouting." in what_lacks(150_000, without)


def test_a_pinned_component_outlives_the_release_that_it_came_with(tmp_path):
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("component.js", "component.0123456789ab.js", "component.0123456789ab.js.br", "site.0123456789ab.css"):
        (dist / name).write_text("old")
    with with_pinned(tmp_path):
        shutil.rmtree(dist)
        dist.mkdir()
        (dist / "component.js").write_text("new")
        (dist / "component.fedcba987654.js").write_text("new")
    assert {each.name: each.read_text() for each in dist.iterdir()} == {
        "component.js": "new",
        "component.fedcba987654.js": "new",
        "component.0123456789ab.js": "old",
        "component.0123456789ab.js.br": "old",
    }
