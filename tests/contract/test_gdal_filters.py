"""Which conditions GDAL, of Debian and of the wheel, lets the server judge, and that the answers are right."""

import subprocess
import sys

import pytest

from tests.contract.test_desktop_clients import asked, of_items  # noqa: F401
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db(transaction=True)
READ = """
import sys, pyogrio
box = tuple(map(float, sys.argv[3].split(","))) if sys.argv[3] else None
print(len(pyogrio.raw.read(sys.argv[2], where=sys.argv[1] or None, bbox=box)[2]))
"""
# The condition, how many there are, a part of the filter that is sent.
CONDITIONS = (
    ("year_built = 2019", 1, "year_built = 2019"),
    ("year_built < 2020", 2, "year_built < 2020"),
    ("year_built BETWEEN 2019 AND 2021", 3, "(year_built >= 2019) AND (year_built <= 2021)"),
    ("name_fr LIKE 'Cab%'", 6, "name_fr LIKE 'Cab%'"),
    ("name_fr ILIKE 'cab% 3'", 1, "name_fr ILIKE"),
    ("kind = 'abri' AND year_built > 2019", 2, "(kind = 'abri') AND (year_built > 2019)"),
    ("kind = 'abri' OR year_built = 2018", 4, "(kind = 'abri') OR (year_built = 2018)"),
    ("lit = 1", 3, "lit = 1"),
    ("height_m = 1.5", 6, "height_m = 1.5"),
    ("updated_at > '2090-01-01T00:00:00Z'", 0, "updated_at > '2090-01-01T00:00:00Z'"),
    ("updated_at > '2020-01-01T00:00:00Z'", 6, "updated_at > '2020-01-01T00:00:00Z'"),
)


def counted(program, where, url, box=""):
    if program == "ogrinfo":
        narrowed = [*(("-where", where) if where else ()), *(("-spat", *box.split(",")) if box else ())]
        command = ["ogrinfo", "-ro", "-q", "-al", "-geom=NO", *narrowed, url]
    else:
        # Its own process: this one has to answer meanwhile.
        command = [sys.executable, "-c", READ, where, url, box]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout + done.stderr
    return done.stdout.count("OGRFeature(") if program == "ogrinfo" else int(done.stdout)


@pytest.mark.parametrize("program", ["ogrinfo", "pyogrio"])
def test_gdal_lets_the_server_judge(address, asked, program):  # noqa: F811
    for n in range(6):
        cabane(
            name_fr=f"Cabane {n}", kind="abri" if n % 2 else "kiosque", year_built=2018 + n, height_m=1.5, lit=bool(n % 2),
            geom=f"SRID=4326;POINT(2.{80 + n} 50.405)",
        )  # fmt: skip
    url = f"OAPIF:{address}/api/collections/cabanes"
    for where, count, sent in CONDITIONS:
        asked.clear()
        assert counted(program, where, url) == count, where
        assert any(sent in query.get("filter", "") for query in of_items(asked)), (where, of_items(asked))
        assert not any("datetime" in query for query in of_items(asked))
    # Not handed on, but right.
    assert counted(program, "kind IN ('abri', 'belvedere')", url) == 3
    asked.clear()
    assert counted(program, "", url, "2.805,50.4,2.825,50.41") == 2
    assert any("bbox" in query for query in of_items(asked))
