"""What is written through the API about cabins."""

from cabanes.collections import CABANES
from cabanes.models import Cabane
from geodata.editing.serializers import FeatureSerializer, meta_of


class CabaneSerializer(FeatureSerializer):
    """A cabin as GeoJSON."""

    Meta = meta_of(CABANES, Cabane)
