"""What the button says that copies a piece of code."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """For the script of a page with code to copy."""
    return {
        "copy": _("Copier"),
        "copyThis": _("Copier : {what}"),
        "copied": _("Copié"),
        "copiedThis": _("Copié : {what}"),
        "select": _("Choisi : copiez au clavier"),
    }
