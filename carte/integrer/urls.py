"""Addresses of the pieces for other sites."""

from django.urls import path

from carte.integrer import views

app_name = "integrer"

urlpatterns = [
    path("<str:collection_id>/", views.page, name="page"),
    path("<str:collection_id>.js", views.script, name="script"),
    path("<str:collection_id>.json", views.places, name="places"),
    path("<str:collection_id>.svg", views.drawing, name="picture"),
]
