import pytest

from tests.factories.parcs import autorite, member


@pytest.fixture
def call(db):
    return autorite(code="CALL", name_fr="Lens-Liévin")


@pytest.fixture
def person(call):
    return member("publisher", call)
