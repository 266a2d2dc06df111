"""OGC API documents as plain dicts."""
