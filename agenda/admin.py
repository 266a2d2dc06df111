"""Label projects and key figures in Django's administration; figures that can be computed are not typed in."""

from typing import TYPE_CHECKING

from django.contrib import admin

from agenda.models import ChiffreCle, ProjetLabel
from geodata.editing.administration import FeatureAdmin

if TYPE_CHECKING:
    FigureAdmin = admin.ModelAdmin[ChiffreCle]
else:
    FigureAdmin = admin.ModelAdmin


@admin.register(ChiffreCle)
class ChiffreCleAdmin(FigureAdmin):
    """A figure with its source and date."""

    list_display = ("label_fr", "value", "unit", "date_text", "fact_confidence")
    list_filter = ("fact_confidence",)
    search_fields = ("label_fr", "source")
    prepopulated_fields = {"slug": ("label_fr",)}


@admin.register(ProjetLabel)
class ProjetLabelAdmin(FeatureAdmin):
    """A project that holds a label, and where it is."""

    list_filter = ("edition", "status")
