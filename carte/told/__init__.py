"""What features say outside the pages: the words that GPX, KML, calendars, feeds and JSON-LD repeat."""

from carte.told.teller import OurTeller

TELLER = OurTeller()

__all__ = ["TELLER"]
