"""Run by Debian's Python with QGIS in it: edits collections by the OAPIF provider with a token, where its version can.

3.22 knows no way to send a token: it opens the layers as anybody does.

/usr/bin/python3 qgis_edits.py ADDRESS TOKEN EDITS: JSON in and out. EDITS is by collection the uuid of what is changed,
the new name, the Dutch name that somebody else gives it, the place it is moved to, what is added (the names, `properties`,
`wkt`), and the uuid of what is deleted.
"""

import json
import sys
from urllib.request import Request, urlopen

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


def opened(address, name, account, only=""):
    uri = f"url='{address}' typename='{name}' srsname='OGC:CRS84' restrictToRequestBBOX='1'{account}"
    if only:
        uri += " filter='{}'".format(only.replace("'", "\\'"))
    layer = QgsVectorLayer(uri, name, "OAPIF")
    assert layer.isValid(), layer.error().message()
    return layer


def change(layer, asked):
    """Rename one while somebody else gives it a Dutch name, which this layer has not read; delete another."""
    known = by_uuid(layer)
    meanwhile = json.dumps({"properties": {"name_nl": asked["name_nl"]}}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}
    items = f"{address}collections/{layer.name()}/items"
    urlopen(Request(f"{items}/{asked['change']}", data=meanwhile, headers=headers, method="PATCH")).close()
    layer.startEditing()
    assert layer.changeAttributeValue(known[asked["change"]], layer.fields().indexOf("name_fr"), asked["name"])
    committed(layer)
    layer.startEditing()
    assert layer.deleteFeature(known[asked["delete"]])
    committed(layer)


def move(layer, asked):
    """Move the only one that a filter has left."""
    known = by_uuid(layer)
    assert list(known) == [asked["change"]], known
    layer.startEditing()
    assert layer.changeGeometry(known[asked["change"]], QgsGeometry.fromWkt(asked["wkt"]))
    committed(layer)


def add(layer, asked):
    """Add three at once, the second without a name; then name it. Gives whether QGIS says that all were added."""
    field = layer.fields().indexOf
    layer.startEditing()
    for name in asked["new"]:
        made = QgsFeature(layer.fields())
        for each, value in asked["properties"].items():
            made.setAttribute(field(each), value)
        made.setAttribute(field("name_fr"), name)
        made.setGeometry(QgsGeometry.fromWkt(asked["wkt"]))
        assert layer.addFeature(made)
    second = sorted(layer.editBuffer().addedFeatures())[1]
    assert layer.changeAttributeValue(second, field("name_fr"), None)
    assert not layer.commitChanges(), "a record without a name was taken"
    assert layer.changeAttributeValue(second, field("name_fr"), asked["new"][1])
    return layer.commitChanges()


address, token, text = sys.argv[1:]
application = QgsApplication([], False)
application.initQgis()
sends = HEADER in QgsApplication.authManager().authMethodsKeys()
account = signed_in(token) if sends else ""
told = {"version": Qgis.QGIS_VERSION_INT, "sends_token": sends, "can": {}, "seen": {}, "added": {}}
for name, asked in json.loads(text).items():
    layer = opened(address, name, account)
    told["seen"][name] = sorted(by_uuid(layer))
    told["can"][name] = (layer.dataProvider().capabilities() & ALL) == ALL
    if told["can"][name]:
        change(layer, asked)
        move(opened(address, name, account, only=f"\"name_nl\" = '{asked['name_nl']}'"), asked)
        told["added"][name] = add(layer, asked)
    del layer
application.exitQgis()
sys.stdout.write(json.dumps(told) + "\n")
