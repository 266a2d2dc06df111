"""What can be done with trails."""

from geodata.changes.actions import Actions
from parcs import permissions

sentiers = Actions("sentiers.Sentier", collection="sentiers", permissions=permissions)
