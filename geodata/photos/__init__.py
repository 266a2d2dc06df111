"""Photos of features: the abstract model, what is read from a file, the copies that are published."""
