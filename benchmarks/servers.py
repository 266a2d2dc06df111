"""Our application under several servers, in one run: what the choice of the server costs.

    DATABASE_URL=… .venv/bin/python benchmarks/servers.py [--rounds 5]

The database is that of `rivals.py`. gunicorn and uvicorn come from PyPI into var/servers at the first run and see the
packages of the project. Every server has two processes.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig

import serving
from serving import ITEMS, boxes, fetch, rates, service, start, text

HOME = serving.ROOT / "var" / "servers"
PYTHON = HOME / "bin" / "python"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}


def install():
    """The other servers, beside the packages of the project."""
    if not (HOME / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([HOME / "bin" / "pip", "install", "-q", "gunicorn", "uvicorn[standard]", "asgiref"], check=True)
        (HOME / "ready").touch()


def other(port, *command):
    """A server from var/servers."""
    paths = os.pathsep.join([str(serving.ROOT), sysconfig.get_paths()["purelib"]])
    return start(port, [PYTHON, "-m", *command], PYTHONPATH=paths, **SETTINGS)


def servers():
    """Name → port of each, started."""
    gunicorn = ("gunicorn", "config.wsgi:application", "--workers", "2", "--log-level", "error")
    return {
        "granian, 4 threads": service(8766),
        "granian, 124 threads": service(8767, threads=124),
        "gunicorn, sync": other(8768, *gunicorn, "--bind", "127.0.0.1:8768"),
        "gunicorn, 16 threads": other(
            8769, *gunicorn, "--worker-class", "gthread", "--threads", "16", "--bind", "127.0.0.1:8769"
        ),
        "uvicorn (ASGI)": other(
            8770, "uvicorn", "benchmarks.asgi:application", "--workers", "2", "--log-level", "error", "--port", "8770"
        ),
    }


def main(rounds):
    """One feature and a box under each."""
    install()
    try:
        ports = servers()
        first = next(iter(ports.values()))
        answer = fetch(first, f"{ITEMS}?limit=200")
        uuids = [each["id"] for each in json.load(answer)["features"]]
        for port in ports.values():
            fetch(port, f"{ITEMS}?limit=1")
        for title, paths in (
            ("one feature", [f"{ITEMS}/{uuid}" for uuid in uuids]),
            ("box of about 100 cabins", [f"{ITEMS}?limit=1000&bbox={text(box)}" for box in boxes()]),
        ):
            print(title, flush=True)
            rates({name: (port, paths) for name, port in ports.items()}, rounds)
    finally:
        serving.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
