"""Large files: asked for in one request, written by a worker, fetched in another (decision 0112)."""
