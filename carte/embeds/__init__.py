"""Maps for other people's pages and files: partner maps, the maps of figures, the stand-alone file."""
