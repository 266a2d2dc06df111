"""Features of other people's services, pulled into drafts that a person looks at.

sources   what a harvest file says of a service      → Source
pulling   through the gate and GDAL's limited child  → Pulled rows in EPSG:4326
mapping   source columns                             → a GeoJSON feature of the collection, or what is wrong with it
applying  through the collection's actions           → drafts, updates, propositions, and lists for a human
"""
