import pytest

from geodata.endpoints.compression import coding_of


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip, deflate, br", "br"),
        ("deflate, gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.00, gzip;q=0.000", None),
        ("br ; Q=0, GZIP", "gzip"),
    ],
)
def test_no_coding_is_sent_that_was_refused(accept, coding):
    assert coding_of(accept, "application/geo+json", 1000) == coding
    assert coding_of(accept, "application/zip", 1000) is None
