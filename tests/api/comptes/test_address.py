"""A new e-mail address, proven by its mailbox."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from carte import tasks
from comptes import address
from comptes.models import User
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
PASSWORD, OLD, NEW = "mot-de-passe", "lea@exemple.fr", "lea@parcs.exemple.fr"


@pytest.fixture(autouse=True)
def _nothing_sent_before(settings):
    cache.clear()
    settings.EMAIL_URL = "smtp://localhost"


@pytest.fixture
def lea(client):
    person = user(email=OLD)
    client.force_login(person)
    return person


def asks(client, email=NEW, prefix="", password=PASSWORD):
    return client.post(f"{prefix}/adresse-electronique/", {"email": email, "password": password})


def work():
    done = []
    for job in ProcrastinateJob.objects.filter(task_name__startswith="comptes.").order_by("id"):
        getattr(tasks, job.task_name.removeprefix("comptes."))(**job.args)
        done.append(job.task_name)
    ProcrastinateJob.objects.all().update(queueing_lock=None)
    return done


def link_to(mailoutbox, email=NEW):
    (mail,) = [each for each in mailoutbox if each.to == [email]]
    return re.search(r"http://testserver(/\S*adresse-electronique/\S+)", mail.body)[1]


def address_of(person):
    return User.objects.get(pk=person.pk).email


def test_only_who_is_signed_in_asks_and_confirms(client):
    assert client.get("/adresse-electronique/")["Location"] == "/connexion/?next=/adresse-electronique/"
    assert client.post("/adresse-electronique/jeton/")["Location"] == "/connexion/?next=/adresse-electronique/jeton/"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "lea"}, "email"),
        ({"email": OLD}, "email"),
        ({"email": ""}, "email"),
        ({"password": "non"}, "password"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_queued(client, lea, sent, field):
    assert asks(client, **sent).context["form"].errors[field]
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize(
    ("prefix", "heading", "subject", "note"),
    [
        ("", "Nouvelle adresse électronique", "confirmez votre adresse", "changement d’adresse demandé"),
        ("/en", "New e-mail address", "confirm your address", "change of address asked for"),
        ("/nl", "Nieuw e-mailadres", "bevestig uw adres", "adreswijziging gevraagd"),
    ],
)
def test_the_link_comes_to_the_new_address_and_a_note_to_the_old_one(
    client, lea, mailoutbox, prefix, heading, subject, note
):
    assert asks(client, prefix=prefix)["Location"] == f"{prefix}/gestion/"
    assert mailoutbox == []
    work()
    assert {mail.to[0]: mail.subject.split(": ")[1] for mail in mailoutbox} == {NEW: subject, OLD: note}
    link = link_to(mailoutbox)
    assert link.startswith(f"{prefix}/adresse-electronique/")
    page = client.get(link).content.decode()
    assert f"<h1>{heading}</h1>" in page
    assert NEW in page
    assert address_of(lea) == OLD
    assert client.post(link)["Location"] == f"{prefix}/gestion/"
    assert address_of(lea) == NEW


def test_the_old_address_is_told_sessions_go_on_and_the_administration_keeps_it(client, lea, mailoutbox):
    elsewhere = Client()
    elsewhere.force_login(lea)
    asks(client)
    work()
    link = link_to(mailoutbox)
    mailoutbox.clear()
    client.post(link)
    assert work()[-1] == "comptes.mail_address_changed"
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([OLD], "Chaîne des parcs : adresse changée")]
    for each in (client, elsewhere):
        assert each.get("/gestion/").status_code == 200
    (entry,) = LogEntry.objects.all()
    assert (entry.user_id, entry.object_id, entry.get_change_message()) == (
        lea.pk,
        str(lea.pk),
        "Modification de adresse électronique.",
    )


def test_a_link_serves_once_also_after_the_old_address_came_back(client, lea, mailoutbox):
    asks(client)
    work()
    link = link_to(mailoutbox)
    client.post(link)
    assert client.post(link).status_code == 409
    mailoutbox.clear()
    cache.clear()
    ProcrastinateJob.objects.all().delete()
    asks(client, OLD)
    work()
    client.post(link_to(mailoutbox, OLD))
    assert address_of(lea) == OLD
    assert client.post(link).status_code == 409
    assert address_of(lea) == OLD


@pytest.mark.parametrize("of", ["another account", "a new password", "last week", "a forger"])
def test_a_link_is_refused(client, lea, mailoutbox, settings, of):
    link = f"/adresse-electronique/{address.token(lea, NEW)}/"
    if of == "another account":
        client.force_login(user(email="autre@exemple.fr"))
    elif of == "a new password":
        lea.set_password("terril-au-lever-du-jour")
        lea.save()
        client.force_login(lea)
    elif of == "last week":
        settings.PASSWORD_RESET_TIMEOUT = -1
    else:
        link = link[:-4] + "AAA/"
    assert "Ce lien ne vaut pas" in client.get(link).content.decode()
    assert client.post(link).status_code == 409
    assert address_of(lea) == OLD


def test_neither_page_nor_work_tells_whether_an_account_has_an_address(client, lea, mailoutbox):
    user(email="prise@exemple.fr")
    told, done = [], []
    for wanted in ("prise@exemple.fr", "libre@exemple.fr"):
        with CaptureQueriesContext(connection) as asked:
            page = asks(client, wanted)
        done.append([re.sub(r"'[^']*'|[0-9]+", "?", each["sql"]) for each in asked])
        told.append([str(each).replace(wanted, "…") for each in client.get(page["Location"]).context["messages"]])
    assert done[0] == done[1]
    assert told[0] == told[1] != []
    work()
    assert {mail.to[0] for mail in mailoutbox} == {"prise@exemple.fr", "libre@exemple.fr", OLD}


def test_an_address_that_another_account_has_is_refused_as_a_link_that_served(client, lea, mailoutbox):
    user(email="Prise@exemple.fr")
    taken, old = (f"/adresse-electronique/{address.token(lea, each)}/" for each in ("prise@exemple.fr", NEW))
    refused = client.post(taken)
    client.get(client.post(old)["Location"])
    served = client.post(old)
    pages = [
        re.sub(r'value="[^"]*"|/adresse-electronique/[^"]+/"', "", each.content.decode()) for each in (refused, served)
    ]
    assert refused.status_code == served.status_code == 409
    assert pages[0] == pages[1]


def test_who_asks_often_is_written_to_once_and_never_for_a_password_of_before(client, lea, mailoutbox):
    asks(client)
    asks(client)
    work()
    work()
    assert len(mailoutbox) == 2
    asks(client, "encore@exemple.fr")
    lea.set_password("terril-au-lever-du-jour")
    lea.save()
    work()
    assert len(mailoutbox) == 2


def test_a_new_password_has_a_new_link_sent_at_once(client, lea, mailoutbox):
    asks(client)
    work()
    lea.set_password("un-autre-mot-de-passe")
    lea.save()
    client.force_login(lea)
    asks(client, password="un-autre-mot-de-passe")
    work()
    links = [re.search(r"\S*adresse-electronique/(\S+)/", each.body)[1] for each in mailoutbox if each.to == [NEW]]
    assert len(links) == len(set(links)) == 2
    with pytest.raises(address.LinkRefused):
        address.take(links[0], lea)
    assert address.take(links[1], lea) == OLD


def test_each_mail_is_a_job_of_its_own_so_that_a_refusal_sends_nothing_to_the_other_mailbox_again(
    client, lea, mailoutbox
):
    asks(client)
    written = []
    for job in ProcrastinateJob.objects.order_by("id"):
        mailoutbox.clear()
        for _attempt in range(2):
            # Each attempt may be another worker's, which remembers nothing.
            cache.clear()
            getattr(tasks, job.task_name.removeprefix("comptes."))(**job.args)
        written.append([mail.to for mail in mailoutbox])
    assert written == [[[NEW]] * 2, [[OLD]] * 2]


def test_an_account_has_five_addresses_mailed_and_gets_them_back_in_a_day(client, lea, monkeypatch):
    names = iter(f"{number}@exemple.fr" for number in range(20))
    now = timezone.now()
    for hours, granted in ((0, 5), (5, 1), (29, 5)):
        monkeypatch.setattr(address.timezone, "now", lambda hours=hours: now + timedelta(hours=hours))
        ProcrastinateJob.objects.all().delete()
        for _ in range(granted):
            assert asks(client, next(names)).status_code == 302
        refused = asks(client, next(names))
        assert refused.context["form"].non_field_errors()
        assert "Cinq demandes par jour" in refused.content.decode()
        assert ProcrastinateJob.objects.filter(task_name="comptes.mail_address_link").count() == granted
    other = user(email="marc@exemple.fr")
    client.force_login(other)
    assert asks(client, next(names)).status_code == 302


def test_no_cache_keeps_these_pages(client, lea):
    for page in ("/adresse-electronique/", "/adresse-electronique/jeton/"):
        assert "no-store" in client.get(page)["Cache-Control"]


def test_two_accounts_may_ask_for_one_mailbox(client, lea, mailoutbox):
    asks(client)
    other = user(email="marc@exemple.fr")
    client.force_login(other)
    asks(client)
    work()
    assert [each.to for each in mailoutbox].count([NEW]) == 2


def test_without_a_mail_server_the_page_says_whom_to_ask(client, lea, settings):
    settings.EMAIL_URL = ""
    assert settings.SITE_CONTACT in asks(client).content.decode()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize("prefix", ["", "/en", "/nl"])
def test_the_page_is_linked_from_the_account(client, lea, prefix):
    for page in ("gestion/", "partenaires/cles/"):
        assert f'href="{prefix}/adresse-electronique/"' in client.get(f"{prefix}/{page}").content.decode()


def test_robots_stay_away(client):
    told = client.get("/robots.txt").content.decode().splitlines()
    assert {f"Disallow: {prefix}/adresse-electronique/" for prefix in ("", "/en", "/nl")} <= set(told)
