"""What the worker does for the pages."""

from carte.partenaires import health
from comptes import mailing
from geodata import jobs


@jobs.periodic("carte.check_feeds", cron="*/2 * * * *")
def check_feeds() -> None:
    """Check the feeds that were never checked or changed, and each of them once a day; a worker that starts does so at once."""
    health.check_due()


MAIL = jobs.Backoff(first_s=30, most=8)


@jobs.task("comptes.mail_resets", retry=MAIL, is_personal=True)
def mail_resets(*, email: str, language: str, root: str) -> None:
    """Write to each account of an address; the token is made here, so that the queue never holds one."""
    mailing.mail_resets(email, language=language, root=root)


def queue_resets(*, email: str, language: str, root: str) -> None:
    """Queue it, whether or not an account has this address: that is found out by the worker."""
    jobs.defer(mail_resets, once=f"reset {email.casefold()}", email=email, language=language, root=root)


@jobs.task("comptes.mail_address_link", retry=MAIL, is_personal=True)
def mail_address_link(*, pk: int, email: str, state: str, language: str, root: str) -> None:
    """Write to the address that an account is to have."""
    mailing.mail_address_link(pk, email=email, state=state, language=language, root=root)


@jobs.task("comptes.mail_address_asked", retry=MAIL, is_personal=True)
def mail_address_asked(*, pk: int, email: str, state: str, language: str, root: str) -> None:
    """Write to the address that an account has."""
    mailing.mail_address_asked(pk, email=email, state=state, language=language, root=root)


@jobs.task("comptes.mail_address_changed", retry=MAIL, is_personal=True)
def mail_address_changed(*, pk: int, email: str, language: str) -> None:
    """Write to the address that an account had."""
    mailing.mail_address_changed(pk, email=email, language=language)


def queue_address_asked(*, pk: int, email: str, state: str, language: str, root: str) -> None:
    """Queue both mails, each once while it waits: what one mailbox refuses has nothing sent to the other again."""
    for what, work in (("link", mail_address_link), ("note", mail_address_asked)):
        once = f"address {what} {state} {email.casefold()}"
        jobs.defer(work, once=once, pk=pk, email=email, state=state, language=language, root=root)


def queue_address_changed(*, pk: int, email: str, language: str) -> None:
    """Queue it."""
    jobs.defer(mail_address_changed, pk=pk, email=email, language=language)
