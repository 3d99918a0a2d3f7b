"""How often a subject may call: a token bucket. Time is passed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests a second in the long run, and how many at once."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a subject had left at a moment (seconds of a monotonic clock)."""

    left: float
    at: float


# Machines of a bank or the county post and read in batches; one person's phone does not.
LIMITS = {
    "county": Limit(200, 1000),
    "bank": Limit(200, 1000),
    "villager": Limit(5, 30),
}
OTHERS = Limit(50, 200)
# Of one address, whoever stands behind it: public pages, and tokens whose signature is not known yet.
STRANGERS = Limit(20, 200)
# On a development machine one subject plays many.
DEV_FACTOR = 20


def client_address(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """Whose request it is: the peer's, or where a trusted proxy (CIDR) passes it on, the last that no such one names.

    What stands further left in `X-Forwarded-For` is the caller's own word.
    """
    for address in (peer, *(part.strip() for part in reversed(forwarded.split(",")))):
        try:
            if not any(ip_address(address) in ip_network(network) for network in trusted):
                return address
        except ValueError:
            break
    return peer


def limit_of(role: str, factor: int) -> Limit:
    """Of a role; of who has none, a stranger's."""
    limit = LIMITS.get(role, OTHERS) if role else STRANGERS
    return Limit(limit.per_second * factor, limit.burst * factor)


def take(bucket: Bucket | None, limit: Limit, now: float) -> tuple[Bucket, float]:
    """The bucket after one request at `now`, and the seconds to wait: 0 when it may pass.

    A refused request takes nothing. A subject never seen starts full; a clock that steps back fills nothing.
    """
    if bucket is None:
        bucket = Bucket(limit.burst, now)
    left = min(limit.burst, bucket.left + max(0.0, now - bucket.at) * limit.per_second)
    if left < 1:
        return Bucket(left, now), (1 - left) / limit.per_second
    return Bucket(left - 1, now), 0.0
