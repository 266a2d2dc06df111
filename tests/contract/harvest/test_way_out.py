"""The way out of a harvest: one host, checked, counted, over TLS that is verified."""

import json
import ssl
import subprocess
from contextlib import contextmanager

import pytest

from geodata.vectorfile import Unreadable
from tests.contract.harvest.servers import Quiet, arcgis, place, pulled, serving, source


class Elsewhere(Quiet):
    """Sends its reader to another host, or sends too much."""

    def do_GET(self):  # noqa: N802
        if self.path.startswith("/redirect"):
            self.answer(b"", status=302, Location=self.server.target)
        elif self.path.startswith("/secret"):
            self.server.asked.append(self.headers.get("X-Key"))
            self.answer(
                json.dumps({"type": "FeatureCollection", "features": [place("1", "Une", [2.8, 50.4])]}).encode()
            )
        else:
            self.answer(b"[" + b" " * 3_000_000 + b"]")


@contextmanager
def two_servers():
    with serving(Elsewhere) as other, serving(Elsewhere, target=f"{other.address}/secret.geojson") as first:
        yield first, other


@pytest.mark.parametrize(
    ("kind", "path"), [("file", "/redirect.geojson"), ("arcgis", "/redirect/FeatureServer/0"), ("wfs", "/redirect")]
)
def test_no_other_host_is_reached_than_the_one_that_is_named(kind, path):
    with two_servers() as (first, other):
        # Another port of the same machine is another service.
        with pytest.raises(Unreadable, match="autre hôte"):
            pulled(source(kind=kind, url=f"{first.address}{path}", layer="x"))
        assert other.asked == []


def test_addresses_of_this_machine_are_refused_unless_the_source_says_so():
    with serving(Elsewhere) as server, pytest.raises(Unreadable, match="adresse privée"):
        pulled(source(kind="file", url=f"{server.address}/secret.geojson", private=False))
    with pytest.raises(Unreadable, match="http ou https"):
        pulled(source(kind="wfs", url="ftp://x.example/", layer="x"))
    with pytest.raises(Unreadable, match="pas de fichier"):
        pulled(source(kind="file", url="/vsicurl/http:/x.example/a.geojson"))


def test_what_sends_too_much_is_cut():
    with serving(Elsewhere) as server, pytest.raises(Unreadable, match="Mo"):
        pulled(source(kind="file", url=f"{server.address}/big.geojson", max_bytes=1_000_000))


def test_a_secret_comes_from_the_environment(monkeypatch):
    with serving(Elsewhere) as server:
        wanted = source(kind="file", url=f"{server.address}/secret.geojson", header="X-Key", secret="ESSAI_KEY")
        with pytest.raises(Unreadable, match="ESSAI_KEY"):
            pulled(wanted)
        monkeypatch.setenv("ESSAI_KEY", "abc")
        assert [each.columns["nom"] for each in pulled(wanted)] == ["Une"]
        assert server.asked == ["abc"]


def test_a_service_that_is_not_there_or_is_something_else_says_so():
    with pytest.raises(Unreadable):
        pulled(source(kind="wfs", url="http://127.0.0.1:9/", layer="x"))
    with serving(Elsewhere) as server, pytest.raises(Unreadable, match="ESRIJSON"):
        pulled(source(kind="arcgis", url=f"{server.address}/x/FeatureServer/0"))


@pytest.mark.parametrize("trusted", [True, False])
def test_certificates_are_verified(tmp_path, monkeypatch, trusted):
    key, pem = tmp_path / "key.pem", tmp_path / "cert.pem"
    about = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, *about]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem if trusted else "/etc/ssl/certs/ca-certificates.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    line = {"attributes": {"OBJECTID": 1, "etat": "", "nom": "A"}, "geometry": {"paths": [[[2.8, 50.4], [2.9, 50.4]]]}}
    with arcgis([line], context=context) as server:
        wanted = source(kind="arcgis", url=f"{server.address}/x/FeatureServer/0", id_field="OBJECTID")
        if trusted:
            assert [each.columns["nom"] for each in pulled(wanted)] == ["A"]
        else:
            with pytest.raises(Unreadable):
                pulled(wanted)
            assert server.asked == []
