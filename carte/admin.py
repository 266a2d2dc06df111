"""Partner maps in Django's administration."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from carte.layers import validate_origin
from carte.models import CartePartenaire
from geodata.editing.administration import WithMaps

if TYPE_CHECKING:
    MapForm = forms.ModelForm[CartePartenaire]
else:
    MapForm = forms.ModelForm


class CartePartenaireForm(MapForm):
    """What a partner map shows and where it opens."""

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
            "centre",
            "zoom",
            "allowed_sites",
            "published",
        ]


@admin.register(CartePartenaire)
class CartePartenaireAdmin(WithMaps):
    """Layers, opening view, sites that may embed the map; « voir sur le site » opens it."""

    form = CartePartenaireForm
    list_display = ("title_fr", "slug", "authority", "published", "updated_at")
    list_filter = ("published",)
    search_fields = ("title_fr", "slug")
