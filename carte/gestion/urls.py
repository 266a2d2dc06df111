"""Addresses under /gestion/; a collection's own are the same for every collection."""

from django.urls import path

from carte.gestion import (
    bin,
    board,
    history,
    jobs,
    lifecycle,
    moissons,
    photos,
    propositions,
    publishing,
    records,
    shapes,
    situation,
    webhooks,
)

app_name = "gestion"

urlpatterns = [
    path("", board.home, name="home"),
    path("corbeille/", bin.binned_records, name="bin"),
    path("corbeille/<slug:collection_id>/<uuid:uuid>/", bin.take_out, name="take-out"),
    path("moissons/", moissons.sources, name="moissons"),
    path("moissons/<slug:name>/", moissons.source, name="moisson"),
    path("propositions/", propositions.waiting, name="propositions"),
    path("propositions/<uuid:uuid>/", propositions.decide, name="proposition"),
    path("situation/", situation.around, name="situation"),
    path("travaux/", jobs.failed, name="jobs"),
    path("webhooks/", webhooks.listed, name="webhooks"),
    path("webhooks/<uuid:uuid>/", webhooks.one, name="webhook"),
    path("webhooks/<uuid:uuid>/modifier/", webhooks.edit, name="webhook-edit"),
    path("<slug:collection_id>/", board.records, name="list"),
    path("<slug:collection_id>/nouvelle/", records.create, name="create"),
    path("<slug:collection_id>/publier/", publishing.publish, name="publish"),
    path("<slug:collection_id>/<uuid:uuid>/", records.edit, name="edit"),
    path("<slug:collection_id>/<uuid:uuid>/trace/", shapes.replace, name="shape"),
    path("<slug:collection_id>/<uuid:uuid>/photos/", photos.manage, name="photos"),
    path("<slug:collection_id>/<uuid:uuid>/historique/", history.versions, name="history"),
    path("<slug:collection_id>/<uuid:uuid>/restaurer/", history.restore, name="restore"),
    path("<slug:collection_id>/<uuid:uuid>/<slug:verb>/", lifecycle.move, name="move"),
]
