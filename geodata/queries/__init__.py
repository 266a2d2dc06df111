"""Questions put to PostGIS: what a page of items is, one item, an extent, the present revision."""
