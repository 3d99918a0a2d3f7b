"""Whether a score tells one kind of people from another: the area under the ROC curve, with its 95 % interval."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

Z = 1.96


def auc(code: str, higher: Sequence[int], lower: Sequence[int]) -> dict[str, Any]:
    """The chance that one of `higher` scores above one of `lower`, a tie counting half (Mann and Whitney 1947).

    The interval is that of Hanley and McNeil (1982); None where one of the kinds is missing.
    """
    if not higher or not lower:
        return {"code": code, "value": None, "low": None, "high": None}
    below = sorted(lower)
    wins = sum(bisect_left(below, x) + bisect_right(below, x) for x in higher) / 2
    area = wins / (len(higher) * len(lower))
    half = Z * standard_error(area, len(higher), len(lower))
    low, high = max(area - half, 0), min(area + half, 1)
    return {"code": code, "value": round(area, 6), "low": round(low, 6), "high": round(high, 6)}


def standard_error(area: float, higher: int, lower: int) -> float:
    """By Hanley and McNeil (1982), for so many of each kind."""
    square = area * area
    first, second = area / (2 - area), 2 * square / (1 + area)
    spread = area * (1 - area) + (higher - 1) * (first - square) + (lower - 1) * (second - square)
    return math.sqrt(max(spread, 0) / (higher * lower))
