"""Closures as a public collection."""

from django.utils.translation import gettext_lazy as _

from alertes import queries
from geodata.registry import Collection

FERMETURES = Collection(
    id="fermetures",
    title=_("Fermetures"),
    description=_("Fermetures et alertes, avec leur période, leur cause et la déviation."),
    model="alertes.Fermeture",
    properties=(
        "slug",
        "title_fr",
        "title_en",
        "title_nl",
        "description_fr",
        "description_en",
        "description_nl",
        "category",
        "cause",
        "starts_at",
        "ends_at",
        "review_by",
        "checked_at",
        "rrule",
        "detour_fr",
        "detour_en",
        "detour_nl",
        "authority",
        "geom_quality",
        "status",
        "source",
        "source_url",
        "source_date",
        "licence",
        "revision",
        "created_at",
        "updated_at",
    ),
    datetime=("starts_at", "ends_at"),
    search=("title_fr", "title_en", "title_nl", "description_fr"),
    sorted_by=("starts_at", "updated_at"),
    card=("cause", "review_by", "checked_at", "rrule"),
    visible_to=queries.visible_to,
    serializer="alertes.serializers.FermetureSerializer",
    actions="alertes.actions.fermetures",
    form="alertes.forms.FermetureForm",
    page="fermetures",
    icon="fermeture",
)
