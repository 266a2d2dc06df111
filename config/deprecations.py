"""What of the API goes away, declared once: headers, OpenAPI and the partners' page follow, and the refusal after the end.

Rules: at least a release and six months between `deprecated_at` and `sunset_at` (less than six months does not start);
the change log says it in the same commit, in an entry that begins with "API:". A property that ends is a path of items:
`kind="property", name="old", path=r"/api/collections/cabanes/items(/.*)?"`; once its end has come it is taken out of the
collection, which bin/check asks for, in a release whose change log says so. The entry stays while partners may look for it.

    Deprecation(
        kind="parameter", name="old", path=r"/api/collections/[^/]+/items",
        deprecated_at=datetime(2027, 1, 15, tzinfo=UTC), sunset_at=datetime(2027, 7, 15, tzinfo=UTC),
        instead=_("Prenez new."),
    )
"""

from geodata.deprecations import Deprecation

DEPRECATIONS: tuple[Deprecation, ...] = ()
