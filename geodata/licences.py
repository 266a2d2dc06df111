"""Licences of data and photos: their names and the addresses of their texts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence as it is shown: `url` is empty for a text that only the record holds."""

    name: str
    url: str = ""


# What the network itself is published under, and any record that says nothing else.
OURS = "etalab-2.0"
KNOWN = {
    "etalab-2.0": Licence("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"),
    "odbl-1.0": Licence("ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "cc-by-4.0": Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
    "cc-by-sa-4.0": Licence("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr"),
    "cc0-1.0": Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr"),
}


def licence_of(code: str) -> Licence:
    """The licence of this code (SPDX, any case); an unknown code is shown as it is."""
    return KNOWN.get(code.lower()) or Licence(code)
