"""Vector tiles: tile arithmetic, the SQL that makes them, the documents that describe them."""
