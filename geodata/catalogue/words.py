"""Addresses of the vocabularies that a catalogue speaks in (EU Publications Office, IANA, DCAT-AP)."""

from rdflib import Namespace, URIRef

EU = "http://publications.europa.eu/resource/authority"
DCATAP = Namespace("http://data.europa.eu/r5r/")
LOCN = Namespace("http://www.w3.org/ns/locn#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
MEDIA = "https://www.iana.org/assignments/media-types/"
# The literal type that GeoDCAT-AP gives and data.gouv.fr looks for.
GEOJSON_LITERAL = URIRef("https://www.iana.org/assignments/media-types/application/vnd.geo+json")
PUBLIC = URIRef(f"{EU}/access-right/PUBLIC")
CONTINUOUS = URIRef(f"{EU}/frequency/UPDATE_CONT")
STABLE = URIRef(f"{EU}/planned-availability/STABLE")
NO_LIMITS = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
LANGUAGES = {"fr": URIRef(f"{EU}/language/FRA"), "en": URIRef(f"{EU}/language/ENG"), "nl": URIRef(f"{EU}/language/NLD")}
OGC_FEATURES = URIRef("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core")
# Names of our formats in the EU table of file types; what it lacks has its media type only.
FILE_TYPES = {
    "geojson": "GEOJSON",
    "geojsonseq": "GEOJSON",
    "schema-randonnee": "GEOJSON",
    "csv": "CSV",
    "kml": "KML",
    "gpkg": "GPKG",
    "shp": "SHP",
    "parquet": "PARQUET",
    "atom": "ATOM",
    "jsonld": "JSON_LD",
}


def theme(code: str) -> URIRef:
    """A theme of the EU vocabulary data-theme."""
    return URIRef(f"{EU}/data-theme/{code}")


def file_type(name: str) -> URIRef | None:
    """The EU file type of one of our formats, where there is one."""
    code = FILE_TYPES.get(name)
    return URIRef(f"{EU}/file-type/{code}") if code else None
