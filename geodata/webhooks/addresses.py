"""Which addresses may be sent to: public ones, over TLS. The rest of our network is not reached through a partner.

An address is vetted when it is subscribed, and again each time it is sent to, after its name was resolved: what is
connected to is the number that was vetted, never the name a second time.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from geodata.hosts import is_public
from geodata.problems import Text

PORTS = (443, 8443)
MAX_LENGTH = 1000
RULE = _("Une adresse https:// de votre serveur, sur le port 443 ou 8443.")


class Refused(Exception):
    """This address is not sent to; `told` says why, to whoever subscribed it."""

    def __init__(self, told: Text) -> None:
        super().__init__(str(told))
        self.told = told


@dataclass(frozen=True)
class Target:
    """An address taken apart: ASCII name or number, port, path with its query, over TLS or (in tests) not."""

    host: str
    port: int
    path: str
    tls: bool

    @property
    def authority(self) -> str:
        """The value of the header `Host`."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.tls else 80) else f"{name}:{self.port}"


def parse(url: str) -> Target:
    """Read an address. Raises Refused."""
    if len(url) > MAX_LENGTH or not url.isprintable() or " " in url or "\\" in url:
        raise Refused(_("Une adresse de 1 000 signes au plus, sans espace."))
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
        (parts.path + parts.query).encode("ascii")
    except ValueError:
        raise Refused(_("Cette adresse n’est pas lisible.")) from None
    loose = settings.WEBHOOKS_LOOPBACK and _is_here(host)
    if parts.scheme != "https" and not (loose and parts.scheme == "http"):
        raise Refused(RULE)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused(_("Ni nom d’utilisateur, ni mot de passe, ni # dans l’adresse : la signature identifie l’envoi."))
    if not host:
        raise Refused(_("Cette adresse n’est pas lisible."))
    tls = parts.scheme == "https"
    port = port or (443 if tls else 80)
    if port not in PORTS and not loose:
        raise Refused(RULE)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, tls)


def _is_here(host: str) -> bool:
    """Whether this names this machine, without asking anybody."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def resolve(target: Target) -> str:
    """The number to connect to. Raises Refused when the name is not known or any of its numbers is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("Ce nom de serveur n’existe pas, ou ne répond pas.")) from None
    numbers = [str(each[4][0]) for each in found]
    if not numbers or not all(is_allowed(number) for number in numbers):
        raise Refused(_("Cette adresse mène à un réseau privé ou réservé."))
    return numbers[0]


def is_allowed(number: str) -> bool:
    """Whether this IP address is public (or loopback, where tests allow it)."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_allowed(str(mapped))
    if settings.WEBHOOKS_LOOPBACK and address.is_loopback:
        return True
    return is_public(address)
