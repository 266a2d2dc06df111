"""Photos on pages: described, credited, never the original; a page without any has no empty gallery."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from knox.models import AuthToken

from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member
from tests.factories.photos import picture

pytestmark = pytest.mark.django_db
ALT = 'La cabane "rouge" & l’étang'


@pytest.fixture
def photographed(client):
    body = autorite()
    shown = cabane(authority=body, slug="cabane")
    token = AuthToken.objects.create(user=member("publisher", body))[1]
    file = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    told = {"file": file, "alt_fr": ALT, "author": "Ana Dupont", "rights_holder": "Atelier", "licence": "cc-by-4.0"}
    address = f"/api/collections/cabanes/items/{shown.uuid}/photos"
    assert client.post(address, told, headers={"Authorization": f"Bearer {token}"}).status_code == 201
    return shown


def test_a_photo_has_its_text_its_credit_and_its_licence(client, photographed):
    text = " ".join(client.get("/cabanes/cabane/").content.decode().split())
    assert 'alt="La cabane &quot;rouge&quot; &amp; l’étang"' in text
    assert "Photo : Ana Dupont" in text
    assert "œuvre : Atelier" in text
    assert "CC BY 4.0" in text
    assert 'type="image/avif"' in text
    assert 'loading="lazy"' in text
    assert '<meta property="og:image" content="http://testserver/' in text
    assert "originals" not in text


def test_a_page_without_photo_has_no_gallery(client):
    cabane(slug="nue")
    text = client.get("/cabanes/nue/").content.decode()
    assert "og:image" not in text
    assert 'id="photos"' not in text
