"""What the worker does for the pages."""

from carte.partenaires import health
from geodata.jobs.declaring import periodic


@periodic("carte.check_feeds", cron="17 * * * *")
def check_feeds() -> None:
    """Check the feeds that changed, and each of them once a day."""
    health.check_stale()
