"""Which addresses are of the Internet: what we are told to reach from outside leads nowhere else."""

from __future__ import annotations

import ipaddress

# Public by its number, yet the service of a cloud that answers its own machines (Azure).
CLOUD = frozenset({ipaddress.ip_address("168.63.129.16")})
# IPv6 that is given out to the public (RFC 4291 §2.4); inside it: Teredo and other protocols, 6to4, which carry IPv4.
GLOBAL6 = ipaddress.IPv6Network("2000::/3")
CARRIERS6 = (ipaddress.IPv6Network("2001::/23"), ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("3ffe::/16"))
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IpAddress) -> bool:
    """Whether an address is a public one; one of IPv4 inside IPv6 is judged as itself."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None:
        return is_public(inner)
    if not address.is_global or address.is_multicast or address.is_reserved or address in CLOUD:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in GLOBAL6 and not any(address in carrier for carrier in CARRIERS6)
    return True
