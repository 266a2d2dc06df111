from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar

from geodata.formats.ical import Happening, pieces

PARIS = ZoneInfo("Europe/Paris")


def happening(**values):
    given = {
        "uid": "1@chaine-des-parcs",
        "title": "Fête ; des, parcs",
        "starts": datetime(2026, 5, 4, 14, tzinfo=PARIS),
        "ends": datetime(2026, 5, 4, 16, 30, tzinfo=PARIS),
        "updated_at": datetime(2026, 5, 1, tzinfo=UTC),
        "sequence": 12,
        "url": "https://parcs.example/evenements/fete/",
        "at": (50.4, 2.8),
    }
    return Happening(**given | values)


def write(happenings, name):
    return b"".join(pieces(happenings, name, date(2026, 5, 4) if happenings else None))


def entries(*happenings):
    return icalendar.Calendar.from_ical(write(happenings, "Agenda")).walk("VEVENT")


def test_an_hour_is_kept_in_its_zone():
    [event] = entries(happening())
    assert event.start == datetime(2026, 5, 4, 14, tzinfo=PARIS)
    assert event.end == datetime(2026, 5, 4, 16, 30, tzinfo=PARIS)
    assert (event["UID"], event["SUMMARY"], event["SEQUENCE"]) == ("1@chaine-des-parcs", "Fête ; des, parcs", 12)


def test_a_day_is_a_date_and_ends_the_day_after():
    written = write([happening(starts=date(2026, 5, 4), ends=date(2026, 5, 5))], "Agenda")
    assert b"DTSTART;VALUE=DATE:20260504" in written
    assert b"DTEND;VALUE=DATE:20260506" in written


def test_lines_are_folded_and_end_with_crlf():
    written = write([happening(description="é" * 200)], "Agenda")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")


def test_an_agenda_with_nothing_is_a_calendar_that_has_its_zone():
    (zone,) = icalendar.Calendar.from_ical(write([], "Agenda")).subcomponents
    assert (zone.name, zone["TZID"]) == ("VTIMEZONE", "Europe/Paris")


def test_a_cancelled_event_says_so():
    [event] = entries(happening(status="CANCELLED"))
    assert event["STATUS"] == "CANCELLED"
