import pytest

from carte.pages.recurrence import in_words


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("", ""),
        ("FREQ=DAILY", "chaque jour"),
        ("FREQ=WEEKLY;BYDAY=TH", "chaque jeudi"),
        ("freq=weekly;byday=sa,su", "chaque samedi et dimanche"),
        ("FREQ=WEEKLY", "chaque semaine"),
        ("FREQ=YEARLY;BYMONTH=5", "chaque année"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "à dates répétées"),
        ("FREQ=HOURLY", "à dates répétées"),
    ],
)
def test_what_a_visitor_needs_of_a_rule(rrule, words):
    assert in_words(rrule) == words
