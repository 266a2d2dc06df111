"""Addresses of the visitor pages: two per collection of the registry, and the pages about the service."""

from django.urls import URLPattern, path

from carte.pages import agenda, chiffres, details, gpx, historique, lists, standing
from carte.pages.addresses import segment
from carte.partenaires import views as partners
from geodata import registry

app_name = "pages"

urlpatterns: list[URLPattern] = [
    path("agenda/", agenda.page, name="agenda"),
    path("agenda.ics", agenda.calendar, name="agenda-ics"),
    path("evenements/<slug:slug>.ics", agenda.one, name="evenement-ics"),
    path("sentiers/<slug:slug>.gpx", gpx.trail, name="sentier-gpx"),
    path("chiffres-cles/", chiffres.page, name="chiffres-cles"),
    path("historique/", historique.page, name="historique"),
    path("partenaires/", partners.page, name="partenaires"),
    path("accessibilite/", standing.accessibilite, name="accessibilite"),
    path("mentions-legales/", standing.mentions, name="mentions-legales"),
    path("vie-privee/", standing.vie_privee, name="vie-privee"),
    path("plan-du-site/", standing.plan, name="plan-du-site"),
]
for _collection in registry.collections():
    _base = segment(_collection)
    _kwargs = {"collection_id": _collection.id}
    urlpatterns += [
        path(f"{_base}/", lists.show, _kwargs, name=f"{_collection.id}-list"),
        path(f"{_base}/<str:key>/", details.show, _kwargs, name=f"{_collection.id}-detail"),
    ]
