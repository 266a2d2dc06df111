"""The starter network: data files of facts, read into the database as one would type them in."""
