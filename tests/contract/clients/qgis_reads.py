"""Run by Debian's Python with QGIS in it: reads a service by the OAPIF provider and prints what it saw, as JSON.

/usr/bin/python3 qgis_reads.py ADDRESS COLLECTION...
"""

import json
import sys

from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorDataProvider, QgsVectorLayer

BOX = QgsRectangle(2.6, 50.3, 2.9, 50.45)
EDITS = QgsVectorDataProvider.AddFeatures | QgsVectorDataProvider.ChangeAttributeValues


def layer(address, collection, sql=""):
    uri = f"url='{address}' typename='{collection}' srsname='OGC:CRS84' restrictToRequestBBOX='1'"
    found = QgsVectorLayer(uri, collection, "OAPIF")
    assert found.isValid(), found.error().message()
    if sql:
        assert found.setSubsetString(sql), sql
    return found


def counted(features):
    return sum(1 for _ in features)


address, *collections = sys.argv[1:]
application = QgsApplication([], False)
application.initQgis()
told = {"version": Qgis.QGIS_VERSION_INT, "counts": {}, "fields": []}
for name in collections:
    found = layer(address, name)
    told["counts"][name] = [found.featureCount(), counted(found.getFeatures())]
cabins = layer(address, "cabanes")
told["fields"] = [field.name() for field in cabins.fields()]
told["crs"] = cabins.crs().authid()
told["edits"] = bool(cabins.dataProvider().capabilities() & EDITS)
told["in_box"] = counted(layer(address, "cabanes").getFeatures(QgsFeatureRequest().setFilterRect(BOX)))
told["by_kind"] = counted(layer(address, "cabanes", "\"state\" = 'open'").getFeatures())
del found, cabins
application.exitQgis()
sys.stdout.write(json.dumps(told) + "\n")
