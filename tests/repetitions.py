"""Random repetition rules (RFC 5545 §3.3.10) for tests that compare two ways to read them."""

from datetime import timedelta

from hypothesis import strategies as st

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def some(most, signed=True):
    numbers = st.integers(1, most)
    if signed:
        numbers |= st.integers(-most, -1)
    return st.lists(numbers, min_size=1, max_size=4, unique=True).map(lambda found: ",".join(map(str, found)))


def days_of(numbers):
    day = st.tuples(numbers.map(str), st.sampled_from(WEEKDAYS)).map("".join)
    return st.lists(day, min_size=1, max_size=3, unique=True).map(",".join)


PLAIN = days_of(st.just(""))
OF_MONTHS = PLAIN | days_of(st.integers(1, 5) | st.integers(-5, -1))
OF_YEARS = PLAIN | days_of(st.integers(1, 53) | st.integers(-53, -1))
TAKEN = {
    "DAILY": {"BYMONTH": some(12, signed=False), "BYMONTHDAY": some(31), "BYDAY": PLAIN},
    "WEEKLY": {"BYMONTH": some(12, signed=False), "BYDAY": PLAIN},
    "MONTHLY": {"BYMONTH": some(12, signed=False), "BYMONTHDAY": some(31), "BYDAY": OF_MONTHS, "BYSETPOS": some(8)},
    "YEARLY": {
        "BYMONTH": some(12, signed=False), "BYMONTHDAY": some(31), "BYYEARDAY": some(366), "BYDAY": OF_YEARS, "BYSETPOS": some(50),
    },
}  # fmt: skip


@st.composite
def rules(draw, around, endless=False):
    """A rule that ends some time after a day, or has no end."""
    every = draw(st.sampled_from(sorted(TAKEN)))
    parts = {"FREQ": every, "INTERVAL": str(draw(st.integers(1, 5))), "WKST": draw(st.sampled_from(WEEKDAYS))}
    for name, values in TAKEN[every].items():
        if draw(st.booleans()):
            parts[name] = draw(values)
    ends = draw(st.sampled_from(("COUNT", "UNTIL", "")[: 3 if endless else 2]))
    if ends == "COUNT":
        parts["COUNT"] = str(draw(st.integers(1, 40)))
    elif ends:
        until = draw(st.dates(around.date(), around.date() + timedelta(days=3000)))
        parts["UNTIL"] = f"{until:%Y%m%d}" + draw(st.sampled_from(("", "T140000", "T130000Z", "T235900Z")))
    return ";".join(f"{name}={value}" for name, value in parts.items())
