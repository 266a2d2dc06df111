"""Parks, who looks after them, and the communes they lie in."""

from parcs.models.autorite import Adhesion, Autorite
from parcs.models.commune import Commune
from parcs.models.parc import Parc, ParcCommune, PhotoParc

__all__ = ["Adhesion", "Autorite", "Commune", "Parc", "ParcCommune", "PhotoParc"]
