"""What is written through the API about parks, communes, authorities."""

from geodata.editing.serializers import FeatureSerializer, meta_of
from parcs.collections import AUTORITES, COMMUNES, EQUIPEMENTS, PARCS, POINTS_ACCES
from parcs.models import Autorite, Commune, Equipement, Parc, PointAcces


class ParcSerializer(FeatureSerializer):
    """A park as GeoJSON."""

    Meta = meta_of(PARCS, Parc)


class CommuneSerializer(FeatureSerializer):
    """A commune as GeoJSON."""

    Meta = meta_of(COMMUNES, Commune)


class AutoriteSerializer(FeatureSerializer):
    """An authority as GeoJSON."""

    Meta = meta_of(AUTORITES, Autorite)


class PointAccesSerializer(FeatureSerializer):
    """An access point as GeoJSON."""

    Meta = meta_of(POINTS_ACCES, PointAcces)


class EquipementSerializer(FeatureSerializer):
    """An amenity as GeoJSON."""

    Meta = meta_of(EQUIPEMENTS, Equipement)
