"""The child process that reads the shapes of a person's file: one JSON document on standard output.

Run alone, with limits, by `vectorfile`; it imports neither Django nor anything of ours. Its environment names the
drivers and has no way out.
"""

import json
import resource
import sys
from typing import Any

import pyogrio
import shapely
from pyogrio.raw import read

MEMORY_BYTES = 4 * 1024**3
NAMES = ("name", "nom", "name_fr", "title")


def main(asked: str) -> None:
    """Print `shapes` (hexadecimal WKB, system of coordinates, layer, name) and whether the file holds more than are wanted."""
    wanted = json.loads(asked)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, wanted["seconds"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    pyogrio.set_gdal_config_options({"GPX_ELE_AS_25D": True})
    path, most = wanted["path"], wanted["most"]
    shapes: list[dict[str, Any]] = []
    truncated = False
    for layer in [str(name) for name, _kind in pyogrio.list_layers(path)]:
        if pyogrio.read_info(path, layer=layer)["geometry_type"] is None or layer.endswith("_points"):
            continue
        meta, _fids, blobs, fields = read(path, layer=layer, max_features=most + 1)
        truncated = truncated or len(blobs) > most
        for blob, name in zip(blobs, _names(meta["fields"], fields, len(blobs)), strict=True):
            geometry = shapely.from_wkb(blob) if blob is not None else None
            if geometry is not None and not geometry.is_empty:
                wkb = shapely.to_wkb(geometry, hex=True)
                shapes.append({"wkb": wkb, "crs": meta["crs"], "layer": layer, "name": name})
    sys.stdout.write(json.dumps({"shapes": shapes, "truncated": truncated}))


def _names(columns: Any, fields: Any, count: int) -> list[str]:
    for wanted in NAMES:
        for place, column in enumerate(columns):
            if str(column).lower() == wanted:
                return [str(value or "") for value in fields[place]]
    return [""] * count


if __name__ == "__main__":
    main(sys.argv[1])
