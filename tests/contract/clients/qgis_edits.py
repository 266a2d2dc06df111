"""Run by Debian's Python with QGIS in it: edits collections by the OAPIF provider with a token, where its version can.

3.22 knows no way to send a token: it opens the layers as anybody does.

/usr/bin/python3 qgis_edits.py ADDRESS TOKEN EDITS: JSON in and out. EDITS is by collection the uuid of what is changed,
the new name, the place it is moved to, what is added (`properties`, `wkt`), and the uuid of what is deleted.
"""

import json
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsAuthMethodConfig,
    QgsFeature,
    QgsGeometry,
    QgsVectorDataProvider,
    QgsVectorLayer,
)

ALL = (
    QgsVectorDataProvider.AddFeatures
    | QgsVectorDataProvider.ChangeAttributeValues
    | QgsVectorDataProvider.ChangeGeometries
    | QgsVectorDataProvider.DeleteFeatures
)


HEADER = "APIHeader"


def signed_in(token):
    """The end of a source that sends the token with each request."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("only for this run", True)
    given = QgsAuthMethodConfig(HEADER)
    given.setName("token")
    given.setConfig("Authorization", f"Bearer {token}")
    assert manager.storeAuthenticationConfig(given)
    return f" authcfg='{given.id()}'"


def committed(layer):
    assert layer.commitChanges(), layer.commitErrors()


def by_uuid(layer):
    """The layer's own number of each feature, which may be another after a commit."""
    return {feature["id"]: feature.id() for feature in layer.getFeatures()}


def edit(layer, asked):
    """Rename and move one, add one, delete one: each committed on its own."""
    field = layer.fields().indexOf
    layer.startEditing()
    assert layer.changeAttributeValue(by_uuid(layer)[asked["change"]], field("name_fr"), asked["name"])
    committed(layer)
    layer.startEditing()
    assert layer.changeGeometry(by_uuid(layer)[asked["change"]], QgsGeometry.fromWkt(asked["wkt"]))
    committed(layer)
    made = QgsFeature(layer.fields())
    for name, value in asked["properties"].items():
        made.setAttribute(field(name), value)
    made.setGeometry(QgsGeometry.fromWkt(asked["wkt"]))
    layer.startEditing()
    assert layer.addFeature(made)
    committed(layer)
    layer.startEditing()
    assert layer.deleteFeature(by_uuid(layer)[asked["delete"]])
    committed(layer)


address, token, text = sys.argv[1:]
application = QgsApplication([], False)
application.initQgis()
sends = HEADER in QgsApplication.authManager().authMethodsKeys()
account = signed_in(token) if sends else ""
told = {"version": Qgis.QGIS_VERSION_INT, "sends_token": sends, "can": {}, "seen": {}}
for name, asked in json.loads(text).items():
    uri = f"url='{address}' typename='{name}' srsname='OGC:CRS84' restrictToRequestBBOX='1'{account}"
    layer = QgsVectorLayer(uri, name, "OAPIF")
    assert layer.isValid(), layer.error().message()
    told["seen"][name] = sorted(by_uuid(layer))
    told["can"][name] = (layer.dataProvider().capabilities() & ALL) == ALL
    if told["can"][name]:
        edit(layer, asked)
    del layer
application.exitQgis()
sys.stdout.write(json.dumps(told) + "\n")
