"""The features of a source, read by GDAL in its limited child, which reaches the network through the gate only."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from django.utils.translation import gettext_lazy as _

from geodata.harvest.counting import announced_by, client_through
from geodata.harvest.gate import Gate, endpoint_of
from geodata.harvest.sources import Source
from geodata.problems import Text, filled
from geodata.vectorfile import Unreadable
from geodata.vectorstream import Asked, Spool, spooled

DRIVERS = {"arcgis": "ESRIJSON", "wfs": "WFS", "oapif": "OAPIF"}
# Features asked for at once, where a source says nothing.
OAPIF_PAGE = 1_000
CSV_OPTIONS = {
    "X_POSSIBLE_NAMES": "lon,long,longitude,x,x_l93",
    "Y_POSSIBLE_NAMES": "lat,latitude,y,y_l93",
    "GEOM_POSSIBLE_NAMES": "wkt,geom,geometry",
    "KEEP_GEOM_COLUMNS": "YES",
}
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True)
class Haul:
    """What came of a source: its features, and how many the service says it has (None: it does not say).

    `counts` says that it is one that may be asked, `sealed` that the end of what came is the end of what was sent.
    """

    rows: Spool
    announced: int | None
    counts: bool
    sealed: bool


@contextmanager
def pull(source: Source) -> Iterator[Haul]:
    """Every feature of the source, read to the end before the first is given.

    Raises Unreadable: the service does not answer, answers something else, too much, too late, or leads elsewhere.
    """
    with _way_out(source) as gate, contextlib.ExitStack() as stack:
        try:
            asked, sealed = stack.enter_context(_asked(source, gate))
            rows = stack.enter_context(spooled(asked))
            announced = None if gate is None else announced_by(source, gate, _headers(source))
            _check(gate)
        except (Unreadable, httpx.HTTPError) as error:
            raise Unreadable(_reason(error, gate)) from None
        yield Haul(rows, announced, source.kind != "file", sealed)


def _check(gate: Gate | None) -> None:
    if gate is not None and (gate.overflowed or gate.refused):
        raise Unreadable(_reason(None, gate))


def _reason(error: Exception | None, gate: Gate | None) -> Text:
    if gate is not None and gate.overflowed:
        return filled(_("Ce service envoie plus de %(most)d Mo."), {"most": gate.max_bytes // 1024**2})
    if gate is not None and gate.refused:
        hosts = {"hosts": ", ".join(sorted(gate.refused))}
        return filled(_("Ce service renvoie vers un autre hôte, qui n’est pas nommé : %(hosts)s."), hosts)
    if isinstance(error, Unreadable):
        return error.detail
    return _("Ce service ne répond pas.")


@contextmanager
def _way_out(source: Source) -> Iterator[Gate | None]:
    if source.kind == "file" and "://" not in source.url:
        if not Path(source.url).is_file():
            raise Unreadable(filled(_("Il n’y a pas de fichier « %(path)s »."), {"path": source.url}))
        yield None
        return
    scheme = urlsplit(source.url).scheme
    allowed = [endpoint_of(source.url), *(endpoint_of(f"{scheme}://{host}") for host in source.hosts)]
    with Gate(allowed, private=source.private, max_bytes=source.max_bytes) as gate:
        yield gate


@contextmanager
def _asked(source: Source, gate: Gate | None) -> Iterator[tuple[Asked, bool]]:
    """What GDAL is asked to open, and whether it is known to be all that was sent."""
    limits: dict[str, Any] = {"max_features": source.max_features, "timeout_s": source.timeout_s}
    if source.kind == "file":
        with contextlib.ExitStack() as stack:
            path, sealed = Path(source.url), True
            if gate is not None:
                path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / _file_name(source)
                sealed = _download(source, gate, path)
            options = CSV_OPTIONS if path.suffix.lower() == ".csv" else {}
            yield Asked(str(path), layer=source.layer, options=options, **limits), sealed
        return
    opened, layer, options = _address(source)
    environment = _environment(source, gate) if gate is not None else {}
    driver = DRIVERS[source.kind]
    asked = Asked(f"{driver}:{opened}", driver=driver, layer=layer, options=options, environment=environment, **limits)
    yield asked, True


def _address(source: Source) -> tuple[str, str, dict[str, str]]:
    """The address as the driver takes it, the layer within and the driver's options."""
    url = source.url.rstrip("/")
    if source.kind == "oapif":
        return source.layer_url, "", {"PAGE_SIZE": str(source.page_size or OAPIF_PAGE)}
    if source.kind == "wfs":
        return url, source.layer, {}
    query = {"where": "1=1", "outFields": "*", "outSR": "4326", "orderByFields": f"{source.id_field} ASC", "f": "json"}
    # Pages only follow one another in a fixed order; GDAL asks for the next ones by itself.
    more = {"resultRecordCount": str(source.page_size)} if source.page_size else {}
    return f"{source.layer_url}/query?{urlencode(query | more)}", "", {"FEATURE_SERVER_PAGING": "YES"}


def _environment(source: Source, gate: Gate) -> dict[str, str]:
    """Settings of GDAL's child: the gate for a proxy, this machine's certificates, the secret."""
    made = {"GDAL_HTTP_PROXY": gate.address, "GDAL_HTTPS_PROXY": gate.address, "NO_PROXY": "", "no_proxy": ""}
    made |= {"GDAL_HTTP_TIMEOUT": "60", "GDAL_HTTP_CONNECTTIMEOUT": "10", "GDAL_HTTP_MAX_RETRY": "2"}
    made |= {"GDAL_HTTP_RETRY_DELAY": "1", "OGR_WFS_PAGE_SIZE": str(source.page_size or OAPIF_PAGE)}
    certificates = os.environ.get("SSL_CERT_FILE", SYSTEM_CERTIFICATES)
    if Path(certificates).is_file():
        # Else pyogrio takes those of certifi, which know no authority of the house.
        made["GDAL_CURL_CA_BUNDLE"] = certificates
    headers = _headers(source)
    if headers:
        made["GDAL_HTTP_HEADERS"] = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
    return made


def _headers(source: Source) -> dict[str, str]:
    if not source.header:
        return {}
    value = os.environ.get(source.secret, "")
    if not value:
        raise Unreadable(filled(_("La variable d’environnement %(name)s est vide."), {"name": source.secret}))
    if "\r" in value or "\n" in value or '"' in value:
        told = _("La variable d’environnement %(name)s ne tient pas sur une ligne.")
        raise Unreadable(filled(told, {"name": source.secret}))
    return {source.header: value}


def _file_name(source: Source) -> str:
    """A name with the ending of the file, given as `layer` where the address has none."""
    return f"moisson{Path(urlsplit(source.url).path).suffix.lower() or '.geojson'}"


def _download(source: Source, gate: Gate, path: Path) -> bool:
    """Fetch a file; gives whether the answer said where it ends, so that one that was cut is known."""
    with client_through(gate) as client, client.stream("GET", source.url, headers=_headers(source)) as answer:
        if answer.status_code != httpx.codes.OK:
            raise Unreadable(filled(_("Ce service répond %(code)d."), {"code": answer.status_code}))
        with path.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
        return "content-length" in answer.headers or "transfer-encoding" in answer.headers
