"""How often a subject may call: a token bucket. Time is passed in."""

from dataclasses import dataclass


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
# On a development machine one subject plays many.
DEV_FACTOR = 20


def limit_of(role: str, factor: int) -> Limit:
    limit = LIMITS.get(role, OTHERS)
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
