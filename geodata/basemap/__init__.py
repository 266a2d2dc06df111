"""What lies under the data: ground loaded from an OSM or IGN file, or Plan IGN through our own cache."""
