"""A table of features: CSV with commas and CRLF (RFC 4180), in UTF-8 with the mark that spreadsheets look for.

Texts are quoted; one that a spreadsheet would run as a formula has an apostrophe before it (decision 0081). Points
have two columns of numbers, other shapes one of WKT.
"""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from geodata.formats.choice import Format
from geodata.queries import flat, rows
from geodata.queries.ordering import NOTHING
from geodata.queries.rows import Selection

MARK = "\ufeff"
END = b"\r\n"
# A quotation mark that is not closed, in a row of one cell: strict readers refuse it, others and people are told why.
TORN = END + '"Réponse interrompue : fichier incomplet, à redemander.'.encode()


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """The head with the names of the columns, then a row a feature."""
    collection, crs, columns = selection.collection, selection.crs, selection.columns
    told = (each.name for each in flat.table(collection, columns))
    names = (*told, *flat.place_names(collection, crs, columns))
    before = (MARK + ",".join(names)).encode()
    for piece in rows.texts(selection, (flat.csv_row(collection, crs, columns), NOTHING), END):
        yield before + END + piece
        before = b""
    yield before + END


FORMAT = Format(
    name="csv",
    media_type="text/csv",
    parameters="; charset=utf-8; header=present",
    title=_("CSV (tableur)"),
    extension="csv",
    chooses=True,
    write=write,
    torn=TORN,
)
