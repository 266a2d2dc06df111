"""What managers type, read as values: positions, lines of text, whole records."""
