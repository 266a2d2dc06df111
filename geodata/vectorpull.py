"""The child process that reads a source to its end: a feature a line on standard output, then how it ended.

Run alone, with limits, by `vectorstream`; it imports neither Django nor anything of ours. Its environment names the
drivers and the way out. GDAL and Arrow hold a batch of features at a time (for a service also one page of its answer),
however many there are.
"""

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyogrio.raw import open_arrow

BATCH = 500
MEMORY_BYTES = 3 * 1024**3
FAILURE = 3
Told = dict[str, Any]


class _Failures:
    """What GDAL reports beside its answers: a stream of Arrow ends without a word where a later page fails."""

    def __init__(self) -> None:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        library = ctypes.CDLL(next(line.split(maxsplit=5)[-1] for line in maps if "libgdal" in line))
        self._kind, self._words = library.CPLGetLastErrorType, library.CPLGetLastErrorMsg
        self._words.restype = ctypes.c_char_p
        library.CPLErrorReset()

    def raise_any(self) -> None:
        """Raises OSError with GDAL's words, when something failed since this was made."""
        if self._kind() == FAILURE:
            raise OSError(self._words().decode("utf-8", "replace"))


def main(asked: str) -> None:
    """Print the features that are asked for, as JSON, then the line with which every answer ends."""
    wanted = json.loads(asked)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, wanted["most_bytes"]),
    ):
        resource.setrlimit(what, (most, most))
    try:
        told = {"end": _printed(wanted)}
    except Exception as error:
        told = {"end": (str(error) or type(error).__name__).splitlines()[0][:300]}
    sys.stdout.write(json.dumps(told) + "\n")


def _printed(wanted: Told) -> str:
    path, layer, options = wanted["path"], wanted["layer"] or None, wanted["options"]
    count = 0
    with open_arrow(path, layer=layer, batch_size=BATCH, use_pyarrow=True, datetime_as_string=True, **options) as found:
        meta, batches = found
        shape, failures = meta["geometry_name"] or "wkb_geometry", _Failures()
        for batch in batches:
            failures.raise_any()
            count += batch.num_rows
            if count > wanted["most"]:
                return "many"
            _print(batch, shape, meta["crs"])
        failures.raise_any()
    return "all"


def _print(batch: pa.RecordBatch, shape: str, crs: str | None) -> None:
    for columns in batch.to_pylist():
        wkb = columns.pop(shape, None)
        told = {"columns": columns, "wkb": None if wkb is None else wkb.hex(), "crs": crs}
        sys.stdout.write(json.dumps(told, default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    # Without the interpreter's farewell: a thread of Arrow that still reads ahead ends it with an abort now and then.
    os._exit(0)
