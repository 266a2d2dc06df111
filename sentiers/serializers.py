"""What is written through the API about trails."""

from geodata.editing.serializers import FeatureSerializer, meta_of
from sentiers.collections import SENTIERS
from sentiers.models import Sentier


class SentierSerializer(FeatureSerializer):
    """A trail as GeoJSON."""

    Meta = meta_of(SENTIERS, Sentier)
