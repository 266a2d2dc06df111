"""Tasks for the tests of the queue; what they did is a line in a file."""

import time
from pathlib import Path

from geodata import jobs


@jobs.task("tests.note")
def note(*, file: str, text: str) -> None:
    with Path(file).open("a") as notes:
        notes.write(f"{text}\n")


@jobs.task("tests.hold")
def hold(*, file: str, until: str) -> None:
    """Say that it began, go on when the file `until` is there."""
    note(file=file, text="begun")
    while not Path(until).exists():
        time.sleep(0.02)
    note(file=file, text="done")


@jobs.task("tests.write_to", is_personal=True)
def write_to(*, email: str) -> None:
    raise ConnectionRefusedError(f"{email} is unknown here")


@jobs.task("tests.fall")
def fall(*, over: str) -> None:
    raise ValueError("no such luck")


@jobs.task("tests.stumble", retry=jobs.Backoff(first_s=0.01, most=3))
def stumble(*, file: str) -> None:
    note(file=file, text="tried")
    raise ValueError("no such luck")
