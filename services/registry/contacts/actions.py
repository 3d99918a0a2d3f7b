"""Saying where a household is reached, and reporting and confirming where it is paid."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.contacts import queries
from services.registry.contacts.rules import Home, contact_refusal, masked_account
from services.registry.contacts.schemas import AccountShown, NewAccount, NewPhone
from services.registry.contacts.tables import AccountChange, account_change
from services.registry.households import queries as households
from services.registry.households.actions import list_helped_by
from services.registry.households.tables import Household
from shared.acts.bodies import Confirmation, Result, answers
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "registry.contacts"
# Of money: not while what the household receives is held up.
ACCOUNT = Procedure(ROOM, account_change, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided",
         zh="确认收款账户变更", en="Confirm where a household is paid"),
),))  # fmt: skip
TABLE, PHONE_SEALED, ACCOUNT_SEALED = "household_contact", "phone_sealed", "account_sealed"


def _home(home: Household | None) -> Home | None:
    return Home(home.status == "removed", home.registered_on) if home else None


async def record_phones(
    connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[NewPhone]
) -> list[Result]:
    """Since that day the household is reached so, until a later word; what was known before is kept."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    helped = await list_helped_by(connection, act, [(i.household_id, i.since) for i in items])
    reasons, said = list[str | None](), dict[UUID, dict[str, Any]]()
    for item in items:
        home = homes.get(item.household_id)
        reason = contact_refusal(_home(home), item.since, act.business_date)
        if reason is None and helped is not None and (item.household_id, item.since) not in helped:
            reason = "not_paired"
        if reason is None and item.household_id in said:
            reason = "twice_in_batch"
        reasons.append(reason)
        if reason is None and home is not None:
            sealed = data_keys.encrypt(item.phone, TABLE, PHONE_SEALED, home.id)
            weight = "statement" if act.caller.role == "villager" else "visit"
            word = {"since": item.since, "stated_by": act.subject, "weight": weight, PHONE_SEALED: sealed}
            said[home.id] = {"household_id": home.id, "division": home.division} | word
    await households.revise_contacts(connection, list(said.values()))
    return answers(ROOM, [i.household_id for i in items], reasons)


async def report_accounts(
    connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[NewAccount]
) -> list[Result]:
    """What is reported waits for another person, and the household is paid as before; the same report again is answered
    the same.
    """
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(homes))
    # What was forgotten is not compared.
    told = {
        i.id: known[i.id]._asdict() | {"account": _opened(data_keys, known[i.id]) or i.account}
        for i in items
        if i.id in known
    }

    def judge(item: NewAccount) -> str | AccountChange:
        home = homes.get(item.household_id)
        reason = contact_refusal(_home(home), item.since, act.business_date)
        if reason is None and item.household_id in waiting:
            reason = "already_open"
        if reason or home is None:
            return reason or "not_found"
        waiting.add(home.id)
        return ACCOUNT.opened(
            act,
            "reported",
            **item.model_dump(exclude={"account"}),
            # As it lies once it holds.
            account_sealed=data_keys.encrypt(item.account, TABLE, ACCOUNT_SEALED, home.id),
            division=home.division,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    async def save(rows: Sequence[dict[str, Any]]) -> set[UUID]:
        return await queries.insert_changes(connection, rows)

    content = ("household_id", "account", "since")
    return await open_cases(connection, act, ACCOUNT, "reported", items, told, content, judge, save)


async def confirm_accounts(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees: since that day the household is paid to this account. What it was before is kept."""
    cases = await lock_cases(connection, ACCOUNT, [i.id for i in items])
    homes = await households.lock_households(connection, sorted({c.household_id for c in cases.values()}))

    def find(case: AccountChange, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        refusal = contact_refusal(_home(homes.get(case.household_id)), case.since, act.business_date)
        return Finding(refusal=refusal) if refusal else PASSED

    async def save(passed: list[tuple[AccountChange, Finding]]) -> None:
        reports = [
            {
                "household_id": case.household_id,
                "division": case.division,
                "since": case.since,
                "stated_by": case.reported_by,
                "weight": "statement",
                ACCOUNT_SEALED: case.account_sealed,
            }
            for case, _ in passed
        ]
        await households.revise_contacts(connection, reports)

    results = await take_step(connection, act, ACCOUNT, "confirmed", items, find, rows=cases, save=save)
    await queries.forget_rejected(connection, list(cases))
    return results


def _opened(data_keys: DataKeys, case: AccountChange) -> str | None:
    sealed = case.account_sealed
    return data_keys.decrypt(sealed, TABLE, ACCOUNT_SEALED, case.household_id) if sealed else None


def account_shown(data_keys: DataKeys, case: AccountChange) -> AccountShown:
    account = _opened(data_keys, case)
    shown = {"account": masked_account(account) if account else None}
    return AccountShown.model_validate(case._asdict() | shown)
