"""Seeded shapes inside a box in degrees, as hex WKB: points, octagons, wandering lines with heights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

Box = tuple[float, float, float, float]
CORNERS = 8
MIN_VERTICES, MAX_VERTICES = 50, 400
# Degrees between two vertices of a line, about 15 m, and the largest turn between two steps.
STEP, TURN = 0.00014, 0.35
PARK_RADIUS = (0.002, 0.01)
LOWEST_M, HIGHEST_M = 20.0, 190.0
BATCH = 2_000


def points(count: int, box: Box, random: np.random.Generator) -> list[str]:
    """Points as hex WKB."""
    west, south, east, north = box
    made = shapely.points(random.uniform(west, east, count), random.uniform(south, north, count))
    return list(shapely.to_wkb(made, hex=True))


def parks(count: int, box: Box, random: np.random.Generator) -> list[str]:
    """MultiPolygons of one octagon each, as hex WKB."""
    west, south, east, north = box
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    x, y = random.uniform(west, east, count), random.uniform(south, north, count)
    radius = random.uniform(*PARK_RADIUS, (count, CORNERS))
    corners = np.stack([x[:, None] + radius * np.cos(angles), y[:, None] + radius * np.sin(angles) * 0.64], axis=2)
    made = shapely.multipolygons(shapely.polygons(corners), indices=np.arange(count))
    return list(shapely.to_wkb(made, hex=True))


def lines(count: int, box: Box, random: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Lines of 50 to 400 vertices as hex WKB, each with its heights in metres as a PostgreSQL array."""
    west, south, east, north = box
    for start in range(0, count, BATCH):
        many = min(BATCH, count - start)
        lengths = random.integers(MIN_VERTICES, MAX_VERTICES, many, endpoint=True)
        heading = np.cumsum(random.uniform(-TURN, TURN, (many, MAX_VERTICES)), axis=1)
        heading += random.uniform(0, 2 * np.pi, (many, 1))
        x = random.uniform(west, east, (many, 1)) + np.cumsum(STEP * np.cos(heading), axis=1)
        y = random.uniform(south, north, (many, 1)) + np.cumsum(STEP * 0.64 * np.sin(heading), axis=1)
        climb = np.cumsum(random.normal(0, 0.6, (many, MAX_VERTICES)), axis=1)
        heights = np.clip(random.uniform(30, 120, (many, 1)) + climb, LOWEST_M, HIGHEST_M).round(1)
        for row, length in enumerate(lengths):
            line = shapely.linestrings(x[row, :length], y[row, :length])
            yield shapely.to_wkb(line, hex=True), "{" + ",".join(map(str, heights[row, :length])) + "}"
