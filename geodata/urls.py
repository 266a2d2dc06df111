"""Addresses under /api/, the same for every collection."""

from django.urls import path, re_path

from geodata.endpoints import (
    answers,
    basemap,
    catalogue,
    changelog,
    changes,
    collections,
    exports,
    features,
    landing,
    live,
    photos,
    problem_types,
    propositions,
    tiles,
    versions,
    webhooks,
)
from geodata.tiles.matrix import MATRIX_SET

app_name = "api"

urlpatterns = [
    path("", landing.landing, name="landing"),
    path("conformance", landing.conformance, name="conformance"),
    path("openapi.json", landing.openapi_json, name="openapi"),
    path("docs", landing.docs, name="docs"),
    path("collections", collections.collections, name="collections"),
    path("collections/<slug:collection_id>", collections.collection, name="collection"),
    path("collections/<slug:collection_id>/queryables", collections.queryables, name="queryables"),
    path("collections/<slug:collection_id>/sortables", collections.sortables, name="sortables"),
    path("collections/<slug:collection_id>/codelists/<slug:name>", collections.codelist, name="codelist"),
    path("collections/<slug:collection_id>/schema", collections.feature_schema, name="schema"),
    path("collections/<slug:collection_id>/items", features.items, name="items"),
    path("collections/<slug:collection_id>/items/<slug:key>", features.item, name="item"),
    path("collections/<slug:collection_id>/items/<uuid:key>/versions", versions.listed, name="versions"),
    path("collections/<slug:collection_id>/items/<uuid:key>/photos", photos.listed, name="photos"),
    path("collections/<slug:collection_id>/items/<uuid:key>/photos/<uuid:photo_uuid>", photos.photo, name="photo"),
    *[
        path(f"{inner}tiles{rest}", view, name=f"{kind}-{name}")
        for kind, inner in (("collection", "collections/<slug:collection_id>/"), ("all", ""))
        for name, rest, view in (
            ("tilesets", "", tiles.listed),
            ("tileset", f"/{MATRIX_SET}", tiles.described),
            ("tilejson", f"/{MATRIX_SET}/tilejson", tiles.tilejson_document),
            ("tile", f"/{MATRIX_SET}/<z>/<row>/<col>", tiles.tile),
        )
    ],
    path("changelog", changelog.changelog, name="changelog"),
    path("tileMatrixSets", tiles.schemes, name="tile-matrix-sets"),
    path(f"tileMatrixSets/{MATRIX_SET}", tiles.scheme, name="tile-matrix-set"),
    path("catalogue", catalogue.catalogue, name="catalogue"),
    path("catalogue.<slug:ending>", catalogue.catalogue, name="catalogue-file"),
    path("changes", changes.changes, name="changes"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:uuid>", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:uuid>/secret", webhooks.secret, name="webhook-secret"),
    path("webhooks/<uuid:uuid>/test", webhooks.test, name="webhook-test"),
    path("webhooks/<uuid:uuid>/deliveries", webhooks.deliveries, name="webhook-deliveries"),
    path("webhooks/<uuid:uuid>/deliveries/<uuid:message>/retry", webhooks.again, name="webhook-retry"),
    path("exports/<uuid:uuid>", exports.export, name="export"),
    path("exports/<uuid:uuid>/file", exports.export_file, name="export-file"),
    path("live", live.live, name="live"),
    path("snapshot", changes.snapshots, name="snapshots"),
    path("snapshot/<slug:collection_id>", changes.snapshot, name="snapshot"),
    path("fond/tuiles/<z>/<row>/<col>", basemap.ground, name="ground"),
    path("fond/plan-ign/<z>/<row>/<col>.png", basemap.plan, name="plan-ign"),
    path("problems/<slug:slug>", problem_types.problem_type, name="problem-type"),
    path("propositions/<uuid:uuid>", propositions.proposition, name="proposition"),
    re_path(r"^(?P<rest>(?s:.*))$", answers.not_found),
]
