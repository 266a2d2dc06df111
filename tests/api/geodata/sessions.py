"""What other sessions of PostgreSQL do meanwhile."""

import time

from django.db import connection


def in_transaction(wanted):
    """How many other sessions are in a transaction, once there are so many: what an earlier test left may still look something up."""
    over_at = time.monotonic() + 5
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            (found,) = cursor.fetchone()
        if found == wanted or time.monotonic() > over_at:
            return found
        time.sleep(0.05)
