"""Parks, who looks after them, and the communes they lie in."""

from parcs.models.autorite import Adhesion, Autorite
from parcs.models.commune import Commune
from parcs.models.parc import Parc, ParcCommune, PhotoParc
from parcs.models.points import Equipement, PointAcces

__all__ = ["Adhesion", "Autorite", "Commune", "Equipement", "Parc", "ParcCommune", "PhotoParc", "PointAcces"]
