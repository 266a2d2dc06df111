"""What can be done with trails."""

from typing import Any

from django.utils.translation import gettext as _

from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from parcs import permissions
from sentiers.models import Sentier

# Shares are typed with two decimals: three thirds may make 1.01.
WHOLE = 1.01


def _rules(sentier: Sentier) -> Errors:
    if sentier.surface_mix is not None and not _are_shares(sentier.surface_mix):
        return {"surface_mix": [_('La part de chaque revêtement, de 0 à 1. Exemple : {"gravier": 0.7, "terre": 0.3}')]}
    return {}


def _are_shares(mix: Any) -> bool:
    if not isinstance(mix, dict) or not all(isinstance(share, (int, float)) for share in mix.values()):
        return False
    return all(0 <= share <= 1 for share in mix.values()) and sum(mix.values()) <= WHOLE


sentiers = Actions("sentiers.Sentier", collection="sentiers", permissions=permissions, rules=_rules)
