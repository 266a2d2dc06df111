"""What `manage.py check` says of the declared lists: a property whose end has come is to be taken out (decision 0217)."""

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.utils import timezone

from geodata import deprecations, registry


def ended_properties(**_options: Any) -> list[CheckMessage]:
    """A warning for each property that was announced to end, has ended, and is still published.

    Not an error: a service that runs must be able to start again on the day after.
    """
    over = [each for each in deprecations.over(timezone.now()) if each.kind == deprecations.PROPERTY]
    return [
        Warning(
            f"{collection.id}.{each.name} is published after its end, {each.sunset_at:%Y-%m-%d}.",
            hint="Take it out of the properties of its collection, or announce another end.",
            obj=collection.model,
            id="geodata.W001",
        )
        for each in over
        for collection in registry.collections()
        if each.name in collection.properties and each.concerns(f"/api/collections/{collection.id}/items", ())
    ]
