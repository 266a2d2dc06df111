"""What can be done with events and label projects."""

from geodata.changes.actions import Actions
from parcs import permissions

evenements = Actions("agenda.Evenement", collection="evenements", permissions=permissions)
projets_label = Actions("agenda.ProjetLabel", collection="projets-label", permissions=permissions)
