"""A publisher signed in by cookie, and one record of each kind to look after."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from geodata.models import Proposition, Subscription
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc, user
from tests.factories.sentiers import sentier


def sign_in(context, live_server, person):
    """Give a browser the session of a person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}])


@pytest.fixture
def mine(transactional_db):
    """An authority with its people and records."""
    call = autorite(code="CALL", name_fr="Lens-Liévin", geom=box(2.7, 50.3, 2.9, 50.5))
    area = parc(authority=call, name_fr="Parc du Test", geom=box(2.79, 50.39, 2.83, 50.43))
    hut = cabane(authority=call, name_fr="La Vigie", park=area, edition="2020")
    trail = sentier(authority=call, name_fr="La Boucle", geom_quality="schematic", instructions_fr="")
    gone = cabane(authority=call, name_fr="Disparue", deleted_at=timezone.now() - timedelta(days=2))
    shut = fermeture(authority=call, title_fr="Chasse", rrule="FREQ=WEEKLY;BYDAY=TH")
    publisher = member("publisher", call, username="marie")
    editor = member("editor", call, username="elie")
    waiting = Proposition.objects.create(
        collection="cabanes",
        object_uuid=hut.uuid,
        base_revision=hut.revision,
        author=editor,
        reason="Vu sur place",
        patch={"edition": "2021", "geom": {"type": "Point", "coordinates": [2.8052, 50.4052]}},
    )
    webhook = Subscription.objects.create(
        owner=publisher, name="Miroir", url=f"https://exemple.fr/{'crochet' * 12}", since_revision=0, state="stopped"
    )
    webhook.deliveries.create(
        kind="changes", entries=100, attempts=20, state="dead", status=503, duration_ms=15000, excerpt="<html>" * 40
    )
    return SimpleNamespace(
        call=call,
        webhook=webhook,
        area=area,
        hut=hut,
        trail=trail,
        gone=gone,
        shut=shut,
        publisher=publisher,
        editor=editor,
        waiting=waiting,
        boss=user(username="chef", is_staff=True, is_superuser=True),
    )


@pytest.fixture
def addresses(mine):
    """Every kind of page of the managers' space."""
    hut, trail, area = f"cabanes/{mine.hut.uuid}", f"sentiers/{mine.trail.uuid}", f"parcs/{mine.area.uuid}"
    return [
        "/connexion/", "/gestion/", "/gestion/cabanes/", "/gestion/cabanes/nouvelle/", "/gestion/sentiers/nouvelle/",
        "/gestion/fermetures/nouvelle/", "/gestion/evenements/nouvelle/", f"/gestion/{hut}/", f"/gestion/{hut}/historique/",
        f"/gestion/{hut}/photos/", f"/gestion/{hut}/trace/", f"/gestion/{trail}/", f"/gestion/{trail}/trace/",
        f"/gestion/{area}/", f"/gestion/fermetures/{mine.shut.uuid}/", "/gestion/propositions/",
        f"/gestion/propositions/{mine.waiting.uuid}/", "/gestion/corbeille/", "/en/gestion/parcs/nouvelle/",
        f"/nl/gestion/{hut}/", "/mot-de-passe/", "/mot-de-passe/oublie/", "/adresse-electronique/", "/gestion/webhooks/", f"/gestion/webhooks/{mine.webhook.pk}/",
        f"/nl/gestion/webhooks/{mine.webhook.pk}/", f"/gestion/webhooks/{mine.webhook.pk}/modifier/",
    ]  # fmt: skip
