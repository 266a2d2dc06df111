"""HTTP in, HTTP out: one module a resource."""
