import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from geodata.endpoints import forms
from geodata.limits.guard import guard
from tests.api.geodata.near import Site


@pytest.fixture
def limits(settings):
    """Set the quotas of this test; afterwards those of the settings hold again."""

    def given(**values):
        for name, text in values.items():
            setattr(settings, f"GEODATA_LIMIT_{name.upper()}", text)
        guard.cache_clear()

    yield given
    guard.cache_clear()


@pytest.fixture
def site(settings):
    """The site as machines meet it: Django behind the door, which has learned nothing yet."""
    settings.ALLOWED_HOSTS = ["testserver", "parcs.example"]
    forms.forget()
    yield Site()
    forms.forget()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
