"""The first page: the map of the network with the list beside it."""
