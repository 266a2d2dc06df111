"""What is written through the API about events, label projects."""

from agenda.collections import EVENEMENTS, PROJETS_LABEL
from agenda.models import Evenement, ProjetLabel
from geodata.editing.serializers import FeatureSerializer, meta_of


class EvenementSerializer(FeatureSerializer):
    """An event as GeoJSON."""

    Meta = meta_of(EVENEMENTS, Evenement)


class ProjetLabelSerializer(FeatureSerializer):
    """A label project as GeoJSON."""

    Meta = meta_of(PROJETS_LABEL, ProjetLabel)
