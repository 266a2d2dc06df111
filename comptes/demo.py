"""Accounts to try the service out with, on one machine only."""

DEMO_PASSWORD = "chaine-des-parcs"  # noqa: S105
# username, code of the authority, role
DEMO_ACCOUNTS = (
    ("demo-publication", "CABBALR", "publisher"),
    ("demo-redaction", "CALL", "editor"),
    ("demo-relecture", "CALL", "publisher"),
    ("demo-pole", "PMA", "admin"),
)
