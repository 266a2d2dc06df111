"""Where the names of towns stand on a drawn map: beside what is drawn over them, inside the frame, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIZE = 22
# Of bold sans-serif letters, a little more than most fonts need: a picture cannot measure them.
LETTER = 0.62 * SIZE
ABOVE, BELOW = 17, 6
# Where a name may stand beside its town: on it, then above, below, right and left of it, further at last.
STEP = 34


# Left and top of a middle, and a number: its own, or of what stands there.
Spot = tuple[float, float, int]


@dataclass(frozen=True)
class Name:
    """A name with the middle of its baseline, in pixels."""

    text: str
    x: float
    y: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what it covers."""
        half = len(self.text) * LETTER / 2
        return self.x - half, self.y - ABOVE, self.x + half, self.y + BELOW


def placed(
    towns: Iterable[tuple[str, float, float]],
    size: tuple[int, int],
    spots: Sequence[Spot] = (),
    radius: float = 0,
) -> Iterator[Name]:
    """The names that find room, the first of the towns first: they touch no other name and no spot of this radius."""
    taken = [(x - radius, y - radius, x + radius, y + radius) for x, y, _number in spots]
    for text, x, y in towns:
        if not (0 <= x <= size[0] and 0 <= y <= size[1]):
            continue
        for name in _tries(text, x, y):
            box = name.box
            if _is_inside(box, size) and not any(_touches(box, other) for other in taken):
                taken.append(box)
                yield name
                break


def _tries(text: str, x: float, y: float) -> Iterator[Name]:
    aside = len(text) * LETTER / 2 + STEP / 2
    near = ((0, 0), (0, -STEP / 2), (0, STEP / 2), (0, -STEP), (0, STEP), (aside, 0), (-aside, 0))
    corners = (
        (side * part, STEP * down) for part in (aside / 2, aside) for side in (-1, 1) for down in (-0.5, 0.5, -1, 1)
    )
    return (Name(text, x + right, y + down) for right, down in (*near, *corners))


def _is_inside(box: tuple[float, float, float, float], size: tuple[int, int]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _touches(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
