"""A page offers only the files that exist of what it shows."""

import re

import pytest

from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
OFFERED = re.compile(r'<a href="(/api/collections/[^"]+\?f=([\w-]+))')
WHOLE = {"departure": "Lens", "arrival": "Liévin", "instructions_fr": "Tout droit.", "geom_quality": "surveyed"}


@pytest.mark.parametrize(
    ("address", "make", "without"),
    [
        ("/sentiers/a/", lambda: sentier(slug="a", **WHOLE), set()),
        ("/sentiers/a/", lambda: sentier(slug="a", **WHOLE | {"arrival": "", "kind": "loop"}), set()),
        ("/sentiers/a/", lambda: sentier(slug="a", **WHOLE | {"arrival": "", "kind": "one_way"}), {"schema-randonnee"}),
        ("/sentiers/a/", lambda: sentier(slug="a", **WHOLE | {"departure": " "}), {"schema-randonnee"}),
        (
            "/sentiers/a/",
            lambda: sentier(slug="a", **WHOLE | {"geom_quality": "schematic"}),
            {"schema-randonnee", "gpx"},
        ),
        ("/evenements/a/", lambda: evenement(slug="a"), set()),
        ("/evenements/a/", lambda: evenement(slug="a", date_precision="month"), {"ical"}),
        ("/fermetures/a/", lambda: fermeture(slug="a"), set()),
        ("/cabanes/a/", lambda: cabane(slug="a"), set()),
        ("/parcs/a/", lambda: parc(slug="a"), set()),
    ],
)
def test_a_page_offers_the_files_that_its_feature_fits_in_and_no_other(client, address, make, without):
    feature = make()
    offered = dict(reversed(each) for each in OFFERED.findall(client.get(address).content.decode()))
    assert len(offered) > 4
    assert without.isdisjoint(offered)
    assert ("schema-randonnee" in offered) == (address.startswith("/sentiers/") and "schema-randonnee" not in without)
    for name in {"gpx", "ical", "schema-randonnee"} & set(offered):
        assert client.get(offered[name]).status_code == 200
    for name in without:
        collection = address.split("/")[1]
        assert client.get(f"/api/collections/{collection}/items/{feature.uuid}?f={name}").status_code == 409
