"""Features of other people's services, pulled into drafts that a person looks at.

sources   what a harvest file says of a service      → Source
pulling   through the gate and GDAL's limited child  → Haul: rows in EPSG:4326, and how many the service says it has
staging   a table of the session                     → what is as it was, what is new or changed, what is missing
mapping   source columns                             → a GeoJSON feature of the collection, or what is wrong with it
applying  through the collection's actions           → drafts, updates, propositions
running   one harvest, and what counts as vanished   → HarvestRun with its report
asking    by a person, done by the worker            → the run that waits
deciding  what a person makes of what is listed      → their values or ours, keep or throw away
"""
