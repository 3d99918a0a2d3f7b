"""The station's operator, who uses households' loans and owes them a dividend; the villages where they sign."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api, Who

DOOR = "/industry/v1/dividends"
YEARS = 3


class Agreement(Protocol):
    wish_no: str
    household_no: str
    principal_fen: int
    floor_fen: int
    consents: bool
    paid_in_september: bool


def agreement_id(agreement: Agreement) -> str:
    return named("agreement", agreement.wish_no)


async def sign(
    api: Api, village: Village, agreements: Iterable[Agreement], known: Mapping[str, str], code: str, day: date
) -> None:
    """Where a loan was paid out; `code`: the operator's. The county pays the loan's interest."""
    items = [
        {
            "id": agreement_id(a), "household_id": known[a.household_no], "loan_id": named("wish", a.wish_no),
            "entity_code": code, "entity_kind": "enterprise", "principal_fen": a.principal_fen,
            "floor_fen": a.floor_fen, "years": YEARS, "signed_on": day.isoformat(), "consent": a.consents,
            "participation": "consulted", "interest_bearer": "county",
        }
        for a in agreements
    ]  # fmt: skip
    await send(api, village.clerk, f"{DOOR}/agreements", items)


async def pay(api: Api, code: str, agreements: Iterable[Agreement], due_on: date, day: date) -> None:
    """The operator pays half the year's dividend for the due date; where nobody signed it is refused."""
    operator = Who("pv-treasurer", "entity", county.COUNTY, unit=code)
    items: list[dict[str, Any]] = [
        {
            "id": named("dividend", f"{a.wish_no}/{due_on}"), "agreement_id": agreement_id(a),
            "due_on": due_on.isoformat(), "amount_fen": a.floor_fen // 2, "paid_on": day.isoformat(),
        }
        for a in agreements
    ]  # fmt: skip
    await send(api, operator, f"{DOOR}/payments", items)


async def check_overdue(api: Api) -> None:
    await api.post(county.PLANNER, f"{DOOR}/overdue-checks", {})


async def top_up(api: Api, year: int) -> None:
    """What the operator did not pay, its guarantor does."""
    await api.post(county.PLANNER, f"{DOOR}/top-ups", {"id": named("top-up", year), "year": year})
