import os
import subprocess

from django.conf import settings


def test_processes_of_the_verbs_keep_what_they_compiled():
    told = ". bin/_common.sh && exec \"$PY\" -c 'import sys; print(sys.dont_write_bytecode)'"
    given = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["bash", "-c", told], cwd=settings.ROOT, env=given, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
