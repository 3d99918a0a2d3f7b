"""Letting a caller in, or saying when."""

import math
from collections import OrderedDict
from typing import TypeAlias

from gateway.limits.rules import Bucket, limit_of, take
from shared.ground.context import Caller
from shared.ground.problems import Problem

Buckets: TypeAlias = OrderedDict[str, Bucket]
MOST_SUBJECTS = 10_000


def admit(buckets: Buckets, caller: Caller, factor: int, now: float) -> None:
    """Take one request out of the subject's bucket; raises as `admit_one` does."""
    admit_one(buckets, caller.subject, caller.role, factor, now)


def admit_one(buckets: Buckets, name: str, role: str, factor: int, now: float) -> None:
    """Take one request out of the bucket of a subject, or of a stranger's address, who has no role.

    Who called longest ago is forgotten first, and starts full.

    Raises:
        Problem: `gateway.limits.too_many` (429), with the seconds to wait.
    """
    bucket, wait = take(buckets.get(name), limit_of(role, factor), now)
    buckets[name] = bucket
    buckets.move_to_end(name)
    if len(buckets) > MOST_SUBJECTS:
        buckets.popitem(last=False)
    if wait:
        raise Problem("gateway.limits.too_many", retry_after_seconds=math.ceil(wait))
