"""What village, bank and county do in the tests of finance."""

from typing import Any
from uuid import UUID, uuid4

from tests.bonds import bind
from tests.conftest import Door, House

VILLAGE = "140927200201"
OTHER_VILLAGE = "140927200202"
LOANS = "/finance/v1/loans"
EVENTS = "/finance/v1/bank/events"
CLAIMS = "/finance/v1/discounts/claims"


async def seed_household(house: House, division: str = VILLAGE, **changes: Any) -> UUID:
    """A household as the registry's events would leave it here."""
    household_id = uuid4()
    columns = {
        "id": household_id, "division": division, "status": "poor", "members": 3, "has_labour": True,
        "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False, "relocated": False,
    } | changes  # fmt: skip
    places = ", ".join(f"${i}" for i, _ in enumerate(columns, 1))
    connection = await house.owner("finance")
    await connection.execute(f"INSERT INTO household ({', '.join(columns)}) VALUES ({places})", *columns.values())
    await bind(connection, household_id)
    return household_id


def application(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "bank": "xinhe", "amount_fen": 5_000_000,
        "term_months": 36, "purpose": "livestock",
    } | changes  # fmt: skip


async def apply_for(door: Door, *items: dict[str, Any], area: str = VILLAGE, on: str = "2017-03-15") -> Any:
    answer = await door.call("POST", f"{LOANS}/applications", "village", area, on=on, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def approve(house: House, door: Door, **changes: Any) -> str:
    """A household's approved loan: its number."""
    (result,) = await apply_for(door, application(await seed_household(house), **changes))
    loan_no: str = result["loan_no"]
    return loan_no


def event(serial: str, kind: str, loan_no: str, on: str, **fields: Any) -> dict[str, Any]:
    return {"serial": serial, "kind": kind, "loan_no": loan_no, "occurred_on": on} | fields


async def post(door: Door, *events: Any, bank: str = "xinhe", on: str = "2017-12-31") -> list[dict[str, Any]]:
    answer = await door.call("POST", EVENTS, "bank", "", bank=bank, on=on, json={"items": list(events)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def lent(loan_no: str, on: str = "2017-03-21", **fields: Any) -> list[dict[str, Any]]:
    """Decided and paid out on a day."""
    paid = {"amount_fen": 5_000_000, "rate_ppm": 47_500} | fields
    return [
        event(f"{loan_no}-d", "decision", loan_no, on, approved=True),
        event(f"{loan_no}-p", "disbursement", loan_no, on, **paid),
    ]


def quarter(
    loan_no: str, serial: str = "", amount_fen: int = 60_694, start: str = "2017-03-21", end: str = "2017-06-21"
) -> dict[str, Any]:
    """The interest of 92 days of 50,000 yuan at 4.75 %."""
    return event(
        serial or f"{loan_no}-{end}", "interest_settled", loan_no, f"{end[:8]}20", amount_fen=amount_fen,
        period_start_on=start, period_end_on=end,
    )  # fmt: skip


async def get(door: Door, path: str, role: str = "county", area: str = "140927", **request: Any) -> Any:
    answer = await door.call("GET", path, role, area, **request)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def types(house: House) -> list[str]:
    """The facts in the outbox, in order."""
    rows = await house.rows("finance", "SELECT headers ->> 'ce_type' AS t FROM outbox ORDER BY id")
    return [r["t"].removeprefix("finance.").removesuffix(".v1") for r in rows]
