"""The two ArcGIS layers of external_services.csv, replayed: pages, holes, systems, dates, coded values."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from geodata.harvest.running import harvest
from geodata.harvest.sources import read
from parcs.models import Parc
from sentiers.models import Sentier
from tests.contract.harvest.servers import arcgis, pulled, source
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
METRES = {"wkid": 2154, "latestWkid": 2154}, (686118.0, 7034174.0)
MERCATOR = {"wkid": 102100, "latestWkid": 3857}, (312250.0, 6516920.0)
PARK_FIELDS = [
    {"name": "objectid", "type": "esriFieldTypeOID"},
    {"name": "nom", "type": "esriFieldTypeString", "length": 254},
    {"name": "date_maj", "type": "esriFieldTypeDate", "length": 8},
]
STATES = {
    "type": "codedValue",
    "name": "etat",
    "codedValues": [{"name": "Existant", "code": 1}, {"name": "Projet", "code": 2}],
}
LINK_FIELDS = [
    {"name": "objectid", "type": "esriFieldTypeOID"},
    {"name": "id", "type": "esriFieldTypeString", "length": 20},
    {"name": "etat", "type": "esriFieldTypeSmallInteger", "domain": STATES},
    {"name": "source", "type": "esriFieldTypeString", "length": 100},
]
# Midnight of 2 May 2017 in Arras, as a service keeps it.
MIDNIGHT_MS = 1493676000000


@pytest.fixture
def account():
    return member("editor", autorite(code="PMA"), username="moisson")


def preset(name, server, **changed):
    found = read(Path(settings.ROOT) / "starter" / "harvest.toml")[name]
    return replace(found, url=f"{server.address}/x/FeatureServer", private=True, **changed)


def square(x, y, size, *, clockwise):
    ring = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
    return ring if clockwise else ring[::-1]


def park(number, at, **attributes):
    x, y = at[0] + number * 500, at[1]
    # Outer rings are clockwise, holes are not; this one has a hole and a second part.
    rings = [
        square(x, y, 300, clockwise=True), square(x + 100, y + 100, 100, clockwise=False), square(x, y + 350, 50, clockwise=True),
    ]  # fmt: skip
    return {
        "attributes": {"objectid": number, "nom": f"Parc {number}", "date_maj": MIDNIGHT_MS} | attributes,
        "geometry": {"rings": rings},
    }


@pytest.mark.parametrize(("reference", "at"), [METRES, MERCATOR])
def test_parks_come_in_pages_with_their_holes_from_whatever_system(account, reference, at):
    features = [park(n, at) for n in range(1, 6)] + [park(6, at, nom=None)]
    with arcgis(
        features, most=2, geometry_type="esriGeometryPolygon", fields=PARK_FIELDS, reference=reference
    ) as server:
        run = harvest(preset("aula-parcs-2017", server), by=account)
        offsets = [
            asked.get("resultOffset", "0") for _path, asked, _headers in server.asked if "returnCountOnly" not in asked
        ]
        assert offsets[:3] == ["0", "2", "4"]
        assert all(asked["where"] == "1=1" for _path, asked, _headers in server.asked)
    assert (run.counts, run.doubts, run.failure) == ({"new": 6}, [], {})
    one = Parc.objects.get(source_id="1")
    assert (one.name_fr, one.status, one.network_status, one.kind, one.authority_id) == (
        "Parc 1",
        "draft",
        "unconfirmed",
        "autre",
        "PMA",
    )
    assert (len(one.geom), sorted(len(part) for part in one.geom)) == (2, [1, 2])
    assert (round(one.geom.centroid.x, 1), round(one.geom.centroid.y, 1)) == (2.8, 50.4)
    assert Parc.objects.get(source_id="6").name_fr == "Parc AULA 6"
    assert {str(each.source_date) for each in Parc.objects.all()} == {"2017-01-01"}


def test_links_have_the_codes_of_their_domain_and_a_page_that_is_full_is_not_the_last(account):
    def link(number, state):
        return {
            "attributes": {"objectid": number, "id": f"L{number}", "etat": state, "source": "AULA"},
            "geometry": {"paths": [[[2.8, 50.35 + number / 100], [2.81, 50.35 + number / 100]]]},
        }

    features = [link(1, 1), link(2, 2), link(3, None), link(4, 9)]
    codes = {"from": "etat", "codes": {"1": "open", "2": "planned"}}
    with arcgis(features, most=2, fields=LINK_FIELDS) as server:
        wanted = preset("aula-liaisons-2017", server)
        run = harvest(replace(wanted, fields={**wanted.fields, "state": codes}), by=account)
    assert (run.counts, run.doubts) == ({"new": 3, "refused": 1}, [])
    assert "«\xa09\xa0»" in run.report[-1]["reason"]["fr"] or any(
        "«\xa09\xa0»" in row["reason"].get("fr", "") for row in run.report
    )
    states = dict(Sentier.objects.values_list("source_id", "state"))
    assert (states["1"], states["2"]) == ("open", "planned")
    first = Sentier.objects.get(source_id="1")
    assert (first.name_fr, first.ref, first.source_note) == ("Liaison 1", "L1", "AULA")


def test_a_date_of_a_service_is_the_day_here(account):
    with arcgis(
        [park(1, METRES[1])], geometry_type="esriGeometryPolygon", fields=PARK_FIELDS, reference=METRES[0]
    ) as server:
        wanted = preset("aula-parcs-2017", server)
        harvest(replace(wanted, source_date=None, fields={**wanted.fields, "source_date": "date_maj"}), by=account)
    assert str(Parc.objects.get().source_date) == "2017-05-02"


def test_a_system_without_a_number_gives_no_shape_rather_than_a_wrong_one():
    odd = {
        "wkt": 'PROJCS["Plan",GEOGCS["G",DATUM["D",SPHEROID["S",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",12345.0],PARAMETER["Central_Meridian",2.9],UNIT["Meter",1.0]]'
    }
    with arcgis([park(1, METRES[1])], geometry_type="esriGeometryPolygon", fields=PARK_FIELDS, reference=odd) as server:
        (found,) = pulled(source(kind="arcgis", url=f"{server.address}/x/FeatureServer/0", id_field="objectid"))
    assert found.shape is None
