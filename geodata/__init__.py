"""Whatever is true of every collection."""
