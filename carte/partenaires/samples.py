"""The code that takes a selection, for each tool; every piece runs as it is printed, and the tests run it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carte.integrer.views import COMPONENT, component_file
from geodata.endpoints.exports import RETRY_AFTER_S
from geodata.formats import geojsonseq
from geodata.formats.choice import GEOJSON, Format

if TYPE_CHECKING:
    from carte.partenaires.asking import Asking

# Readable in an address, and harmless between double quotes in a shell.
SAFE = ",:/"
# Of a text in a formula of Excel.
LONGEST_TEXT = 255
HINTS = {
    "pages": gettext_lazy("La première page ; « next » mène aux suivantes."),
    "file": gettext_lazy("Une nouvelle copie remplace l’ancienne."),
    "queued": gettext_lazy("Attend qu’un grand fichier soit écrit ; une nouvelle copie remplace l’ancienne."),
}


@dataclass(frozen=True)
class Sample:
    """A piece of code: its id, what it is for, what to do with it, the code itself."""

    id: str
    title: str
    hint: str
    code: str


@dataclass(frozen=True)
class Addresses:
    """The addresses of a selection: `data` in the chosen format, `table` as CSV, `layer` for QGIS, of this origin."""

    origin: str
    collection: str
    format: Format
    parameters: dict[str, str]

    @property
    def items(self) -> str:
        """The items without parameters."""
        return f"{self.origin}{reverse('api:items', args=[self.collection])}"

    def of(self, name: str, **more: str) -> str:
        """The selection in the format of this name."""
        return f"{self.items}?{query({'f': name} | self.parameters | more)}"

    @property
    def asked(self) -> str:
        """The parameters of the selection, without format."""
        return query(self.parameters)

    @property
    def data(self) -> str:
        """The selection in the chosen format."""
        return self.of(self.format.name)

    @property
    def count(self) -> str:
        """One feature, with the number of all in `numberMatched`."""
        return self.of(GEOJSON.name, limit="1")

    def whole(self, count: int | None) -> str:
        """The selection, of `count` features or many, as GDAL reads it to its end: a file, or lines where it would be written later.

        A file has its schema without features. The driver for GeoJSON stops after one page; the one for lines opens none of zero lines.
        """
        return self.of("gpkg") if is_at_once(count) else f"GeoJSONSeq:{self.of(geojsonseq.FORMAT.name)}"

    @property
    def layer(self) -> str:
        """The layer definition for QGIS."""
        return f"{self.origin}{reverse('partenaires:layer')}?{query({'collection': self.collection} | self.parameters)}"

    @property
    def frame(self) -> str:
        """The page for a frame."""
        asked = f"?{self.asked}" if self.parameters else ""
        return f"{self.origin}{reverse('integrer:page', args=[self.collection])}{asked}"


def is_at_once(count: int | None) -> bool:
    """Whether a file of so many features is written at once, and will be: half of the most."""
    return count is not None and count <= settings.GEODATA_EXPORT_ABOVE // 2


def query(parameters: dict[str, str]) -> str:
    """A query string that a person can read."""
    return urlencode(parameters, safe=SAFE)


def programs(addresses: Addresses, count: int | None) -> Iterator[Sample]:
    """Code for programs: curl, Python, JavaScript, GDAL; `count` as in `Shown.rows`."""
    kind = _kind(addresses.format)
    context = {
        "url": addresses.data,
        "name": f"{addresses.collection}.{addresses.format.extension}",
        "wait": RETRY_AFTER_S,
        "failed": _("Le fichier n’a pas pu être écrit. Réessayez plus tard."),
    }
    for name, title, hint in (
        ("curl", "curl", HINTS[kind]),
        ("python", "Python", _("Bibliothèque standard seule.")),
        ("javascript", "JavaScript", _("Dans <script type=module> ou dans Node (.mjs), sans bibliothèque.")),
    ):
        code = render_to_string(f"partenaires/examples/{kind}_{name}.txt", context).strip()
        yield Sample(name, title, str(hint), code)
    yield Sample("gdal", "GDAL", _("Lit la sélection et l’écrit en GeoPackage."), _gdal(addresses, count))


def _gdal(addresses: Addresses, count: int | None) -> str:
    """A line for ogr2ogr that takes all of it."""
    name = addresses.collection
    line = f'ogr2ogr -f GPKG {name}.gpkg "{addresses.whole(count)}"'
    if is_at_once(count):
        # Its layer is named: of an answer that is no such file ogr2ogr would else make an empty layer, and call it well done.
        return f"{line} {name}"
    return f"{line} -nln {name} -mapFieldType StringList=String"


def _kind(chosen: Format) -> str:
    """How an answer in this format is taken: page after page, as one file, or as one that may have to be waited for."""
    if not chosen.is_download:
        return "pages"
    return "file" if chosen.make is None else "queued"


def spreadsheets(addresses: Addresses) -> Iterator[Sample]:
    """What to type into a spreadsheet."""
    table = addresses.of("csv")
    steps = _("Fichier ▸ Ouvrir, collez l’adresse. Pour des données liées : Feuille ▸ Lien vers des données externes.")
    yield Sample("libreoffice", "LibreOffice Calc", steps, table)
    code = _webservice(f"{addresses.items}?{query(addresses.parameters | {'f': 'csv', 'limit': '1'})}")
    yield Sample(
        "webservice", "=WEBSERVICE", _("Dans une cellule de LibreOffice ou d’Excel : la première fiche."), code
    )
    excel = render_to_string("partenaires/examples/excel.txt", {"url": table}).strip()
    yield Sample(
        "excel", "Excel (Power Query)", _("Données ▸ Obtenir des données ▸ Requête vide ▸ Éditeur avancé."), excel
    )


def _webservice(address: str) -> str:
    """A formula that reads an address, in texts that are short enough for Excel."""
    parts = (address[start : start + LONGEST_TEXT] for start in range(0, len(address), LONGEST_TEXT))
    return "=WEBSERVICE({})".format("&".join(f'"{part}"' for part in parts))


def embeds(asking: Asking, addresses: Addresses) -> Iterator[Sample]:
    """Code for the pages of other sites."""
    title, component = str(asking.collection.title), f"{addresses.origin}{reverse('component')}"
    frame = f'<iframe src="{escape(addresses.frame)}" title="{escape(title)}" width="100%" height="480" loading="lazy"></iframe>'
    yield Sample("iframe", "<iframe>", _("Carte et liste, sans cookie, dans n’importe quelle page."), frame)
    narrowed = f' filtre="{escape(addresses.asked)}"' if addresses.asked else ""
    tag = f'<chaine-des-parcs collection="{addresses.collection}"{narrowed}></chaine-des-parcs>'
    hint = _("Liste et carte qui prennent la largeur de votre page ; un seul script.")
    yield Sample("component", "<chaine-des-parcs>", hint, f'<script src="{component}" async></script>\n{tag}')
    pinned = f"{addresses.origin}{staticfiles_storage.url(COMPONENT)}"
    script = f'<script src="{pinned}" integrity="{integrity()}" crossorigin="anonymous" async></script>'
    yield Sample(
        "pinned", _("… à version fixée"), _("Le navigateur refuse tout autre contenu (SRI)."), f"{script}\n{tag}"
    )


def integrity() -> str:
    """The hash of the web component for the attribute `integrity`."""
    return f"sha384-{base64.b64encode(hashlib.sha384(component_file().read_bytes()).digest()).decode()}"
