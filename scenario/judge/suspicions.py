"""What comparisons with other registers found: of whom it was upheld, beside who never was poor in truth. What
inspectors found otherwise is counted apart (`screenings`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from scenario.api import Api
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Truth

INSPECTED = "inspected"


class Suspected(NamedTuple):
    """Household numbers: by what became of a suspicion, of who never was poor and is still in the register, and of
    those of them whom a list names.
    """

    by_state: Mapping[str, frozenset[str]]
    not_poor: frozenset[str]
    listed: frozenset[str]

    @property
    def upheld(self) -> frozenset[str]:
        return self.by_state.get("upheld", frozenset())


async def suspected(api: Api, truth: Truth, numbers: Mapping[str, str]) -> Suspected:
    """`numbers`: household number by id."""
    found: dict[str, set[str]] = {}
    async for case in api.pages(JUDGE, "/registry/v1/suspicions"):
        if case["code"] == INSPECTED:
            continue
        found.setdefault(case["state"], set()).add(numbers[case["household_id"]])
    struck = {h["household_no"] async for h in api.pages(JUDGE, "/registry/v1/households?status=removed")}
    not_poor = {no for no, home in truth.households.items() if home["not_poor"] and no not in struck}
    listed = {no for no in not_poor if truth.households[no]["matches"]}
    return Suspected({state: frozenset(of) for state, of in found.items()}, frozenset(not_poor), frozenset(listed))


def counts(found: Suspected) -> dict[str, int]:
    """How many became what, and how many of those who never were poor no list named."""
    states = ("open", "looked_into", "upheld", "exempt", "dismissed", "ended")
    return {f"suspicions_{state}": len(found.by_state.get(state, ())) for state in states} | {
        "never_poor_in_truth": len(found.not_poor),
        "never_poor_and_upheld": len(found.not_poor & found.upheld),
        "never_poor_and_in_no_list": len(found.not_poor - found.listed),
    }
