"""The elevation profile of a surveyed trail: a drawing, its summary and its table.

Distances are those of the line in EPSG:2154 (metres), heights those kept beside it. No chart
library: the page holds an SVG path, and the same figures as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

WIDTH = 640
HEIGHT = 160
ROWS = 10
# Under this range the drawing would turn a flat towpath into mountains.
LEAST_RANGE_M = 40


@dataclass(frozen=True)
class Sample:
    """A point of the table: metres from the start, metres above sea, slope since the row before."""

    at_m: float
    ele_m: float
    slope_pct: float | None


@dataclass(frozen=True)
class Profile:
    """Distances from the start and heights, both in metres, point by point."""

    at_m: tuple[float, ...]
    ele_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """The length of the line."""
        return self.at_m[-1]

    @property
    def low_m(self) -> float:
        """The lowest height."""
        return min(self.ele_m)

    @property
    def high_m(self) -> float:
        """The highest height."""
        return max(self.ele_m)

    @property
    def path(self) -> str:
        """The SVG path of the ground in a box of `WIDTH` by `HEIGHT`, closed at the bottom."""
        middle = (self.low_m + self.high_m) / 2
        span = max(self.high_m - self.low_m, LEAST_RANGE_M) * 1.1
        bottom = middle - span / 2
        spots = [
            f"{at / self.length_m * WIDTH:.1f},{HEIGHT - (ele - bottom) / span * HEIGHT:.1f}"
            for at, ele in zip(self.at_m, self.ele_m, strict=True)
        ]
        return f"M0,{HEIGHT}L{'L'.join(_thin(spots, 400))}L{WIDTH},{HEIGHT}Z"

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The table: start, end, and points at equal distances between, by linear interpolation."""
        found: list[Sample] = []
        for step in range(ROWS + 1):
            at = self.length_m * step / ROWS
            ele = self.height_at(at)
            slope = (ele - found[-1].ele_m) / (self.length_m / ROWS) * 100 if found else None
            found.append(Sample(at, ele, slope))
        return tuple(found)

    def height_at(self, at_m: float) -> float:
        """The height at a distance from the start, clamped to the line."""
        pairs = zip(pairwise(self.at_m), pairwise(self.ele_m), strict=True)
        for (start, end), (low, high) in pairs:
            if at_m <= end:
                return low + (high - low) * (max(at_m, start) - start) / (end - start)
        return self.ele_m[-1]


def profile(metres: Sequence[Sequence[float]], elevations_m: Sequence[float] | None) -> Profile | None:
    """The profile of a line given in EPSG:2154; None when a height is missing or the line has no length.

    Points that repeat the one before are skipped: they have no slope.
    """
    if not elevations_m or len(elevations_m) != len(metres):
        return None
    at, ele = [0.0], [float(elevations_m[0])]
    for (before, point), height in zip(pairwise(metres), elevations_m[1:], strict=True):
        step = hypot(point[0] - before[0], point[1] - before[1])
        if step > 0:
            at.append(at[-1] + step)
            ele.append(float(height))
    return Profile(tuple(at), tuple(ele)) if len(at) > 1 else None


def _thin(spots: list[str], most: int) -> list[str]:
    """At most `most` of the spots, first and last kept: 640 px cannot show more."""
    step = max(1, len(spots) // most)
    return [*spots[:-1:step], spots[-1]]
