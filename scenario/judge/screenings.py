"""What the register found of its own writing: villages that cheat in truth beside those that alarm, and what the
inspections of a month found, of those drawn by signs and of those drawn at random.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from scenario.api import Api
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Truth

LISTS = "/registry/v1/inspection-lists"
ALARM = "village_alarm"  # what spoke for a look at a household, told once somebody has looked


class Drawn(NamedTuple):
    """Of lines that were drawn in one way: how many were looked at, and how many are wrong."""

    inspected: int
    wrong: int


class Screened(NamedTuple):
    """`alarmed`: villages that alarm, or did when inspections were drawn, since when what was found there has been put
    right; `written`: those that wrote anything; `cheats`: how each that cheats does it.
    """

    written: frozenset[str]
    alarmed: frozenset[str]
    cheats: Mapping[str, str]
    by_signs: Drawn
    at_random: Drawn

    @property
    def cheating(self) -> frozenset[str]:
        return self.written & self.cheats.keys()


async def screened(api: Api, truth: Truth) -> Screened:
    villages = (await api.get(JUDGE, "/registry/v1/screenings"))["items"]
    lines = [line async for line in api.pages(JUDGE, "/registry/v1/inspections")]
    lists = [await api.get(JUDGE, f"{LISTS}/{one['id']}") async for one in api.pages(JUDGE, LISTS)]
    return Screened(
        frozenset(v["division"] for v in villages),
        frozenset(v["division"] for v in villages if v["alarm"])
        | {line["division"] for line in lines if ALARM in (line["signs"] or ())},
        truth.cheats,
        _drawn(lists, "score"),
        _drawn(lists, "random"),
    )


def _drawn(lists: list[dict[str, Any]], how: str) -> Drawn:
    return Drawn(sum(one[how]["inspected"] for one in lists), sum(one[how]["wrong"] for one in lists))


def counts(found: Screened) -> dict[str, int]:
    """By the way in which they cheat: how many villages do, and how many of them alarm."""
    there, seen = (
        Counter(found.cheats[v] for v in those) for those in (found.cheating, found.cheating & found.alarmed)
    )
    return {
        name: n
        for way in sorted(there)
        for name, n in ((f"villages_that_cheat_{way}", there[way]), (f"of_them_alarmed_{way}", seen[way]))
    }
