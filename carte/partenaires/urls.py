"""Addresses under /partenaires/, beside the page itself."""

from django.urls import path

from carte.partenaires import keys, views

app_name = "partenaires"

urlpatterns = [
    path("couche.qlr", views.layer, name="layer"),
    path("mirror.py", views.mirror, name="mirror"),
    path("etat/", views.state, name="state"),
    path("etat.json", views.state_json, name="state-json"),
    path("changements/", views.changes, name="changes"),
    path("cles/", keys.page, name="keys"),
    path("cles/<int:pk>/revoquer/", keys.revoke, name="revoke"),
]
