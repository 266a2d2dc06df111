"""Who calls, as far as a quota needs to know: a keyed hash of the network, never an address that is kept."""

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Made anew with each process: a hash means nothing to another process, or after a restart.
SECRET = secrets.token_bytes(16)
SIZE = 8
MOST_HOPS = 10


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks in a setting. Raises ImproperlyConfigured."""
    try:
        return tuple(ipaddress.ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}.") from None


def caller_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> Address | None:
    """Where a request comes from: the peer, or the last address of `X-Forwarded-For` that no trusted proxy has.

    What a peer that is not trusted says of others does not count. None for a peer without an address (a socket file).
    """
    address = _address(peer)
    for hop in reversed(forwarded.split(",")[-MOST_HOPS:]) if forwarded else ():
        if address is not None and not _is_in(address, proxies):
            return address
        said = _address(hop)
        if said is None:
            return address
        address = said
    return address


def network_of(address: Address | None) -> bytes:
    """The keyed hash of an IPv4 address or of the /64 that an IPv6 address is in."""
    if isinstance(address, ipaddress.IPv6Address):
        return hashed(address.packed[:8])
    return hashed(str(address).encode())


def hashed(text: bytes) -> bytes:
    """The keyed hash of a caller: eight bytes, each time the same in this process."""
    return hashlib.blake2b(text, key=SECRET, digest_size=SIZE).digest()


def caller(peer: str, forwarded: str, proxies: Sequence[Network]) -> tuple[bytes, bool]:
    """The hash of the network that a request comes from, and whether that is this machine.

    The common case, an IPv4 peer without a proxy, reads no address: parsing one costs four times as much as the rest.
    """
    if not forwarded and peer and ":" not in peer:
        return hashed(peer.encode()), peer.startswith("127.")
    address = caller_address(peer, forwarded, proxies)
    return network_of(address), address is not None and address.is_loopback


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
