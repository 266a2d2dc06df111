"""Changing a password, and a forgotten one."""

import re

import pytest
from django.core.cache import cache

from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
OLD, NEW = "mot-de-passe", "terril-au-lever-du-jour"


@pytest.fixture(autouse=True)
def _nothing_sent_before():
    cache.clear()


def signs_in(client, person, password):
    client.logout()
    client.post("/connexion/", {"username": person.username, "password": password})
    return "_auth_user_id" in client.session


def test_only_who_is_signed_in_changes_a_password(client):
    assert client.get("/mot-de-passe/")["Location"] == "/connexion/?next=/mot-de-passe/"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"old_password": "non"}, "old_password"),
        ({"new_password2": "autre-chose-encore"}, "new_password2"),
        ({"new_password1": "court", "new_password2": "court"}, "new_password2"),
    ],
)
def test_what_is_wrong_is_said_and_the_old_one_stays(client, sent, field):
    person = user()
    client.force_login(person)
    page = client.post("/mot-de-passe/", {"old_password": OLD, "new_password1": NEW, "new_password2": NEW} | sent)
    assert page.context["form"].errors[field]
    assert signs_in(client, person, OLD)


def test_a_new_password_holds_and_ends_other_sessions(client):
    from django.test import Client

    person, elsewhere = user(), Client()
    for each in (client, elsewhere):
        each.force_login(person)
    done = client.post("/mot-de-passe/", {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Votre mot de passe est changé." in done.content.decode()
    assert client.get("/gestion/").status_code == 200
    assert elsewhere.get("/gestion/").status_code == 302
    assert not signs_in(client, person, OLD)
    assert signs_in(client, person, NEW)


@pytest.mark.parametrize(
    ("prefix", "heading"),
    [("", "Nouveau mot de passe"), ("/en", "New password"), ("/nl", "Nieuw wachtwoord")],
)
def test_the_page_is_in_three_languages_and_linked_from_the_account(client, prefix, heading):
    client.force_login(user())
    assert f"<h1>{heading}</h1>" in client.get(f"{prefix}/mot-de-passe/").content.decode()
    for page in ("gestion/", "partenaires/cles/"):
        assert f'href="{prefix}/mot-de-passe/"' in client.get(f"{prefix}/{page}").content.decode()


@pytest.mark.parametrize(
    ("prefix", "subject"),
    [("", "nouveau mot de passe"), ("/en", "new password"), ("/nl", "nieuw wachtwoord")],
)
def test_a_forgotten_one_is_renewed_by_mail_once(client, settings, mailoutbox, prefix, subject):
    settings.EMAIL_URL = "smtp://localhost"
    person = user(email="lea@exemple.fr")
    known = client.post(f"{prefix}/mot-de-passe/oublie/", {"email": "Lea@exemple.fr"}, follow=True)
    unknown = client.post(f"{prefix}/mot-de-passe/oublie/", {"email": "autre@exemple.fr"}, follow=True)
    assert [str(each) for each in known.context["messages"]] == [str(each) for each in unknown.context["messages"]]
    (mail,) = mailoutbox
    assert mail.subject == f"Chaîne des parcs : {subject}"
    link = re.search(rf"http://testserver({prefix}/mot-de-passe/\S+)", mail.body)[1]
    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert done["Location"] == f"{prefix}/connexion/"
    assert signs_in(client, person, NEW)
    client.logout()
    assert client.get(link, follow=True).context["form"] is None


def test_nobody_fills_a_mailbox(client, settings, mailoutbox):
    settings.EMAIL_URL = "smtp://localhost"
    user(email="lea@exemple.fr")
    for _again in range(3):
        client.post("/mot-de-passe/oublie/", {"email": "lea@exemple.fr"})
    assert len(mailoutbox) == 1


def test_without_a_mail_server_the_page_says_whom_to_ask(client, settings, mailoutbox):
    user(email="lea@exemple.fr")
    assert 'href="/mot-de-passe/oublie/"' in client.get("/connexion/").content.decode()
    page = client.post("/mot-de-passe/oublie/", {"email": "lea@exemple.fr"})
    assert settings.SITE_CONTACT in page.content.decode()
    assert mailoutbox == []
