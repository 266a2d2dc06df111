"""The examples of the partners' page run as they are printed."""

import html
import re
import shutil
import subprocess
import sys
import urllib.request

import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def examples(live_server):
    parc(name_fr="Parc des îles")
    cabane(name_fr="Écrevisse")
    for number in range(3):
        sentier(name_fr=f"Boucle {number}")
    with urllib.request.urlopen(f"{live_server.url}/partenaires/") as response:
        text = response.read().decode()
    found = re.findall(r'data-example="(\w+)">(.*?)</code>', text, re.DOTALL)
    return {name: html.unescape(code) for name, code in found}


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tool(name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on this machine")
    return name


def test_curl(examples):
    tool("curl")
    assert "Écrevisse" in run(["sh", "-c", examples["curl"]])


def test_python(examples):
    lines = run([sys.executable, "-c", examples["python"]]).splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["Boucle 0", "Boucle 1", "Boucle 2"]


def test_javascript(examples, tmp_path):
    script = tmp_path / "client.mjs"
    script.write_text(examples["javascript"], encoding="utf-8")
    assert "Parc des îles" in run([tool("node"), str(script)])


def test_gdal(examples):
    tool("ogrinfo")
    assert "Feature Count: 1" in run(["sh", "-c", examples["gdal"]])
