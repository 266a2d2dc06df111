"""Production refuses to start with an unsafe setting, in one sentence."""

import importlib
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

GOOD = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "parcs.example.fr",
    "PUBLIC_URL": "https://parcs.example.fr/",
    "TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8",
    "DEBUG": "0",
    "WEBHOOKS_LOOPBACK": "0",
}


def start(monkeypatch, **given):
    for name, value in (GOOD | given).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "config.settings.prod", raising=False)
    made = importlib.import_module("config.settings.prod")
    monkeypatch.delitem(sys.modules, "config.settings.prod")
    return made


def test_links_of_webhooks_begin_with_the_public_address(monkeypatch):
    assert start(monkeypatch).WEBHOOKS_ROOT == "https://parcs.example.fr"


@pytest.mark.parametrize("address", ["", "http://parcs.example.fr", "parcs.example.fr", "https://", "https://a b.fr"])
def test_a_public_address_that_is_missing_or_not_https_is_refused(monkeypatch, address):
    with pytest.raises(ImproperlyConfigured, match=r"^PUBLIC_URL must be the https address"):
        start(monkeypatch, PUBLIC_URL=address)


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "127.0.0.0/8,::/0", "10.0.0.0/8, 0.0.0.0/0.0.0.0"])
def test_proxies_that_are_everybody_are_refused(monkeypatch, networks):
    with pytest.raises(ImproperlyConfigured, match=r"^TRUSTED_PROXIES must name"):
        start(monkeypatch, TRUSTED_PROXIES=networks)
