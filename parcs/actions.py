"""What can be done with parks, communes and authorities."""

from django.utils.translation import gettext as _

from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from parcs import permissions
from parcs.models import Parc
from parcs.opening_hours import is_readable


def _park_rules(parc: Parc) -> Errors:
    if parc.opening_hours and not is_readable(parc.opening_hours):
        return {
            "opening_hours": [_("Ces horaires ne se lisent pas. Exemple : Apr-Sep 07:00-21:00; Oct-Mar 08:00-18:00")]
        }
    return {}


parcs = Actions("parcs.Parc", collection="parcs", permissions=permissions, rules=_park_rules)
communes = Actions("parcs.Commune", collection="communes", permissions=permissions)
autorites = Actions("parcs.Autorite", collection="autorites", permissions=permissions)
points_acces = Actions("parcs.PointAcces", collection="points-acces", permissions=permissions)
equipements = Actions("parcs.Equipement", collection="equipements", permissions=permissions)
