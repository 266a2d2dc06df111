"""The pages that the law asks for, with what this instance knows of its operator."""

from dataclasses import replace

import pytest
from django.conf import settings as real

pytestmark = pytest.mark.django_db


def test_without_an_audit_the_site_is_not_compliant(client, settings):
    settings.OPERATOR = replace(real.OPERATOR, rgaa_state="totale", rgaa_auditor="", rgaa_rate="")
    text = client.get("/accessibilite/").content.decode()
    assert "est non conforme avec le référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1." in text
    assert "article 47 de la loi n° 2005-102 du 11 février 2005" in text
    assert "Défenseur des droits" in text
    assert "Accessibilité\xa0: non conforme" in client.get("/agenda/").content.decode()


def test_an_audit_is_told_with_its_rate_on_every_page(client, settings):
    settings.OPERATOR = replace(
        real.OPERATOR, rgaa_state="partielle", rgaa_auditor="Audit SA", rgaa_rate="87", rgaa_date="3 mars 2027"
    )
    text = client.get("/accessibilite/").content.decode()
    assert "est en conformité partielle avec" in text
    assert "réalisé par Audit SA révèle que 87\xa0% des critères du RGAA version 4.1 sont respectés" in text
    assert "Accessibilité\xa0: partiellement conforme" in client.get("/agenda/").content.decode()


def test_what_the_operator_did_not_say_is_to_be_filled_in(client, settings):
    settings.OPERATOR = replace(real.OPERATOR, director="", host="")
    assert client.get("/mentions-legales/").content.decode().count("à compléter par l’exploitant du site") == 2
    settings.OPERATOR = replace(real.OPERATOR, director="A. Dupont", host="Hébergeur, Lille")
    text = client.get("/mentions-legales/").content.decode()
    assert "A. Dupont" in text
    assert "Hébergeur, Lille" in text
