"""A database that all migrations ran in, which the databases of the tests are copies of (decision 0200).

It stays in the cluster, with a checksum of the code that made it: only after a change do migrations run again. Each
copy is migrated too, which finds nothing to do, so that what follows the code and the settings is made to agree.
"""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

ROOT = Path(settings.ROOT)
# Two processes of one run, or two runs, take turns.
TURN = 731_200
TOLD = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


def ensure() -> None:
    """Make the template if it is absent or of another code, and let test databases be made from it."""
    own, name = connection.settings_dict["TEST"], f"test_{connection.settings_dict['NAME']}_template"
    code = _checksum()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        cursor.execute(TOLD, [name])
        if cursor.fetchone() != (code,):
            _make(name)
            cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{code}'")
    own["TEMPLATE"] = name


def _make(name: str) -> None:
    test, served = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    asked, test["NAME"] = test["NAME"], name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.close_pool()
    test["NAME"] = asked
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = served


def _checksum() -> str:
    folders = [Path(config.path) for config in apps.get_app_configs()]
    files = [
        file
        for folder in (ROOT / "config", *(each for each in folders if each.parent == ROOT))
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".py", ".sql")
    ]
    digest = hashlib.sha256()
    for file in (ROOT / "requirements.txt", *files):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
