"""A trail of which a part is closed is told so, in the same words wherever it is told."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from carte.pages import closures
from tests.factories.alertes import fermeture
from tests.factories.parcs import box
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
PART, WHOLE = box(2.80, 50.40, 2.81, 50.41), box(2.70, 50.30, 2.90, 50.50)
QUALITIES = ["schematic", "surveyed"]


def told(client, trail, prefix=""):
    """What the card of the first page, the card of the list, the page and a file say of the trail."""
    pages = [client.get(f"{prefix}{path}").content.decode() for path in ("/", "/sentiers/", f"/sentiers/{trail.slug}/")]
    states = [re.search(r'class="card__state card__state--(\w+)">([^<]*)<', page).groups() for page in pages[:2]]
    assert states[0] == states[1]
    head = re.search(r'class="notice__head">.*?<strong>([^<]*)<', pages[2], re.DOTALL)[1]
    door = re.search(r'class="door door--(\w+)"', pages[2])[1]
    return states[0], head, door, "data-closed" in pages[0]


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_part_is_told_as_a_part_everywhere(client, quality):
    trail = sentier(geom_quality=quality, state="open")
    fermeture(title_fr="Battue", geom=PART)
    (shade, words), head, door, is_closed = told(client, trail)
    assert words.startswith("En partie fermé jusqu’au ")
    assert head.startswith("En partie fermé jusqu’au ")
    assert ("du km 0,7 au km 1,4" in words) is ("du km 0,7 au km 1,4" in head) is (quality == "surveyed")
    assert (shade, door, is_closed) == ("unsure", "open", False)
    assert trail.name_fr in client.get("/?ouvert=1").content.decode()
    (notice,) = closures.notices_of("sentiers", [trail], AnonymousUser())[trail.pk]
    assert closures.sentence(notice).startswith("En partie fermé jusqu’au ")


@pytest.mark.parametrize("quality", QUALITIES)
def test_the_whole_is_told_as_closed_everywhere(client, quality):
    trail = sentier(geom_quality=quality, state="open")
    fermeture(title_fr="Battue", geom=WHOLE)
    (shade, words), head, door, is_closed = told(client, trail)
    assert words.startswith("Fermé jusqu’au ")
    assert head.startswith("Fermé jusqu’au ")
    assert " km " not in words + head
    assert (shade, door, is_closed) == ("closed", "closed", True)
    assert trail.name_fr not in client.get("/?ouvert=1").content.decode()


def test_a_part_that_will_be_closed_is_announced_as_a_part(client):
    now = timezone.now()
    trail = sentier(geom_quality="schematic")
    fermeture(geom=PART, starts_at=now + timedelta(days=7), ends_at=now + timedelta(days=9))
    for prefix, said in (("", "En partie fermé du "), ("/en", "Partly closed "), ("/nl", "Gedeeltelijk gesloten ")):
        (_shade, words), head, _door, is_closed = told(client, trail, prefix)
        assert words.startswith(said)
        assert head.startswith(said)
        assert not is_closed


def test_the_closure_of_the_whole_comes_before_that_of_a_part(client):
    trail = sentier()
    fermeture(geom=PART)
    fermeture(geom=WHOLE)
    fermeture(geom=PART)
    (_shade, words), head, _door, is_closed = told(client, trail)
    assert words.startswith("Fermé jusqu’au ")
    assert head.startswith("Fermé jusqu’au ")
    assert is_closed


def test_a_trail_that_is_named_is_closed_whatever_the_shape_says():
    trail, closure = sentier(), fermeture(geom=PART)
    link = closure.trail_links.get()
    assert link.is_whole is False
    closure.trail_links.update(chosen=True, is_whole=True)
    type(closure).objects.filter(pk=closure.pk).update(geom=box(2.80, 50.40, 2.812, 50.41))
    link.refresh_from_db()
    assert (link.sentier_id, link.chosen, link.is_whole) == (trail.pk, True, True)
