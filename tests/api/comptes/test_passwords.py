"""Changing a password, and a forgotten one."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from carte import tasks
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
OLD, NEW = "mot-de-passe", "terril-au-lever-du-jour"


@pytest.fixture(autouse=True)
def _nothing_sent_before():
    cache.clear()


def asks(client, email, prefix="", **more):
    return client.post(f"{prefix}/mot-de-passe/oublie/", {"email": email}, **more)


def queued():
    return [job.args for job in ProcrastinateJob.objects.filter(task_name="comptes.mail_resets").order_by("id")]


def work():
    for given in queued():
        tasks.mail_resets(**given)


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
    asks(client, "Lea@exemple.fr", prefix)
    assert mailoutbox == []
    work()
    (mail,) = mailoutbox
    space = "" if prefix else " "
    assert mail.subject == f"Chaîne des parcs{space}: {subject}"
    link = re.search(rf"http://testserver({prefix}/mot-de-passe/\S+)", mail.body)[1]
    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert done["Location"] == f"{prefix}/connexion/"
    assert signs_in(client, person, NEW)
    client.logout()
    assert client.get(link, follow=True).context["form"] is None


def test_neither_answer_nor_work_tells_whether_an_account_has_an_address(client, settings, mailoutbox):
    settings.EMAIL_URL = "smtp://localhost"
    user(email="lea@exemple.fr")
    told, done = [], []
    for address in ("lea@exemple.fr", "autre@exemple.fr"):
        with CaptureQueriesContext(connection) as asked:
            page = asks(client, address)
        done.append([re.sub(r"'[^']*'|[0-9]+", "?", each["sql"]) for each in asked])
        told.append([str(each) for each in client.get(page["Location"]).context["messages"]])
    assert done[0] == done[1]
    assert told[0] == told[1] != []
    assert [each["email"] for each in queued()] == ["lea@exemple.fr", "autre@exemple.fr"]
    work()
    assert [mail.to for mail in mailoutbox] == [["lea@exemple.fr"]]


def test_links_lead_to_the_configured_address_and_the_queue_holds_no_token(client, settings, mailoutbox):
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://localhost", "https://parcs.exemple.fr/"
    user(email="lea@exemple.fr")
    asks(client, "lea@exemple.fr", "/nl", headers={"host": "ailleurs.example"})
    assert queued() == [{"email": "lea@exemple.fr", "language": "nl", "root": "https://parcs.exemple.fr"}]
    work()
    assert "https://parcs.exemple.fr/nl/mot-de-passe/" in mailoutbox[0].body
    assert "ailleurs" not in mailoutbox[0].body


def test_nobody_fills_a_mailbox_nor_the_queue(client, settings, mailoutbox):
    settings.EMAIL_URL = "smtp://localhost"
    user(email="lea@exemple.fr")
    for address in ("lea@exemple.fr", "Lea@exemple.fr", "lea@exemple.fr"):
        asks(client, address)
    assert len(queued()) == 1
    work()
    work()
    assert len(mailoutbox) == 1


def test_what_the_mail_server_refused_is_tried_again(client, settings, mailoutbox):
    settings.EMAIL_URL, sending = "smtp://localhost", settings.EMAIL_BACKEND
    user(email="lea@exemple.fr")
    asks(client, "lea@exemple.fr")
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "localhost",
        1,
    )
    with pytest.raises(OSError, match="refused"):
        work()
    settings.EMAIL_BACKEND = sending
    work()
    assert len(mailoutbox) == 1


def test_a_worker_without_a_mail_server_prints_no_link(client, settings, mailoutbox):
    user(email="lea@exemple.fr")
    tasks.mail_resets(email="lea@exemple.fr", language="fr", root="https://parcs.exemple.fr")
    assert mailoutbox == []


def test_without_a_mail_server_the_page_says_whom_to_ask(client, settings, mailoutbox):
    user(email="lea@exemple.fr")
    assert 'href="/mot-de-passe/oublie/"' in client.get("/connexion/").content.decode()
    page = client.post("/mot-de-passe/oublie/", {"email": "lea@exemple.fr"})
    assert settings.SITE_CONTACT in page.content.decode()
    assert mailoutbox == []
