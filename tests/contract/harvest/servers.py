"""Services to harvest from: Debian's MapServer behind a small CGI front, and the JSON protocol of an ArcGIS layer."""

import json
import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from geodata.harvest.pulling import pull
from geodata.harvest.sources import Source

# Lambert-93 metres.
METRES = (686118.0, 7034174.0)
MAPFILE = """
MAP
  NAME "parcs"
  EXTENT 690000 7030000 710000 7050000
  PROJECTION "init=epsg:2154" END
  SHAPEPATH "{folder}"
  WEB METADATA
    "wfs_title" "Parcs" "wfs_onlineresource" "{address}/?" "wfs_srs" "EPSG:2154 EPSG:4326" "wfs_enable_request" "*"
  END END
  LAYER
    NAME "cabanes" TYPE POINT STATUS ON
    CONNECTIONTYPE OGR CONNECTION "cabanes.geojson" DATA "cabanes"
    PROJECTION "init=epsg:2154" END
    METADATA
      "wfs_title" "Cabanes" "wfs_srs" "EPSG:2154" "gml_include_items" "all" "gml_featureid" "code"
      "wfs_getfeature_formatlist" "gml"
    END
  END
END
"""


class Quiet(BaseHTTPRequestHandler):
    """Without a line on the terminal for each request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body, kind="application/json", status=200, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(handler, context=None, **about):
    """A server on loopback; gives it with its `address`, the `asked` paths and whatever it is `about`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_arguments: None
    scheme = "http"
    if context is not None:
        server.socket, scheme = (
            context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False),
            "https",
        )
    server.address, server.asked = f"{scheme}://127.0.0.1:{server.server_address[1]}", []
    for name, value in about.items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class MapServer(Quiet):
    """Runs `mapserv` for each request, as a web server does (RFC 3875)."""

    def do_GET(self):
        self.server.asked.append(self.path)
        environment = {
            "PATH": os.environ["PATH"],
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": urlsplit(self.path).query,
            "MAPSERVER_CONFIG_FILE": str(self.server.folder / "mapserver.conf"),
            "MS_MAPFILE": str(self.server.folder / "parcs.map"),
        }
        done = subprocess.run(["mapserv"], env=environment, capture_output=True, timeout=30, check=False)
        head, _end, body = done.stdout.partition(b"\r\n\r\n")
        kind = next(
            (
                line.partition(b":")[2].strip().decode()
                for line in head.splitlines()
                if line.lower().startswith(b"content-type")
            ),
            "text/plain",
        )
        self.answer(body, kind)


@contextmanager
def mapserver(folder, features):
    """A WFS with a layer `cabanes` in Lambert-93."""
    collection = {
        "type": "FeatureCollection",
        "name": "cabanes",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}},
        "features": features,
    }
    (folder / "cabanes.geojson").write_text(json.dumps(collection))
    (folder / "mapserver.conf").write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n')
    with serving(MapServer, folder=folder) as server:
        (folder / "parcs.map").write_text(MAPFILE.format(folder=folder, address=server.address))
        yield server


class ArcGis(Quiet):
    """The query operation of a feature layer: Esri JSON, pages of at most `most` with `exceededTransferLimit`.

    Source: ArcGIS REST API, Query (Feature Service/Layer): where, outSR, orderByFields, resultOffset, resultRecordCount.
    """

    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        server.asked.append((parts.path, asked, dict(self.headers)))
        if not parts.path.endswith("/FeatureServer/0/query") or asked.get("f") != "json" or "where" not in asked:
            self.answer(b'{"error":{"code":400,"message":"Invalid or missing input parameters."}}')
            return
        if asked.get("returnCountOnly") == "true":
            self.answer(json.dumps({"count": len(server.features)}).encode())
            return
        first = int(asked.get("resultOffset", 0))
        most = min(server.most, int(asked.get("resultRecordCount", server.most)))
        page = server.features[first : first + most]
        document = {
            "objectIdFieldName": "OBJECTID",
            "geometryType": server.geometry_type,
            "spatialReference": server.reference,
            "fields": [{"alias": each["name"], **each} for each in server.fields],
            "features": page,
        }
        if first + most < len(server.features):
            document |= {"exceededTransferLimit": True, "properties": {"exceededTransferLimit": True}}
        self.answer(json.dumps(document).encode())


