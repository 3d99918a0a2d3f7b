"""How well the year's decisions fit the truth: the official error rates, and money that went astray."""

import math
from collections.abc import Iterable
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Truth, truly_out_of_poverty

Z = 1.96


def rate(code: str, hits: int, of: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson 1927), six decimals."""
    if of == 0:
        return {"code": code, "value": None, "low": None, "high": None}
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = max(middle - half, 0), min(middle + half, 1)
    return {"code": code, "value": round(p, 6), "low": round(low, 6), "high": round(high, 6)}


async def quality(api: Api, truth: Truth, numbers: dict[str, str]) -> list[dict[str, Any]]:
    """`numbers`: household number by id.

    wrong exits / exited in 2017; poor but in no list / households in no list; yuan lent to households that
    are not poor in truth or that the rules exclude / yuan lent.
    """
    exits = [c async for c in api.pages(JUDGE, "/registry/v1/exits?state=announced")]
    wrong = sum(not truly_out_of_poverty(truth.households[numbers[c["household_id"]]]) for c in exits)
    return [
        rate("wrong_exit_rate", wrong, len(exits)),
        rate("missed_rate", len(truth.unregistered), truth.rural_outside),
        await _astray(api, truth, numbers),
    ]


async def _astray(api: Api, truth: Truth, numbers: dict[str, str]) -> dict[str, Any]:
    loans = [x async for x in api.pages(JUDGE, "/finance/v1/loans") if x["disbursed_on"]]
    wishes = _ineligible(truth.wishes)
    lent = sum(x["amount_fen"] for x in loans)
    astray = [
        x
        for x in loans
        if truth.households[(number := numbers[x["household_id"]])]["not_poor"]
        or (number, x["bank"], x["amount_fen"], x["term_months"]) in wishes
    ]
    share = rate("ineligible_benefit_share", len(astray), len(loans))
    return share | {"value": round(sum(x["amount_fen"] for x in astray) / lent, 6) if lent else None}


def _ineligible(wishes: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(w["household_no"], w["bank"], w["amount_fen"], w["term_months"]) for w in wishes if w["ineligible"]}
