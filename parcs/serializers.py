"""What is written through the API about parks, communes, authorities."""

from geodata.editing.serializers import FeatureSerializer, meta_of
from parcs.collections import AUTORITES, COMMUNES, PARCS
from parcs.models import Autorite, Commune, Parc


class ParcSerializer(FeatureSerializer):
    """A park as GeoJSON."""

    Meta = meta_of(PARCS, Parc)


class CommuneSerializer(FeatureSerializer):
    """A commune as GeoJSON."""

    Meta = meta_of(COMMUNES, Commune)


class AutoriteSerializer(FeatureSerializer):
    """A authority as GeoJSON."""

    Meta = meta_of(AUTORITES, Autorite)
