"""The setting TRUSTED_PROXIES, as far as production refuses it."""

import ipaddress
from collections.abc import Sequence


def trusts_everyone(networks: Sequence[str]) -> bool:
    """Whether one of the networks is the whole of IPv4 or IPv6; anybody could then say who they are."""
    return any(_is_whole(each.strip()) for each in networks)


def _is_whole(text: str) -> bool:
    try:
        return ipaddress.ip_network(text).prefixlen == 0
    except ValueError:
        # Refused where it is read, with its own sentence.
        return False
