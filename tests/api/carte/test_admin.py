import pytest
from django.contrib import admin

from tests.factories.parcs import autorite, member, user

pytestmark = pytest.mark.django_db


def test_every_registered_table_opens_for_the_administration_and_for_nobody_else(client):
    member("publisher", autorite())
    pages = [f"/administration/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    assert len(pages) > 3
    client.force_login(member("admin"))
    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(user(is_staff=True, is_superuser=True))
    for page in pages:
        assert client.get(page).status_code == 200
        assert client.get(f"{page}add/").status_code in (200, 403)


@pytest.mark.parametrize(("path", "name"), [("/en", "Geographic data"), ("/nl", "Geografische gegevens")])
def test_its_sections_are_named_in_the_language_of_the_person(client, path, name):
    client.force_login(user(is_staff=True, is_superuser=True))
    assert name in client.get(f"{path}/administration/").content.decode()


def test_an_authority_is_added_with_its_territory_and_the_history_names_who(client):
    from geodata.models import Revision
    from parcs.models import Autorite

    boss = user(is_staff=True, is_superuser=True)
    client.force_login(boss)
    given = {
        "slug": "ville-x", "code": "VILLEX", "name_fr": "Ville X", "kind": "commune", "status": "published",
        "geom_quality": "approximate", "licence": "etalab-2.0", "siren": "",
        "geom": "50.40, 2.80\n50.41, 2.80\n50.41, 2.81",
    }  # fmt: skip
    address = "/administration/parcs/autorite/add/"
    swapped = client.post(address, given | {"geom": "2.80, 50.40\n2.80, 50.41\n2.81, 50.41"})
    assert "semblent inversées" in swapped.content.decode()
    crossed = client.post(address, given | {"geom": "50.40, 2.80\n50.41, 2.81\n50.41, 2.80\n50.40, 2.81"})
    assert crossed.context["adminform"].form.errors["geom"]
    html = client.post(address, given | {"name_fr": "<b>x</b>"})
    assert "HTML" in str(html.context["adminform"].form.errors["name_fr"])
    assert not Autorite.objects.exists()
    assert client.post(address, given).status_code == 302
    made = Autorite.objects.get()
    assert made.geom.num_coords == 4
    assert Revision.objects.filter(uuid=made.uuid).latest("id").actor == boss
    page = f"/administration/parcs/autorite/{made.pk}/change/"
    assert client.post(page, given | {"parent": made.code}).status_code in (200, 302)
    made.refresh_from_db()
    assert made.parent_id is None
    assert client.post(f"/administration/parcs/autorite/{made.pk}/delete/", {"post": "yes"}).status_code == 403


def test_communes_are_read_on_a_map_and_never_typed(client):
    from tests.factories.parcs import commune

    town = commune()
    client.force_login(user(is_staff=True, is_superuser=True))
    page = client.get(f"/administration/parcs/commune/{town.pk}/change/").content.decode()
    assert "data-shape" in page
    assert "MULTIPOLYGON" not in page
    assert client.post(f"/administration/parcs/commune/{town.pk}/change/", {"name_fr": "Z"}).status_code == 403


def test_of_a_subscription_only_the_state_is_changed_and_its_secret_is_not_shown(client, settings):
    from geodata.models import Subscription
    from geodata.webhooks import subscribing

    settings.WEBHOOKS_LOOPBACK = True
    given = {"name": "Miroir", "url": "http://127.0.0.1:9/"}
    made, secret = subscribing.subscribe(given, by=user())
    subscribing.renew_secret(made)
    client.force_login(user(is_staff=True, is_superuser=True))
    page = f"/administration/geodata/subscription/{made.pk}/change/"
    shown = client.get(page).content.decode()
    assert "Miroir" in shown
    assert [hidden for hidden in (made.salt, made.former_salt, secret) if hidden in shown] == []
    assert client.post(page, {"state": "paused", "url": "http://127.0.0.1:10/", "salt": "x"}).status_code == 302
    kept = Subscription.objects.get()
    assert (kept.state, kept.url, kept.salt) == ("paused", given["url"], made.salt)
    assert client.post(page, {"state": "active"}).status_code == 302
    assert Subscription.objects.get().state == "active"
    assert client.get("/administration/geodata/subscription/add/").status_code == 403
