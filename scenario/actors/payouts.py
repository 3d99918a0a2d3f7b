"""Money on its way: the office makes payment files, the finance bureau checks them, banks answer each with a file.

A bank knows its customers' accounts; now and then one is closed, and the money comes back.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scenario.actors import county
from scenario.actors.banks import Bank
from scenario.actors.patience import named, once, send
from scenario.api import Api, RefusedError

ROOM = "/industry/v1/payouts"
DOOR = f"{ROOM}/batches"
CLOSED = 0.01  # of accounts, in a month: closed, until the household names another


async def pay(api: Api, day: date) -> None:
    """Put everything that is owed into a payment file; the finance bureau checks it."""
    await settle_held(api)
    body = {"purposes": None, "payer": None, "pay_on": day.isoformat()}
    try:
        made = await api.call(county.PLANNER, "POST", DOOR, body, key=f"payouts-{day}")
    except RefusedError as refused:
        if refused.status != 409:
            raise
        return  # nothing is owed
    await once(api, county.FINANCE, f"{DOOR}/{made['id']}/check", {})


async def settle_held(api: Api) -> None:
    """Who had a closed account has named another by now; for who left the register its heirs come."""
    held = [due async for due in api.pages(county.PLANNER, f"{ROOM}/held")]
    rulings = [
        {
            "id": named("ruling", f"{due['id']}/{due['line_id']}"),
            "due_id": due["id"],
            "ruling": "heirs" if due["removed"] else "account_changed",
            "evidence": "form",
        }
        for due in held
    ]
    for result in await send(api, county.PLANNER, f"{ROOM}/rulings", rulings):
        assert result["status"] == "accepted", result
    words = [{"id": ruling["id"], "confirmed": True} for ruling in rulings]
    await send(api, county.DECIDER, f"{ROOM}/rulings/confirmations", words)


async def answer(api: Api, banks: Sequence[Bank], day: date, customers: Mapping[str, str]) -> None:
    """Each bank fetches the files that wait for it and says what became of every line.

    `customers`: household number by the payee that the file names.
    """
    for bank in banks:
        waiting = [b async for b in api.pages(bank.who, f"{DOOR}?state=checked")]
        for batch in waiting:
            file = await api.get(bank.who, f"{DOOR}/{batch['id']}/file")
            content = _return_file(file, day, customers)
            for _ in range(2):  # a core system that lost the answer sends its file again
                await api.call(bank.who, "POST", f"{DOOR}/{batch['id']}/return", data=content)


def _return_file(file: str, day: date, customers: Mapping[str, str]) -> bytes:
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(file)))
    total = rows.pop()
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["line_no", "amount_yuan", "result", "code", "paid_on"])
    for row in rows:
        if _closed(customers[row["payee"]], day):
            writer.writerow([row["line_no"], row["amount_yuan"], "returned", "account_closed", ""])
        else:
            writer.writerow([row["line_no"], row["amount_yuan"], "paid", "", day.isoformat()])
    writer.writerow(["total", total["payee"], total["amount_yuan"], "", ""])
    return sheet.getvalue().encode()


def _closed(household_no: str, day: date) -> bool:
    """A bank's private fate of an account, the same at every run."""
    drawn = hashlib.sha256(f"{household_no}/{day:%Y-%m}".encode()).digest()[:4]
    return int.from_bytes(drawn, "big") < CLOSED * 2**32
