"""People and API clients; knows no geography."""
