"""Claiming a person who belongs elsewhere, and deciding whose he is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.changes import queries as changes
from services.registry.changes.actions import DEPARTURE
from services.registry.changes.actions import ROOM as CHANGES
from services.registry.changes.rules import Membership, departure_refusal
from services.registry.changes.tables import DepartureCase
from services.registry.claims import queries
from services.registry.claims.rules import leaves_as
from services.registry.claims.schemas import ClaimDecision
from services.registry.claims.tables import ClaimCase, claim
from services.registry.persons.tables import KnownPerson
from shared.acts.bodies import Result, code_of
from shared.acts.procedures import PASSED, Finding, Procedure, Step, advance, lock_cases, log_steps, take_step
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.values.ids import uuid7

ROOM = "registry.claims"
CLAIM = Procedure(ROOM, claim, ((
    Step("moves", "open", ("county",), ("opened_by",), "decided", sets=("departure_id", "moved_on", "reason"),
         zh="核定两户同报的人员", en="Decide whose a person is whom two households count"),
),), freezes=False)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody whom the register has elsewhere is said to belong to a household of `division` since `moved_on`."""

    known: KnownPerson
    division: str
    reason: str
    moved_on: date
    arrival_id: UUID | None = None
    household_no: str | None = None


async def open_claims(connection: Connection, act: Act, claimed: Sequence[Claimed]) -> None:
    """Lay them before the county; who is claimed by the same already is not claimed twice."""
    cases: list[ClaimCase] = [
        CLAIM.opened(
            act,
            "open",
            id=uuid7(),
            household_id=one.known.household_id,
            member_id=one.known.member_id,
            reference=one.known.reference,
            holder_division=one.known.division,
            division=one.division,
            arrival_id=one.arrival_id,
            household_no=one.household_no,
            moved_on=one.moved_on,
            reason=leaves_as(one.reason),
            opened_on=act.business_date,
            opened_by=act.subject,
        )
        for one in claimed
    ]
    opened = await queries.insert_claims(connection, cases)
    await log_steps(connection, act, CLAIM, "opened", [(c, PASSED) for c in cases if c.id in opened])


async def end_claims(connection: Connection, act: Act, claims: Sequence[ClaimCase]) -> None:
    """Nobody claims a person any more by an arrival that is decided."""
    sets = {"decided_on": act.business_date, "decided_by": act.subject}
    await advance(connection, act, CLAIM, "lapsed", [(c, "lapsed", Finding(sets=sets)) for c in claims])


async def decide_claims(connection: Connection, act: Act, items: Sequence[ClaimDecision]) -> list[Result]:
    """He moves: his departure is reported, for the side that holds him to confirm. He stays: nothing changes."""
    cases = await lock_cases(connection, CLAIM, [i.id for i in items])
    people = await changes.list_people(connection, [c.reference for c in cases.values()])
    waiting = await changes.list_reported(connection, [c.member_id for c in cases.values()])
    reported = dict[UUID, DepartureCase]()

    def find(case: ClaimCase, item: ClaimDecision) -> Finding:
        if not item.moves:
            return Finding(passed=False, ends="stays")
        moved_on, reason = item.moved_on or case.moved_on, item.reason or case.reason
        if case.member_id not in waiting:
            person = people[case.reference]
            membership = Membership(person.joined_on, stays=person.stays and person.id == case.member_id)
            if refusal := departure_refusal(membership, moved_on, act.business_date):
                return Finding(refusal=code_of(CHANGES, refusal))
            reported[case.member_id] = departure = DEPARTURE.opened(
                act,
                "reported",
                id=uuid7(),
                household_id=case.household_id,
                member_id=case.member_id,
                division=case.holder_division,
                reason=reason,
                left_on=moved_on,
                reported_on=act.business_date,
                reported_by=act.subject,
            )
            waiting[case.member_id] = departure.id
        return Finding(sets={"departure_id": waiting[case.member_id], "moved_on": moved_on, "reason": reason})

    async def save(_passed: list[tuple[ClaimCase, Finding]]) -> None:
        await changes.insert_departures(connection, [d._asdict() for d in reported.values()])
        await log_steps(connection, act, DEPARTURE, "reported", [(d, PASSED) for d in reported.values()])

    return await take_step(connection, act, CLAIM, "moves", items, find, rows=cases, save=save)
