from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cabanes.models import Cabane
from parcs.models import Parc
from sentiers.models import Sentier
from tests.factories.parcs import parc

pytestmark = pytest.mark.django_db


def make(**options):
    call_command("make_demo", stdout=StringIO(), **{"parks": 5, "cabins": 40, "trails": 10} | options)


def test_a_surveyed_network_of_the_asked_size():
    make()
    assert (Parc.objects.count(), Cabane.objects.published().count(), Sentier.objects.count()) == (5, 40, 10)
    for trail in Sentier.objects.all():
        assert 50 <= trail.geom.num_coords <= 400
        assert trail.length_m > 500
        assert trail.ele_min_m >= 20


def test_the_same_seed_gives_the_same_network():
    make(seed=7)
    first = list(Cabane.objects.order_by("slug").values_list("slug", "geom"))
    Cabane.objects.all().delete()
    Sentier.objects.all().delete()
    import numpy

    from carte.demo import shapes

    again = shapes.points(3, (0, 0, 1, 1), numpy.random.default_rng(7))
    assert again == shapes.points(3, (0, 0, 1, 1), numpy.random.default_rng(7))
    assert len(first) == 40


def test_it_is_not_mixed_with_a_real_network_unasked():
    parc()
    with pytest.raises(CommandError, match="--mix"):
        make()
    make(mix=True)
    assert Parc.objects.count() == 6
