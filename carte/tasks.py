"""What the worker does for the pages."""

from carte.partenaires import health
from comptes import mailing
from geodata import jobs


@jobs.periodic("carte.check_feeds", cron="17 * * * *")
def check_feeds() -> None:
    """Check the feeds that changed, and each of them once a day."""
    health.check_stale()


@jobs.task("comptes.mail_resets", retry=jobs.Backoff(first_s=30, most=8))
def mail_resets(*, email: str, language: str, root: str) -> None:
    """Write to each account of an address; the token is made here, so that the queue never holds one."""
    mailing.mail_resets(email, language=language, root=root)


def queue_resets(*, email: str, language: str, root: str) -> None:
    """Queue it, whether or not an account has this address: that is found out by the worker."""
    jobs.defer(mail_resets, once=f"reset {email.casefold()}", email=email, language=language, root=root)
