"""The child process that writes vector files: rows of CSV on its standard input, a file on the disk at its end.

Run alone, with limits, by `vectorwriting`; it imports neither Django nor anything of ours. Rows are read, converted
and written in batches: GDAL and Arrow each hold one at a time (FlatGeobuf also its index, some 40 bytes a feature).

GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/): WKB in `geometry`, its boxes in the covering column `bbox`,
longitude and latitude (OGC:CRS84, the default when `crs` is left out), a row group a batch.

FlatGeobuf (https://flatgeobuf.org): GDAL writes no row without a shape under an index. Such rows go into a file of
their own, whose features then follow the others, under leaves of the index that no box meets (decision 0214).
"""

import json
import os
import resource
import shutil
import struct
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyarrow import csv, ipc, parquet
from pyogrio.raw import write_arrow

# A row is never larger than a block: the largest shape has 200 000 vertices, 16 bytes each, in hexadecimal digits.
BLOCK = 16 * 1024 * 1024
MEMORY_BYTES = 3 * 1024**3
SECONDS = 600
POLITENESS = 5
GEOMETRY = "geometry"
COVERING = "bbox"
TYPES = {
    "text": pa.string(),
    "list": pa.string(),
    "json": pa.string(),
    "instant": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "yes_no": pa.bool_(),
    "whole": pa.int64(),
    "number": pa.float64(),
}
BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
FAMILIES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")

# FlatGeobuf: magic bytes, the header behind its length, the index, the features each behind its length.
MAGIC_BYTES = 8
NODE = np.dtype([("west", "<f8"), ("south", "<f8"), ("east", "<f8"), ("north", "<f8"), ("offset", "<u8")])
NODE_SIZE = 16
# The place of `features_count` among the fields of the header (header.fbs), and that of its entry in the vtable.
COUNT_ENTRY = 4 + 2 * 8
# West above east, south above north: it meets no box, and widens none that it is joined to.
NOWHERE = (np.inf, np.inf, -np.inf, -np.inf)


def main(asked: str) -> None:
    """Write the file that is asked for, as JSON, from the rows on standard input."""
    wanted = json.loads(asked)
    _limit(wanted["most_bytes"])
    if wanted["driver"] == "Parquet":
        _parquet(wanted)
    elif wanted["driver"] == "FlatGeobuf":
        _flatgeobuf(wanted)
    else:
        _ogr(wanted, _batches(wanted))


