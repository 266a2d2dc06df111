"""What can be done with closures."""

from geodata.changes.actions import Actions
from parcs import permissions

fermetures = Actions("alertes.Fermeture", collection="fermetures", permissions=permissions)
