"""Who was warned about of those who got out, beside who fell back, was struck, or lies near the line in truth."""

from collections.abc import Mapping
from datetime import date
from statistics import quantiles
from typing import Any, NamedTuple

from scenario.api import Api
from scenario.judge.hardship import fell_back
from scenario.judge.targets import JUDGE
from scenario.judge.truth import COUNTED_ON, LINE_2017_FEN, Truth, members_on, net_fen

DAYS_A_MONTH = 30.44


class Warned(NamedTuple):
    """Household numbers: with the day of the first warning; who fell back; whom something befell, and when; who lies at
    most at 1.5 times the line.
    """

    first_on: Mapping[str, str]
    fell: frozenset[str]
    struck_on: Mapping[str, str]
    near: frozenset[str]

    @property
    def months(self) -> list[float]:
        """From what befell those who fell back to the first warning since, of each that was warned about."""
        return sorted(
            (date.fromisoformat(self.first_on[no]) - date.fromisoformat(self.struck_on[no])).days / DAYS_A_MONTH
            for no in self.found
        )

    @property
    def found(self) -> frozenset[str]:
        """Who fell back, and was warned about since it was struck."""
        return frozenset(no for no in self.fell & self.first_on.keys() if self.first_on[no] >= self.struck_on[no])


async def warned(api: Api, truth: Truth, numbers: Mapping[str, str]) -> Warned:
    """`numbers`: household number by id."""
    first_on: dict[str, str] = {}
    async for case in api.pages(JUDGE, "/registry/v1/risk-warnings"):
        no = numbers[case["household_id"]]
        first_on[no] = min(case["raised_on"], first_on.get(no, "9999"))
    near = frozenset(
        no
        for no, home in truth.households.items()
        if 2 * net_fen(home["incomes"]["2017"]) <= 3 * LINE_2017_FEN * members_on(truth, no, COUNTED_ON)
    )
    return Warned(first_on, fell_back(truth), truth.struck_on, near)


def spread(code: str, months: list[float]) -> dict[str, Any]:
    """The median, between the quartiles; of one alone there are none."""
    if not months:
        return {"code": code, "value": None, "low": None, "high": None}
    low, middle, high = quantiles(months, n=4, method="inclusive") if len(months) > 1 else months * 3
    return {"code": code, "value": round(middle, 2), "low": round(low, 2), "high": round(high, 2)}
