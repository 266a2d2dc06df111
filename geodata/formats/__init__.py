"""One module a representation; `choose` picks one by `f` and `Accept`, before any query."""
