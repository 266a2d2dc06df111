"""Partner maps in Django's administration."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.gis.geos import Point
from django.contrib.postgres.forms import SimpleArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from carte.layers import validate_origin
from carte.models import CartePartenaire
from geodata.units import WGS84

if TYPE_CHECKING:
    MapForm = forms.ModelForm[CartePartenaire]
    MapAdmin = admin.ModelAdmin[CartePartenaire]
else:
    MapForm, MapAdmin = forms.ModelForm, admin.ModelAdmin


class CartePartenaireForm(MapForm):
    """The centre as two numbers: no map from another host in the administration."""

    centre_lat = forms.FloatField(
        label=_("latitude du centre"), required=False, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    centre_lon = forms.FloatField(
        label=_("longitude du centre"),
        required=False,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Vides tous les deux : la carte s’ouvre sur toutes ses données."),
    )
    allowed_sites = SimpleArrayField(
        forms.CharField(validators=[validate_origin]),
        label=_("sites autorisés"),
        delimiter="\n",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Un par ligne, https://www.exemple.fr ; vide : tous les sites."),
    )

    class Meta:
        model = CartePartenaire
        fields = [
            "slug",
            "title_fr",
            "title_en",
            "title_nl",
            "authority",
            "layers",
            "zoom",
            "allowed_sites",
            "published",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.centre:
            self.initial["centre_lon"], self.initial["centre_lat"] = self.instance.centre.coords

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none."""
        cleaned = super().clean() or {}
        lat, lon = cleaned.get("centre_lat"), cleaned.get("centre_lon")
        if (lat is None) != (lon is None):
            self.add_error("centre_lat" if lat is None else "centre_lon", _("Donnez les deux coordonnées, ou aucune."))
        self.instance.centre = None if lat is None or lon is None else Point(lon, lat, srid=WGS84)
        return cleaned


@admin.register(CartePartenaire)
class CartePartenaireAdmin(MapAdmin):
    """Layers, opening view, sites that may embed the map; « voir sur le site » opens it."""

    form = CartePartenaireForm
    list_display = ("title_fr", "slug", "authority", "published", "updated_at")
    list_filter = ("published",)
    search_fields = ("title_fr", "slug")
