"""`Deprecation` and `Sunset` on answers that meet what goes away."""

from django.http import HttpRequest, HttpResponseBase

from geodata import deprecations


def told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with these fields, where there is something to tell; its own links stay."""
    if not deprecations.declared():
        return response
    root = request.build_absolute_uri("/").rstrip("/")
    for name, value in deprecations.headers(root, request.path, request.GET):
        before = response.get(name, "") if name == "Link" else ""
        response[name] = f"{before}, {value}" if before else value
    return response
