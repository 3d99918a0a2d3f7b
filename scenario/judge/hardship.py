"""Who fell back and who is in deep poverty: in the record, beside what is so.

The criteria of deep poverty are those of the policy, read by the judge himself: nobody who may work, somebody ill or
disabled, half of the line at most, an unsafe house; of a household that truly is poor two of them.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from scenario.api import Api
from scenario.judge.homes import allocations
from scenario.judge.targets import JUDGE, YEAR
from scenario.judge.truth import (
    COUNTED_ON,
    LINE_2017_FEN,
    SAFE_GRADES,
    Truth,
    members_on,
    net_fen,
    truly_out_of_poverty,
)

DEEP_LEAST, DEEP_INCOME = 2, 2  # criteria; the part of the line up to which an income is far below it
YEAR_END = f"{YEAR}-12-31"
RETURNED = "/registry/v1/amendments?kind=return&state=confirmed"
Finding = tuple[bool, str]


class Hardship(NamedTuple):
    """Household numbers: in truth, and by the record."""

    fell: frozenset[str]
    returned: frozenset[str]
    deep: frozenset[str]
    counted: frozenset[str]


def fell_back(truth: Truth) -> frozenset[str]:
    """Whom something befell, and who is not over the line after it, as the people of the income year are counted."""
    return frozenset(
        no
        for no in truth.setbacks
        if net_fen(truth.households[no]["incomes"]["2017"]) <= LINE_2017_FEN * members_on(truth, no, COUNTED_ON)
    )


def in_deep_poverty(truth: Truth, no: str, *, moved: bool) -> bool:
    """At the year's end; `moved`: it has its new home by the register."""
    household, members = truth.households[no], members_on(truth, no, YEAR_END)
    if members <= 0 or truly_out_of_poverty(truth, no, YEAR_END, moved=moved):
        return False
    gone = truth.gone.get(no, set())
    new_home = moved and truth.moves.get(no, "9999") <= YEAR_END
    met = (
        not set(household["able"]) - gone and not truth.brides.get(no),
        bool(set(household["ill"]) - gone),
        net_fen(household["incomes"]["2017"]) * DEEP_INCOME <= LINE_2017_FEN * members,
        not new_home and household["house"]["grade_2017"] not in SAFE_GRADES,
    )
    return sum(met) >= DEEP_LEAST


async def hardship(api: Api, truth: Truth, numbers: Mapping[str, str]) -> Hardship:
    """`numbers`: household number by id."""
    returned = [numbers[c["household_id"]] async for c in api.pages(JUDGE, RETURNED)]
    counted = [d["household_no"] async for d in api.pages(JUDGE, "/registry/v1/deep-poverty")]
    moved = {numbers[a["household_id"]] for a in await allocations(api) if a["moved_in_on"]}
    deep = [no for no in truth.households if in_deep_poverty(truth, no, moved=no in moved)]
    return Hardship(fell_back(truth), frozenset(returned), frozenset(deep), frozenset(counted))


def counts(found: Hardship) -> dict[str, int]:
    """How many in truth, how many by the record, and how many of the one are not in the other."""
    return {
        "fell_back_in_truth": len(found.fell),
        "fell_back_and_returned": len(found.fell & found.returned),
        "fell_back_and_missed": len(found.fell - found.returned),
        "returned": len(found.returned),
        "deep_poverty_in_truth": len(found.deep),
        "deep_poverty_counted": len(found.counted),
        "deep_poverty_in_both": len(found.deep & found.counted),
    }


async def returns_confirmed(api: Api, _state: Path) -> Finding:
    """Nobody is set to be returned: each has a confirmed return with a decision, and who was confirmed is returned."""
    cases = [c async for c in api.pages(JUDGE, RETURNED)]
    standing = {h["id"] async for h in api.pages(JUDGE, "/registry/v1/households?status=returned")}
    undecided = [c["id"] for c in cases if not c["decision_id"]]
    return holds(standing, {c["household_id"] for c in cases}, undecided)


def holds(standing: Collection[str], confirmed: Collection[str], undecided: Collection[str]) -> Finding:
    unlike = set(standing) ^ set(confirmed)
    detail = f"{len(confirmed)} returns confirmed, {len(undecided)} without a decision, {len(unlike)} households unlike"
    return not unlike and not undecided, detail