LINE_FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID"},
    {"name": "etat", "type": "esriFieldTypeString", "length": 50},
    {"name": "nom", "type": "esriFieldTypeString", "length": 50},
]


def arcgis(features, *, most=2, geometry_type="esriGeometryPolyline", context=None, fields=LINE_FIELDS, reference=None):
    """An ArcGIS layer with these features; over TLS with a `context`."""
    about = {"fields": fields, "reference": reference or {"wkid": 4326, "latestWkid": 4326}}
    return serving(ArcGis, context, features=features, most=most, geometry_type=geometry_type, **about)


class Pages(Quiet):
    """An OGC API whose pages may lie, in the `way` of the server, and which says that it `announces` so many (None: nothing).

    `repeats`: the second page is the first again; `ends`: the second page is an error with status 200;
    `forgets`: no page leads to the next.
    """

    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        if not parts.path.endswith("/items"):
            items = {"rel": "items", "type": "application/geo+json", "href": f"{server.address}{parts.path}/items"}
            self.answer(json.dumps({"id": "a", "title": "a", "links": [items]}).encode())
            return
        asked = parse_qs(parts.query)
        first, most = int(asked.get("offset", ["0"])[0]), int(asked.get("limit", ["10"])[0])
        if first and server.way == "ends":
            self.answer(b'{"error":{"code":500,"message":"boom"}}')
            return
        shown = 0 if server.way == "repeats" else first
        page = {"type": "FeatureCollection", "features": server.features[shown : shown + most], "links": []}
        if server.announces is not None:
            page["numberMatched"] = server.announces
        if first + most < len(server.features) and server.way != "forgets":
            href = f"{server.address}{parts.path}?offset={first + most}&limit={most}"
            page["links"] = [{"rel": "next", "type": "application/geo+json", "href": href}]
        self.answer(json.dumps(page).encode(), "application/geo+json")


class Endless(Quiet):
    """Sends a file without a word on where it ends, as HTTP/1.0 does."""

    protocol_version = "HTTP/1.0"

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"type": "FeatureCollection", "features": self.server.features}).encode())


def pages(features, *, way="well", announces=None):
    """An OGC API with these features."""
    return serving(Pages, features=features, way=way, announces=announces)


class CutShort(Quiet):
    """An OGC API and an ArcGIS layer whose second page fails in the `way` of the server: a status, an error, another host."""

    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        if "page=2" in parts.query or "resultOffset" in parts.query:
            told = b'{"error":{"code":500,"message":"boom"}}'
            self.answer(told, status=500 if server.way == "status" else 200)
        elif parts.path.endswith("/query"):
            found = [{"attributes": {"code": "A"}, "geometry": {"x": 2.8, "y": 50.4}}]
            document = {"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4326}, "features": found}
            fields = [{"name": "code", "type": "esriFieldTypeString"}]
            self.answer(json.dumps(document | {"fields": fields, "exceededTransferLimit": True}).encode())
        elif parts.path.endswith("/items"):
            host = "http://ailleurs.example" if server.way == "host" else server.address
            more = [{"rel": "next", "type": "application/geo+json", "href": f"{host}{parts.path}?page=2"}]
            page = {"type": "FeatureCollection", "features": [place("A", "Une", [2.8, 50.4])], "links": more}
            self.answer(json.dumps(page).encode(), "application/geo+json")
        else:
            items = {"rel": "items", "type": "application/geo+json", "href": f"{server.address}{parts.path}/items"}
            self.answer(json.dumps({"id": "a", "title": "a", "links": [items]}).encode())


def source(**values):
    given = {
        "id": "essai", "title": "Source d’essai", "url": "", "kind": "oapif", "collection": "cabanes", "id_field": "code",
        "account": "moisson", "authority": "PMA", "private": True, "fields": {"name_fr": "nom"},
    }  # fmt: skip
    return Source(**given | values)


def place(code, name, at=METRES):
    return {
        "type": "Feature",
        "properties": {"code": code, "nom": name},
        "geometry": {"type": "Point", "coordinates": at},
    }


def pulled(wanted):
    """Every feature of a source."""
    with pull(wanted) as haul:
        return list(haul.rows)
