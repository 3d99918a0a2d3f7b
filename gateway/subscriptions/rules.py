"""Where webhooks may go, and when a failed one is tried again: pure rules."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# Python 3.11 takes these for global; the registries of IANA do not.
NOT_GLOBAL = (
    IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv6Network("2001::/23"), IPv6Network("3fff::/20"),
)  # fmt: skip
# Where the world takes webhooks; a subscriber on an internal network listens where it likes.
PORTS = frozenset({443, 8443})
LONGEST_RETRY_SECONDS = 3600
# What a receiver may ask for: closed over night, it is asked tomorrow; no header silences a delivery for good.
LONGEST_ASKED = timedelta(days=1)
State = Literal["active", "disabled", "deleted"]
DeliveryState = Literal["pending", "delivered"]


def _meant(address: str) -> IPv4Address | IPv6Address | None:
    """The address that packets reach in the end: the IPv4 one inside a mapped, NAT64 or 6to4 address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def address_allowed(address: str, allowed_network: str | None) -> bool:
    """Global addresses for everybody; one internal network only where a subscriber is configured for it.

    Else a webhook's target would reach into the county's own network (mechanics 8).
    """
    ip = _meant(address)
    if ip is None:
        return False
    if allowed_network is not None:
        network: IPv4Network | IPv6Network = ip_network(allowed_network)
        if ip.version == network.version and ip in network:
            return True
    if ip.is_multicast or not ip.is_global or any(ip in network for network in NOT_GLOBAL):
        return False
    return ip in GLOBAL_UNICAST if isinstance(ip, IPv6Address) else not ip.is_reserved


def port_allowed(port: int, allowed_network: str | None) -> bool:
    """Those of `PORTS`: at any other a webhook would speak to what does not expect one."""
    return allowed_network is not None or port in PORTS


def next_attempt_after(attempts: int, asked: timedelta = timedelta()) -> timedelta:
    """The pause after the n-th failed attempt: 1 s, 2 s, 4 s, ... up to an hour, without end; what was `asked` where
    that is longer.
    """
    return max(timedelta(seconds=min(1 << min(attempts - 1, 12), LONGEST_RETRY_SECONDS)), asked)