def _limit(most_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, most_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(POLITENESS)


def _batches(wanted: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    """The rows in batches, typed; the last column is the geometry, null or WKB in hexadecimal digits."""
    kinds = dict(wanted["columns"])
    types = {name: TYPES[kind] for name, kind in kinds.items()} | {GEOMETRY: pa.string()}
    try:
        reader = csv.open_csv(
            sys.stdin.buffer,
            read_options=csv.ReadOptions(column_names=list(types), block_size=BLOCK, use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                true_values=["t"],
                false_values=["f"],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                timestamp_parsers=[csv.ISO8601],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise
    for batch in reader:
        shapes = pa.array([_wkb(digits) for digits in batch.column(GEOMETRY)], pa.binary())
        yield batch.drop_columns([GEOMETRY]).append_column(GEOMETRY, shapes)


def _wkb(digits: pa.StringScalar) -> bytes | None:
    text = digits.as_py()
    return None if text is None else bytes.fromhex(text)


def _schema(wanted: dict[str, Any]) -> pa.Schema:
    return pa.schema([*((name, TYPES[kind]) for name, kind in wanted["columns"]), (GEOMETRY, pa.binary())])


def _ogr(wanted: dict[str, Any], batches: Iterator[pa.RecordBatch]) -> None:
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    write_arrow(
        pa.RecordBatchReader.from_batches(_schema(wanted), batches),
        wanted["path"],
        layer=wanted["layer"],
        driver=wanted["driver"],
        geometry_name=GEOMETRY,
        geometry_type=wanted["geometry_type"],
        crs=wanted["crs"],
        encoding="UTF-8" if wanted["driver"] == "ESRI Shapefile" else None,
        layer_metadata=wanted["told"] if wanted["driver"] == "GPKG" else None,
        # 1.4, the default, makes the GDAL of Debian warn that it may not understand all of it.
        dataset_options={"VERSION": "1.2"} if wanted["driver"] == "GPKG" else None,
        layer_options=wanted["options"],
    )


def _flatgeobuf(wanted: dict[str, Any]) -> None:
    path = Path(wanted["path"])
    rows, shapeless = path.with_name(f"{path.name}-rows"), path.with_name(f"{path.name}-shapeless.fgb")
    with ipc.new_file(rows, _schema(wanted)) as aside:
        _ogr(wanted, _shaped(_batches(wanted), aside))
    with ipc.open_file(rows) as kept:
        lacking = kept.num_record_batches
        if lacking:
            unindexed = wanted | {"path": str(shapeless), "options": {"SPATIAL_INDEX": "NO"}}
            _ogr(unindexed, (kept.get_batch(number) for number in range(lacking)))
    rows.unlink()
    if lacking:
        _join(path, shapeless)
        shapeless.unlink(missing_ok=True)


def _shaped(batches: Iterator[pa.RecordBatch], aside: ipc.RecordBatchFileWriter) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        lacks = pc.is_null(batch.column(GEOMETRY))
        if pc.any(lacks).as_py():
            aside.write_batch(batch.filter(lacks))
        yield batch.filter(pc.invert(lacks))


def _join(shaped: Path, shapeless: Path) -> None:
    """Put the features of a file without an index behind those of one with an index, and under it."""
    joined = shaped.with_name(f"{shaped.name}-joined")
    with shaped.open("rb") as first, shapeless.open("rb") as second:
        head, place, count = _head(first)
        if not count:
            # No box to look in.
            shapeless.replace(shaped)
            return
        more = _head(second)[2]
        leaves = np.fromfile(first, NODE, sum(_levels(count)))[-count:]
        offsets = _offsets(second, more, shaped.stat().st_size - first.tell())
        struct.pack_into("<Q", head, place, count + more)
        with joined.open("wb") as file:
            file.write(head)
            _index(np.concatenate([leaves, np.array([(*NOWHERE, each) for each in offsets], NODE)])).tofile(file)
            shutil.copyfileobj(first, file)
            shutil.copyfileobj(second, file)
    joined.replace(shaped)


def _head(file: IO[bytes]) -> tuple[bytearray, int, int]:
    """The bytes before the index, where among them the number of features is, and that number."""
    head = bytearray(file.read(MAGIC_BYTES + 4))
    head += file.read(struct.unpack_from("<I", head, MAGIC_BYTES)[0])
    table = len(head[: MAGIC_BYTES + 4]) + struct.unpack_from("<I", head, MAGIC_BYTES + 4)[0]
    (entry,) = struct.unpack_from("<H", head, table - struct.unpack_from("<i", head, table)[0] + COUNT_ENTRY)
    # A field of the value 0 is not written.
    return head, table + entry, struct.unpack_from("<Q", head, table + entry)[0] if entry else 0


def _offsets(file: IO[bytes], count: int, start: int) -> list[int]:
    """Where these features will begin behind `start` bytes of others; the file is left at the first of them."""
    begin, found = file.tell(), []
    for _number in range(count):
        found.append(start + file.tell() - begin)
        file.seek(struct.unpack("<I", file.read(4))[0], os.SEEK_CUR)
    file.seek(begin)
    return found


def _levels(count: int) -> list[int]:
    """The number of nodes of each level, leaves first, the root last."""
    found = [count]
    while len(found) == 1 or found[-1] > 1:
        found.append(-(-found[-1] // NODE_SIZE))
    return found


def _index(leaves: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The packed tree over the leaves, the root first; a node holds the number of its first child."""
    levels = [leaves]
    sizes = _levels(len(leaves))
    for depth, size in enumerate(sizes[1:]):
        below, above = levels[-1], np.empty(size, NODE)
        starts = np.arange(size) * NODE_SIZE
        for name, widest in (("west", np.minimum), ("south", np.minimum), ("east", np.maximum), ("north", np.maximum)):
            above[name] = widest.reduceat(below[name], starts)
        above["offset"] = sum(sizes[depth + 1 :]) + starts
        levels.append(above)
    return np.concatenate(levels[::-1])


def _parquet(wanted: dict[str, Any]) -> None:
    lists = [name for name, kind in wanted["columns"] if kind == "list"]
    plain = _schema(wanted)
    fields = [pa.field(each.name, pa.list_(pa.string())) if each.name in lists else each for each in plain]
    schema = pa.schema([*fields, (COVERING, BOX)])
    found: set[str] = set()
    extent: list[float] | None = None
    # With a schema of Arrow's in the file, pyarrow shows no metadata of the file with the table.
    with parquet.ParquetWriter(wanted["path"], schema, compression="zstd", store_schema=False) as writer:
        for batch in _batches(wanted):
            shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
            boxes = [None if each[0] != each[0] else each for each in shapely.bounds(shapes).tolist()]
            found |= {FAMILIES[each] for each in set(shapely.get_type_id(shapes).tolist()) if 0 <= each < len(FAMILIES)}
            extent = _wider(extent, boxes)
            columns = [
                _split(batch.column(each.name)) if each.name in lists else batch.column(each.name) for each in plain
            ]
            columns.append(pa.array(boxes and [_struct(box) for box in boxes], BOX))
            writer.write_batch(pa.record_batch(columns, schema=schema))
        about = _described(found, extent)
        writer.add_key_value_metadata({"geo": json.dumps(about), **wanted["told"]})


def _split(column: pa.StringArray) -> pa.ListArray:
    texts = (each.as_py() for each in column)
    return pa.array(
        [None if text is None else text.split("|") if text else [] for text in texts], pa.list_(pa.string())
    )


def _struct(box: list[float] | None) -> dict[str, float] | None:
    return None if box is None else dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))


def _wider(extent: list[float] | None, boxes: list[list[float] | None]) -> list[float] | None:
    known = [box for box in (extent, *boxes) if box is not None]
    if not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _described(types: set[str], extent: list[float] | None) -> dict[str, Any]:
    paths = {name: [COVERING, name] for name in ("xmin", "ymin", "xmax", "ymax")}
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(types),
        "covering": {"bbox": paths},
    }
    if extent is not None:
        column["bbox"] = extent
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    # Without the interpreter's farewell: a thread of Arrow that still reads ahead ends it with an abort now and then.
    os._exit(0)
