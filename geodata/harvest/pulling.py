"""The features of a source, read by GDAL in its limited child, which reaches the network through the gate only."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from geodata.harvest.gate import Gate, endpoint_of
from geodata.harvest.sources import Source
from geodata.vectorfile import Asked, Unreadable, stream_features

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
PIECE_TIMEOUT = httpx.Timeout(30, connect=10)


@dataclass(frozen=True)
class Pulled:
    """One feature of a source: its columns, and its shape in EPSG:4326 or None."""

    columns: Mapping[str, Any]
    shape: GEOSGeometry | None


def pull(source: Source) -> Iterator[Pulled]:
    """Every feature of the source, one after the other.

    Raises Unreadable: the service does not answer, answers something else, too much, too late, or leads elsewhere.
    """
    with _way_out(source) as gate:
        try:
            with _asked(source, gate) as asked:
                for columns, shape in stream_features(asked):
                    # The child has ended before its first row comes: nothing of a source that was cut is handed on.
                    _check(gate)
                    yield Pulled(columns, shape)
        except (Unreadable, httpx.HTTPError) as error:
            raise Unreadable(_reason(error, gate)) from None
        _check(gate)


def _check(gate: Gate | None) -> None:
    if gate is not None and (gate.overflowed or gate.refused):
        raise Unreadable(_reason(None, gate))


def _reason(error: Exception | None, gate: Gate | None) -> str:
    if gate is not None and gate.overflowed:
        return _("Ce service envoie plus de %(most)d Mo.") % {"most": gate.max_bytes // 1024**2}
    if gate is not None and gate.refused:
        return _("Ce service renvoie vers un autre hôte, qui n’est pas nommé : %(hosts)s.") % {
            "hosts": ", ".join(sorted(gate.refused))
        }
    if isinstance(error, Unreadable):
        return str(error.detail)
    return _("Ce service ne répond pas.")


@contextmanager
def _way_out(source: Source) -> Iterator[Gate | None]:
    if source.kind == "file" and "://" not in source.url:
        if not Path(source.url).is_file():
            raise Unreadable(_("Il n’y a pas de fichier « %(path)s ».") % {"path": source.url})
        yield None
        return
    scheme = urlsplit(source.url).scheme
    allowed = [endpoint_of(source.url), *(endpoint_of(f"{scheme}://{host}") for host in source.hosts)]
    with Gate(allowed, private=source.private, max_bytes=source.max_bytes) as gate:
        yield gate


@contextmanager
def _asked(source: Source, gate: Gate | None) -> Iterator[Asked]:
    """What GDAL is asked to open."""
    limits: dict[str, Any] = {"max_features": source.max_features, "timeout_s": source.timeout_s}
    if source.kind == "file":
        with contextlib.ExitStack() as stack:
            path = Path(source.url)
            if gate is not None:
                path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / _file_name(source)
                _download(source, gate, path)
            options = CSV_OPTIONS if path.suffix.lower() == ".csv" else {}
            yield Asked(str(path), layer=source.layer, options=options, **limits)
        return
    opened, layer, options = _address(source)
    environment = _environment(source, gate) if gate is not None else {}
    driver = DRIVERS[source.kind]
    yield Asked(f"{driver}:{opened}", driver=driver, layer=layer, options=options, environment=environment, **limits)


def _address(source: Source) -> tuple[str, str, dict[str, str]]:
    """The address as the driver takes it, the layer within and the driver's options."""
    url = source.url.rstrip("/")
    if source.kind == "oapif":
        return f"{url}/collections/{quote(source.layer)}", "", {"PAGE_SIZE": str(source.page_size or OAPIF_PAGE)}
    if source.kind == "wfs":
        return url, source.layer, {}
    if url.endswith(("/FeatureServer", "/MapServer")):
        url = f"{url}/{source.layer or 0}"
    query = {"where": "1=1", "outFields": "*", "outSR": "4326", "orderByFields": f"{source.id_field} ASC", "f": "json"}
    # Pages only follow one another in a fixed order; GDAL asks for the next ones by itself.
    more = {"resultRecordCount": str(source.page_size)} if source.page_size else {}
    return f"{url}/query?{urlencode(query | more)}", "", {"FEATURE_SERVER_PAGING": "YES"}


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
        raise Unreadable(_("La variable d’environnement %(name)s est vide.") % {"name": source.secret})
    if "\r" in value or "\n" in value or '"' in value:
        raise Unreadable(
            _("La variable d’environnement %(name)s ne tient pas sur une ligne.") % {"name": source.secret}
        )
    return {source.header: value}


def _file_name(source: Source) -> str:
    """A name with the ending of the file, given as `layer` where the address has none."""
    return f"moisson{Path(urlsplit(source.url).path).suffix.lower() or '.geojson'}"


def _download(source: Source, gate: Gate, path: Path) -> None:
    verified = ssl.create_default_context()
    with (
        httpx.Client(
            proxy=gate.address, trust_env=False, verify=verified, follow_redirects=True, timeout=PIECE_TIMEOUT
        ) as client,
        client.stream("GET", source.url, headers=_headers(source)) as answer,
        path.open("wb") as file,
    ):
        if answer.status_code != httpx.codes.OK:
            raise Unreadable(_("Ce service répond %(code)d.") % {"code": answer.status_code})
        for piece in answer.iter_bytes():
            file.write(piece)
