"""No test reaches beyond this machine: an audit hook refuses it, for every library alike."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}


class NetworkRefusedError(ConnectionError):
    """A test tried to leave the machine."""


def is_local(host: object) -> bool:
    """Return whether `host` (a name or an address) is this machine itself."""
    if host is None:
        return True
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if text.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        sock, address = arguments
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
            message = f"a test may only talk to this machine, not to {address[0]}"
            raise NetworkRefusedError(message)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_local(arguments[0]):
        message = f"a test may not look up {arguments[0]!r}"
        raise NetworkRefusedError(message)


def refuse_network() -> None:
    """Refuse, from now on and for the whole process, every address but loopback."""
    sys.addaudithook(_audit)
