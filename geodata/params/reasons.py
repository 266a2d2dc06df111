"""`reason`: why something is changed, in the words of who changes it; everybody may read them."""

import re

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

REASON = "reason"
MAX_LENGTH = 500
UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")


def parse_reason(text: str) -> str:
    """The reason without the blanks around it. Raises BadParameter: too long, or more than one line."""
    told = text.strip()
    if len(told) > MAX_LENGTH:
        raise BadParameter(REASON, _("Une raison de %(most)d caractères au plus.") % {"most": MAX_LENGTH})
    if UNSEEN.search(told):
        raise BadParameter(REASON, _("Une raison tient sur une ligne, sans caractère de commande."))
    return told
