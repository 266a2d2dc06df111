"""The catalogue as a graph: DCAT-AP 3.0 (SEMIC), with what data.gouv.fr reads of it.

One Catalog, one Dataset a collection with a Distribution for every file of the one list of formats, one
DataService for the API. Distributions do not name the service as `accessService`: udata would then take them for
API descriptions and not list the service; the service names its datasets instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from geodata.catalogue import words
from geodata.formats import offered
from geodata.queries.extent import Extent
from geodata.registry import Collection

KEYWORDS = (_("données géographiques"), _("parcs"), _("espaces verts"), _("tourisme"))
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Entry:
    """A collection as it stands: where and when its features are, and when one of them last changed."""

    collection: Collection
    extent: Extent
    changed_at: datetime | None


@dataclass(frozen=True)
class File:
    """One of the files that a collection can be taken as."""

    name: str
    address: str
    media_type: str
    title: str | Promise
    schema: str = ""


def files(root: str, collection: Collection) -> Iterator[File]:
    """The copy, then every download."""
    address = f"{root}api/snapshot/{collection.id}"
    yield File("geojson", address, "application/geo+json", _("Copie entière (GeoJSON)"))
    for each in offered.downloads(collection):
        address = f"{root}api/collections/{collection.id}/items?f={each.name}"
        yield File(each.name, address, each.media_type, each.title, each.schema)


def graph(root: str, entries: Iterable[Entry]) -> Graph:
    """The whole catalogue; `root` is the address of the site, with its last slash."""
    made = Graph()
    for prefix, names in (("dcatap", words.DCATAP), ("locn", words.LOCN), ("vcard", words.VCARD), ("gsp", words.GEO)):
        made.bind(prefix, names)
    known = list(entries)
    catalogue, service = URIRef(f"{root}api/catalogue"), URIRef(f"{root}api/")
    _add(made, catalogue, {
        RDF.type: DCAT.Catalog,
        DCTERMS.title: _said(_("Données de %(site)s"), site=settings.SITE_NAME),
        DCTERMS.description: _said(_("Parcs, cabanes et sentiers : données ouvertes, Licence Ouverte 2.0.")),
        DCTERMS.language: list(words.LANGUAGES.values()),
        DCTERMS.modified: _instant(max((each.changed_at for each in known if each.changed_at), default=None)),
        DCTERMS.spatial: _place(made, tuple(settings.GEODATA_EXTENT)),
        FOAF.homepage: URIRef(root),
        DCAT.service: service,
        DCAT.themeTaxonomy: URIRef(f"{words.EU}/data-theme"),
        **_rights(made, root),
    })  # fmt: skip
    for entry in known:
        made.add((catalogue, DCAT.dataset, _dataset(made, root, entry)))
    _service(made, root, service, known)
    return made


def _dataset(made: Graph, root: str, entry: Entry) -> URIRef:
    collection, extent = entry.collection, entry.extent
    dataset = URIRef(f"{root}api/collections/{collection.id}")
    _add(made, dataset, {
        RDF.type: DCAT.Dataset,
        DCTERMS.identifier: Literal(str(dataset)),
        DCTERMS.title: [Literal(f"{text} ({settings.SITE_NAME})", lang=text.language) for text in _said(collection.title)],
        DCTERMS.description: _said(collection.description),
        DCAT.keyword: [text for word in (*KEYWORDS, collection.title) for text in _said(word)],
        DCAT.theme: [words.theme(code) for code in collection.themes],
        DCAT.landingPage: URIRef(f"{root}{collection.page or collection.id}/"),
        DCTERMS.language: list(words.LANGUAGES.values()),
        DCTERMS.accrualPeriodicity: words.CONTINUOUS,
        DCTERMS.modified: _instant(entry.changed_at),
        DCTERMS.spatial: _place(made, extent.box or tuple(settings.GEODATA_EXTENT)),
        DCTERMS.temporal: _period(made, extent.start, extent.end),
        **_rights(made, root),
    })  # fmt: skip
    for file in files(root, collection):
        made.add((dataset, DCAT.distribution, _distribution(made, dataset, file)))
    return dataset


def _distribution(made: Graph, dataset: URIRef, file: File) -> URIRef:
    node = URIRef(file.address)
    _add(made, node, {
        RDF.type: DCAT.Distribution,
        DCTERMS.identifier: Literal(file.address),
        DCTERMS.title: _said(file.title),
        DCAT.accessURL: dataset,
        DCAT.downloadURL: node,
        DCAT.mediaType: URIRef(words.MEDIA + file.media_type),
        DCTERMS.format: words.file_type(file.name),
        DCTERMS.license: URIRef(words.NO_LIMITS),
        DCTERMS.conformsTo: URIRef(file.schema) if file.schema else None,
        words.DCATAP.availability: words.STABLE,
    })  # fmt: skip
    return node


def _service(made: Graph, root: str, service: URIRef, entries: list[Entry]) -> None:
    _add(made, service, {
        RDF.type: DCAT.DataService,
        DCTERMS.identifier: Literal(str(service)),
        DCTERMS.title: _said(_("API de %(site)s"), site=settings.SITE_NAME),
        DCTERMS.description: _said(_("OGC API – Features, tuiles vectorielles, changements et copies ; sans clé.")),
        DCAT.endpointURL: service,
        DCAT.endpointDescription: URIRef(f"{root}api/openapi.json"),
        DCAT.landingPage: URIRef(f"{root}partenaires/"),
        DCAT.servesDataset: [URIRef(f"{root}api/collections/{each.collection.id}") for each in entries],
        DCTERMS.conformsTo: words.OGC_FEATURES,
        **_rights(made, root),
    })  # fmt: skip


def _rights(made: Graph, root: str) -> dict[URIRef, Any]:
    """Who publishes, whom to ask, under which licence: the same for everything here."""
    publisher, contact = URIRef(f"{root}#editeur"), URIRef(f"{root}#contact")
    mail = URIRef(f"mailto:{settings.SITE_CONTACT}") if settings.SITE_CONTACT else None
    _add(made, publisher, {
        RDF.type: [FOAF.Agent, FOAF.Organization],
        FOAF.name: Literal(settings.SITE_PUBLISHER, lang="fr"),
        FOAF.mbox: mail,
        FOAF.homepage: URIRef(root),
    })  # fmt: skip
    _add(made, contact, {
        RDF.type: [words.VCARD.Kind, words.VCARD.Organization],
        words.VCARD.fn: Literal(settings.SITE_PUBLISHER),
        words.VCARD.hasEmail: mail,
    })  # fmt: skip
    return {
        DCTERMS.publisher: publisher,
        DCAT.contactPoint: contact,
        DCTERMS.license: URIRef(words.NO_LIMITS),
        DCTERMS.accessRights: words.PUBLIC,
    }


def _place(made: Graph, box: Box | tuple[float, ...]) -> BNode:
    """The box in degrees: as DCAT says it (GeoSPARQL WKT), and as data.gouv.fr reads it (GeoJSON)."""
    west, south, east, north = (round(number, 5) for number in box)
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    wkt = ", ".join(f"{x} {y}" for x, y in corners)
    node = BNode()
    shape = json.dumps({"type": "Polygon", "coordinates": [corners]})
    _add(made, node, {
        RDF.type: DCTERMS.Location,
        DCAT.bbox: Literal(f"POLYGON(({wkt}))", datatype=words.GEO.wktLiteral),
        words.LOCN.geometry: Literal(shape, datatype=words.GEOJSON_LITERAL),
    })  # fmt: skip
    return node


def _period(made: Graph, start: datetime | None, end: datetime | None) -> BNode | None:
    if start is None and end is None:
        return None
    node = BNode()
    ends = {DCAT.startDate: start, DCAT.endDate: end}
    days = {name: Literal(at.date().isoformat(), datatype=XSD.date) for name, at in ends.items() if at}
    _add(made, node, {RDF.type: DCTERMS.PeriodOfTime, **days})
    return node


def _said(text: str | Promise, **parts: str) -> list[Literal]:
    """A text in each language of the site, once where two say the same."""
    found: list[Literal] = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            said = str(text) % parts if parts else str(text)
        if language == settings.LANGUAGE_CODE or said != str(found[0]):
            found.append(Literal(said, lang=language))
    return found


def _instant(moment: datetime | None) -> Literal | None:
    return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime) if moment else None


def _add(made: Graph, node: URIRef | BNode, said: dict[URIRef, Any]) -> None:
    for name, value in said.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                made.add((node, name, one))
