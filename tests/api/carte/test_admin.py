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
