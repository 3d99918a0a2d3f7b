"""The 24 policies at the year's end: how many people or households are entitled to each, and how many have it."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from scenario.api import Api
from scenario.judge.targets import JUDGE

GAPS = f"/registry/v1/entitlement-gaps?division={JUDGE.area}"
A_PAGE = 60  # villages: each is counted when it is asked for


class Given(NamedTuple):
    """Entitled and covered; entitled and missing; covered and not entitled."""

    covered: int
    missing: int
    not_entitled: int


async def given(api: Api) -> dict[str, Given]:
    """By policy in force, of the whole county."""
    sums: dict[str, Counter[str]] = {}
    async for village in api.pages(JUDGE, GAPS, A_PAGE):
        for one in village["counts"]:
            sums.setdefault(one["policy"], Counter()).update({name: one[name] for name in Given._fields})
    return {policy: Given(*(counted[name] for name in Given._fields)) for policy, counted in sorted(sums.items())}


def reaching(policies: Mapping[str, Given]) -> tuple[int, int]:
    """How many policies there are, and how many of them reach somebody who is entitled."""
    return len(policies), sum(one.covered > 0 for one in policies.values())


def together(policies: Mapping[str, Given]) -> Given:
    """Of all policies: a person counts once for each."""
    return Given(*(sum(column) for column in zip(*policies.values(), strict=True))) if policies else Given(0, 0, 0)
