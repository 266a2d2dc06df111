import pytest

from geodata.limits.guard import guard


@pytest.fixture
def limits(settings):
    """Set the quotas of this test; afterwards those of the settings hold again."""

    def given(**values):
        for name, text in values.items():
            setattr(settings, f"GEODATA_LIMIT_{name.upper()}", text)
        guard.cache_clear()

    yield given
    guard.cache_clear()
