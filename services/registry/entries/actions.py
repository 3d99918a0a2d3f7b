"""Writing households down, set-based."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.entries.rules import Ground, RosterHousehold, RosterMember, division_of, school_dropout
from services.registry.households import queries as register
from services.registry.households.rules import CATEGORIES, MemberFacts, borrowing_of, household_flags
from services.registry.incomes import queries as incomes
from services.registry.persons import queries as persons
from services.registry.persons.tables import KnownPerson
from shared.acts.bonds import keep_residents
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.registry import HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.values.ids import uuid7

PORTION = 1000
Rows = dict[str, list[dict[str, Any]]]
Index = dict[str, dict[str, bytes]]  # by ID number: key id -> digest


@dataclass(frozen=True, slots=True)
class Clerk:
    """What is needed to write households down."""

    ground: Ground
    data_keys: DataKeys
    index: Index
    stated_by: str
    people: Mapping[str, KnownPerson]


async def enter_households(
    connection: Connection, act: Act, income_year: int, clerk: Clerk, households: Sequence[RosterHousehold]
) -> None:
    """Put them into the register, in portions: while PostgreSQL writes one, the next is sealed."""
    loop, events = asyncio.get_running_loop(), list[HouseholdRegistered]()
    with ThreadPoolExecutor(1) as sealer:
        portions = [
            loop.run_in_executor(sealer, _as_rows, households[i : i + PORTION], clerk)
            for i in range(0, len(households), PORTION)
        ]
        for portion in portions:
            rows, told = await portion
            await register.insert_households(connection, rows)
            await persons.move_persons(
                connection, [(m["old_id"], m["member_id"], m["division"]) for m in rows["moves"]]
            )
            await incomes.insert_statements(
                connection, rows["income_line"], income_year, clerk.ground.business_date, clerk.stated_by
            )
            await keep_residents(connection, {fact.household_id: fact.people or [] for fact in told})
            events += told
    await emit(connection, act, "registry", events)


def _as_rows(households: Sequence[RosterHousehold], clerk: Clerk) -> tuple[Rows, list[HouseholdRegistered]]:
    """Rows by table, and the facts to be told."""
    rows: Rows = defaultdict(list)
    told = []
    for household in households:
        household_id, division = uuid7(), division_of(household, clerk.ground)
        assert division is not None
        own = {"household_id": household_id, "division": division}
        _add_household(rows, household, own, clerk)
        for member in household.members:
            _add_member(rows, member, household.values["registered_on"], own, clerk)
        people = [row["reference"] for row in rows["member"][-len(household.members) :]]
        told.append(_registered(household, household_id, division, people, clerk.ground))
    return rows, told


def _add_household(rows: Rows, household: RosterHousehold, own: dict[str, Any], clerk: Clerk) -> None:
    values, household_id = household.values, own["household_id"]
    rows["household"].append(
        values
        | own
        | {
            "id": household_id,
            "household_no": household.household_no,
            "exited_year": values["exited_year"] if values["status"] == "exited" else None,
            # Of an exit the register says the year alone.
            "stands_since": min(date(values["exited_year"], 12, 31), clerk.ground.business_date)
            if values["status"] == "exited"
            else None,
        }
    )
    rows["household_fact"].append(
        values
        | own
        | {
            "since": values["registered_on"],
            "other_causes": {"codes": list(values["other_causes"])},
            "school_dropout": school_dropout(household, clerk.ground),
            "stated_by": clerk.stated_by,
            "medical_insured": all(m.values["medical_insured"] for m in household.members),
        }
    )
    sealed = {
        f"{name}_sealed": values[name]
        and clerk.data_keys.encrypt(values[name], "household_contact", f"{name}_sealed", household_id)
        for name in ("phone", "account")
    }
    rows["household_contact"].append(own | sealed | {"since": values["registered_on"], "stated_by": clerk.stated_by})
    rows["income_line"] += [own | {"category": c, "amount_fen": values[c]} for c in CATEGORIES]


def _add_member(rows: Rows, member: RosterMember, registered_on: date, own: dict[str, Any], clerk: Clerk) -> None:
    """Who belonged to another household before is called as he was there, and is of this one since he left that."""
    member_id, before = uuid7(), clerk.people.get(member.identity)
    reference = before.reference if before else secrets.token_hex(8)
    sealed = clerk.data_keys.encrypt(member.values["number"], "member", "id_number_sealed", member_id)
    rows["member"].append(own | {"id": member_id, "id_number_sealed": sealed, "reference": reference})
    since = max(registered_on, member.born_on, before.left_on if before and before.left_on else registered_on)
    rows["member_fact"].append(
        member.values | own | {"member_id": member_id, "born_on": member.born_on, "since": since}
    )
    if before:
        rows["moves"].append(own | {"old_id": before.member_id, "member_id": member_id})
        return
    rows["person_index"] += [
        own | {"key_id": key_id, "digest": digest, "member_id": member_id}
        for key_id, digest in clerk.index[member.identity].items()
    ]


def _registered(
    household: RosterHousehold, household_id: UUID, division: str, people: list[str], ground: Ground
) -> HouseholdRegistered:
    facts = [MemberFacts(m.born_on, m.values["sex"], m.values["labour"], m.values["health"]) for m in household.members]
    flags = household_flags(facts, ground.business_date, ground.policy.oldest_borrower)
    return HouseholdRegistered(
        household_id=household_id,
        division=division,
        status=household.values["status"],
        members=len(facts),
        **flags._asdict(),
        deep_poverty=household.values["deep_poverty"],
        relocated=household.values["relocated"],
        people=people,
        **borrowing_of([m.born_on for m in facts], ground.policy.oldest_borrower)._asdict(),
        household_no=household.household_no,
    )
