"""Addresses of the pieces for other sites."""

from django.urls import path

from carte.integrer import views

app_name = "integrer"

urlpatterns = [
    path("<slug:collection_id>/", views.page, name="page"),
    path("<slug:collection_id>.js", views.script, name="script"),
    path("<slug:collection_id>.json", views.places, name="places"),
    path("<slug:collection_id>.svg", views.drawing, name="picture"),
]
