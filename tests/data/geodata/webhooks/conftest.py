import pytest

from tests.data.geodata.webhooks.receiver import Receiver


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_LOOPBACK = True
    made = Receiver()
    yield made
    made.close()
