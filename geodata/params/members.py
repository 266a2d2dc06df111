"""Members of JSON objects: each name once. Python alone would keep the last of several (RFC 8259 §4 leaves it open)."""

from typing import Any


class Repeated(ValueError):
    """An object has a member twice; `name` is its name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these members, for `object_pairs_hook`. Raises Repeated."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Repeated(name[:60])
        found[name] = value
    return found
