"""What DCAT-AP 3.0 makes mandatory, and what data.gouv.fr needs besides, asked of a catalogue that was written."""

from collections.abc import Iterator

from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

OWNED = (DCTERMS.title, DCTERMS.publisher, DCTERMS.license, DCAT.contactPoint)
MANDATORY: dict[URIRef, tuple[URIRef, ...]] = {
    DCAT.Catalog: (*OWNED, DCTERMS.description, DCAT.dataset),
    DCAT.Dataset: (*OWNED, DCTERMS.description, DCTERMS.identifier, DCAT.distribution, DCAT.theme),
    DCAT.Distribution: (DCTERMS.title, DCTERMS.license, DCAT.accessURL),
    DCAT.DataService: (*OWNED, DCAT.endpointURL, DCAT.servesDataset),
    FOAF.Agent: (FOAF.name,),
}
# What is referred to has to be described in the same document.
DESCRIBED = {DCAT.dataset: DCAT.Dataset, DCAT.distribution: DCAT.Distribution, DCTERMS.publisher: FOAF.Agent}


def faults(found: Graph) -> Iterator[tuple[str, str, str]]:
    """Node, property and broken rule (`required`, `described`) of all that is wrong; one catalogue has to be there."""
    if found.value(None, RDF.type, DCAT.Catalog) is None:
        yield "", str(DCAT.Catalog), "required"
    for kind, names in MANDATORY.items():
        for node in found.subjects(RDF.type, kind):
            yield from ((str(node), str(name), "required") for name in names if (node, name, None) not in found)
    for name, kind in DESCRIBED.items():
        for node, target in found.subject_objects(name):
            if (target, RDF.type, kind) not in found:
                yield str(node), str(name), "described"
