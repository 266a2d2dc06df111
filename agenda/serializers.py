"""What is written through the API about events, label projects."""

from typing import Any

from agenda.actions import is_all_day
from agenda.collections import EVENEMENTS, PROJETS_LABEL
from agenda.models import Evenement, ProjetLabel
from geodata.editing.serializers import FeatureSerializer, meta_of


class EvenementSerializer(FeatureSerializer):
    """An event as GeoJSON."""

    Meta = meta_of(EVENEMENTS, Evenement)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The values; a whole event that does not say whether its hours are known is told by them."""
        return attrs if self.partial else {"all_day": is_all_day(attrs), **attrs}


class ProjetLabelSerializer(FeatureSerializer):
    """A label project as GeoJSON."""

    Meta = meta_of(PROJETS_LABEL, ProjetLabel)
