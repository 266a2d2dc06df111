"""Field names of ten characters, as a Shapefile's table (dBASE) wants them, by a rule that does not depend on the data."""

import re
from collections.abc import Sequence

MOST = 10
# What tells two names apart stands at their end: a language, a unit, `_at`, `_on`.
ENDING = re.compile(r"_[a-z0-9]{1,4}$")


def shortened(names: Sequence[str]) -> dict[str, str]:
    """The short name of each name, all different.

    A name that fits stays. Of another one the end after the last `_` stays when it has at most four characters, and the
    beginning is cut: `description_fr` becomes `descrip_fr`. Where that is taken, the beginning ends with 1, 2, …
    """
    found: dict[str, str] = {name: name for name in names if len(name) <= MOST}
    taken = set(found)
    for name in names:
        if name not in found:
            found[name] = _free(name, taken)
            taken.add(found[name])
    return {name: found[name] for name in names}


def _free(name: str, taken: set[str]) -> str:
    match = ENDING.search(name)
    ending = match[0] if match else ""
    number = 0
    while True:
        mark = str(number or "")
        short = name[: MOST - len(ending) - len(mark)].rstrip("_") + mark + ending
        if short not in taken:
            return short
        number += 1
