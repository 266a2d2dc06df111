"""Addresses of the maps for other people's pages."""

from django.urls import path

from carte.embeds import views

app_name = "cartes"

urlpatterns = [
    path("chiffres/<slug:figure>/", views.figure, name="figure"),
    path("chiffres/<slug:figure>.js", views.figure_script, name="figure-script"),
    path("<slug:slug>/", views.page, name="map"),
    path("<slug:slug>.js", views.script, name="map-script"),
    path("<slug:slug>.html", views.file, name="map-file"),
]
