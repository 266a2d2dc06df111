import pytest


@pytest.fixture
def address(live_server):
    """The address of a real server on the test database."""
    return live_server.url
