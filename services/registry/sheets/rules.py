"""What the lines of an income sheet are worth: pure rules.

The sheet asks quantities, valued by the county's yearly table of reference prices; expected or contracted income,
loans, one-off relief, house grants, reimbursements and gifts are none (domain notes 2.1 "Income", S15; 9.10). One
form subtracts gifts to kin (S16): a switch of the policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.registry.households.rules import CATEGORIES
from shared.values.money import half_up

NO_INCOME = "none"
MOST_FEN = 10**13


@dataclass(frozen=True, slots=True)
class SheetPolicy:
    """Of the income year's last day: by source the category that it counts under, `none` where it is no income; by
    product the source and the fen of one unit; whether gifts to kin are a cost.
    """

    income_sources: Mapping[str, str]
    product_sources: Mapping[str, str]
    reference_prices_fen: Mapping[str, int]
    gifts_subtracted: bool


class Line(Protocol):
    """An amount in fen, or a quantity x 100 of a product."""

    @property
    def source(self) -> str: ...
    @property
    def amount_fen(self) -> int | None: ...
    @property
    def product(self) -> str | None: ...
    @property
    def quantity_x100(self) -> int | None: ...


class Fault(NamedTuple):
    """Which field of which line is wrong, and how."""

    line: int
    field: str
    reason: str


def faults(lines: Sequence[Line], policy: SheetPolicy) -> list[Fault]:
    """What of a sheet cannot be counted."""
    found = []
    for n, line in enumerate(lines):
        counted = line.product is not None, line.quantity_x100 is not None
        if counted[0] != counted[1] or counted[0] == (line.amount_fen is not None):
            found.append(Fault(n, "amount_fen", "amount_or_quantity"))
        elif line.source not in policy.income_sources:
            found.append(Fault(n, "source", "unknown_source"))
        elif policy.income_sources[line.source] == NO_INCOME:
            found.append(Fault(n, "source", "no_income"))
        elif line.product is not None and policy.product_sources.get(line.product) != line.source:
            found.append(Fault(n, "product", "unknown_product"))
    return found


def is_too_large(totals: Mapping[str, int]) -> bool:
    """Whether a year's total is beyond what any household could earn, and the register holds."""
    return max(totals.values()) > MOST_FEN


def worth_fen(line: Line, policy: SheetPolicy) -> int:
    """Of a line that can be counted."""
    if line.amount_fen is not None:
        return line.amount_fen
    assert line.product is not None
    assert line.quantity_x100 is not None
    return half_up(line.quantity_x100 * policy.reference_prices_fen[line.product], 100)


def totals_fen(lines: Sequence[Line], gifts_fen: int, policy: SheetPolicy) -> dict[str, int]:
    """By category."""
    found = dict.fromkeys(CATEGORIES, 0)
    for line in lines:
        found[policy.income_sources[line.source]] += worth_fen(line, policy)
    found["business_cost"] += gifts_fen if policy.gifts_subtracted else 0
    return found
