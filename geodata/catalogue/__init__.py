"""What is offered here, as a catalogue that portals harvest: DCAT-AP 3 in RDF."""
