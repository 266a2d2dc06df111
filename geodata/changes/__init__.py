"""Row history and the public change feed."""
