"""The one public list: what every endpoint, format, tile, page, feed and contract test walks."""

from agenda.collections import EVENEMENTS, PROJETS_LABEL
from alertes.collections import FERMETURES
from cabanes.collections import CABANES
from parcs.collections import AUTORITES, COMMUNES, EQUIPEMENTS, PARCS, POINTS_ACCES
from sentiers.collections import SENTIERS

COLLECTIONS = (
    PARCS,
    CABANES,
    SENTIERS,
    FERMETURES,
    EVENEMENTS,
    PROJETS_LABEL,
    COMMUNES,
    AUTORITES,
    POINTS_ACCES,
    EQUIPEMENTS,
)
