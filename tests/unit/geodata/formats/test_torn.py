"""How readers take the end of an answer that could not be finished."""

import csv
import io
import json

import pyarrow
import pytest
from pyarrow import csv as arrow

from geodata.formats import csv as written
from geodata.formats import geojsonseq

ROWS = b"a,b\r\n1,2"


def test_a_strict_reader_refuses_a_torn_csv_and_others_show_its_sentence():
    torn = ROWS + written.TORN
    with pytest.raises(pyarrow.ArrowInvalid, match="Réponse interrompue"):
        arrow.read_csv(io.BytesIO(torn))
    with pytest.raises(csv.Error):
        list(csv.reader(io.StringIO(torn.decode(), newline=""), strict=True))
    *rows, (said,) = csv.reader(io.StringIO(torn.decode(), newline=""))
    assert rows == [["a", "b"], ["1", "2"]]
    assert said.startswith("Réponse interrompue")


def test_a_torn_sequence_ends_in_a_text_that_no_parser_reads():
    *_rows, last = (b'\x1e{"type":"Feature"}\n' + geojsonseq.TORN).split(geojsonseq.SEPARATOR)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(last)
