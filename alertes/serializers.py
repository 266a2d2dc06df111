"""What is written through the API about closures."""

from alertes.collections import FERMETURES
from alertes.models import Fermeture
from geodata.editing.serializers import FeatureSerializer, meta_of


class FermetureSerializer(FeatureSerializer):
    """A closure as GeoJSON."""

    Meta = meta_of(FERMETURES, Fermeture)
