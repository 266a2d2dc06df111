"""Files that are made before they are sent: a bounded number of them at a time, gone from the disk whatever happens.

A file has no name any more when its first byte leaves: it exists as long as the answer holds it open, so a client that
cuts the download, or a killed process, leaves nothing. The place of a large file is kept until the answer is closed: at
most `GEODATA_FILES_AT_ONCE` files of `GEODATA_FILE_BYTES` are on the disk of a host (decision 0110). That of a SMALL one
is free once it is made, so that slow clients keep nobody from theirs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from geodata.formats.choice import Format
from geodata.problems import Unavailable
from geodata.queries.rows import Selection

PIECE = 256 * 1024
RETRY_AFTER_S = 20
# Bytes; as many of them as a process has threads are no burden for a disk.
SMALL = 8 * 1024 * 1024


class Place:
    """One of the places for files of this host, ours until `leave`, or until the process ends."""

    def __init__(self) -> None:
        root = settings.GEODATA_FILES
        root.mkdir(parents=True, exist_ok=True)
        for number in range(settings.GEODATA_FILES_AT_ONCE):
            self._lock = (root / f"place-{number}.lock").open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                continue
            # What a killed process left here: nobody else writes into a place that is ours.
            self.folder = root / f"place-{number}"
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
            return
        raise Unavailable(_("Trop de fichiers se préparent en ce moment. Réessayez dans un instant."), RETRY_AFTER_S)

    def leave(self) -> None:
        """Delete what is in the place and let others have it; nothing when that was done before."""
        if self._lock.closed:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()


class Made(Iterator[bytes]):
    """The file of a selection, in pieces; `size` bytes. Raises Unavailable when there is no place for it now."""

    def __init__(self, chosen: Format, selection: Selection) -> None:
        if chosen.make is None:
            raise TypeError(f"{chosen.name} makes no file")
        self._place = Place()
        try:
            path = Path(tempfile.mkdtemp(dir=self._place.folder)) / f"file.{chosen.extension}"
            chosen.make(selection, path, lambda _count: None)
            self._file: IO[bytes] = path.open("rb")
            path.unlink()
        except BaseException:
            self._place.leave()
            raise
        self.size = os.fstat(self._file.fileno()).st_size
        if self.size <= SMALL:
            self._place.leave()

    def __next__(self) -> bytes:
        piece = self._file.read(PIECE)
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        """Give the disk and the place back."""
        self._file.close()
        self._place.leave()
