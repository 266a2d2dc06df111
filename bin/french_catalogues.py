"""Make the French catalogues from the texts themselves, which are French, set as French is printed.

    french_catalogues.py LOCALE...

Each LOCALE is a folder with `en/LC_MESSAGES/django.po`, whose messages are the French sentences; its
`fr/LC_MESSAGES/django.mo` holds those that are printed otherwise than they are typed, and those with a number,
of which French counts zero as one.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

NO_BREAK, NARROW = "\u00a0", "\u202f"
SPACES = (
    (re.compile(r"(?:(?<=\S)|^) (?=[;?!](?:\W|$))"), NARROW),
    (re.compile(r"(?<=\S) (?=:(?:\s|<|$))|(?<=«) | (?=»)"), NO_BREAK),
    (re.compile(r"(?:(?<=\d)|(?<=\)[sd])|(?<=\})) (?=(?:km²?|m|ha|ko|Mo|Go)\b|%%?(?:[^%(]|$))"), NO_BREAK),
)


def typeset(text: str) -> str:
    """The text with spaces that do not break: narrow before `; ? !`, whole before `:`, in quotation marks and before units."""
    for place, space in SPACES:
        text = place.sub(space, text)
    return text


def main(folder: Path) -> None:
    """Write the catalogue of this folder."""
    with (folder / "en/LC_MESSAGES/django.po").open("rb") as file:
        messages = list(read_po(file))
    french = Catalog("fr")
    for message in messages:
        forms = tuple(map(str, message.id if isinstance(message.id, tuple) else (message.id,)))
        printed = tuple(map(typeset, forms))
        if message.id and (len(forms) > 1 or printed != forms):
            french.add(message.id, printed if len(forms) > 1 else printed[0], context=message.context)
    target = folder / "fr/LC_MESSAGES/django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, french)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(Path(each))
