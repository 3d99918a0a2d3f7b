"""Reporting and confirming who joined a household."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.arrivals import queries
from services.registry.arrivals.rules import Before, Home, Said, arrival_refusal, is_claimed
from services.registry.arrivals.schemas import Arrival
from services.registry.arrivals.tables import ArrivalCase, ArrivalPerson, AttestedOfPerson, arrival
from services.registry.changes.actions import settle
from services.registry.claims.actions import Claimed, end_claims, open_claims
from services.registry.claims.queries import lock_open_claims
from services.registry.households import queries as households
from services.registry.households.actions import revise_facts
from services.registry.households.rules import SchoolPolicy, has_dropped_out
from services.registry.households.schemas import NewPerson
from services.registry.households.tables import Household, MemberFact
from services.registry.overruled.actions import overruled
from services.registry.overruled.queries import keep_words
from services.registry.persons import queries as persons
from services.registry.persons.tables import KnownPerson
from shared.acts.batches import NewRows
from shared.acts.bodies import Confirmation, Result
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.registry import MemberAdded
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values import id_number
from shared.values.ids import uuid7

ROOM = "registry.arrivals"
# A freeze holds up what a household receives, not what is true of it.
ARRIVAL = Procedure(ROOM, arrival, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided", sets=("reference",),
         zh="确认成员增加", en="Confirm who joined the household"),
),), freezes=False)  # fmt: skip
SEALED = "arrival_person", "person_sealed"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is said to join, and where the register knows him from."""

    person: NewPerson
    digests: dict[str, bytes]
    known: KnownPerson | None

    def before(self, household_id: UUID) -> Before | None:
        if self.known is None:
            return None
        return Before(self.known.household_id == household_id, self.known.left_on, self.known.died)

    @property
    def born_on(self) -> date:
        return id_number.birth_on(self.person.identity)


@dataclass(frozen=True, slots=True)
class Joined:
    """Who belongs to a household since a day, and by whose word."""

    household_id: UUID
    joined_on: date
    reported_by: str
    born_on: date
    person: NewPerson | MemberFact


async def report_arrivals(
    connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[Arrival]
) -> list[Result]:
    """What is reported waits for another person. Who still belongs to another household is claimed there."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    # Of an id that comes twice the first word counts; whom a decided one named, nobody keeps.
    people = {i.id: i.person for i in reversed(items)}
    newcomers = await _newcomers(connection, data_keys, people)
    waiting = await _list_waiting(connection, data_keys, list(known))
    told = {one: row._asdict() | {"person": waiting.get(one, people[one])} for one, row in known.items()}
    opened: dict[UUID, ArrivalCase] = {}

    def judge(item: Arrival) -> str | ArrivalCase:
        home = homes.get(item.household_id)
        reason = _refusal(act, home, newcomers[item.id], item)
        if reason or home is None:
            return reason or "not_found"
        opened[item.id] = case = ARRIVAL.opened(
            act,
            "reported",
            **item.model_dump(exclude={"person"}),
            division=home.division,
            reported_on=act.business_date,
            reported_by=act.subject,
        )
        return case

    async def save(rows: NewRows) -> set[UUID]:
        free = await queries.insert_arrivals(connection, rows)
        cases = [opened[one] for one in sorted(free)]
        sealed = [ArrivalPerson(c.id, c.household_id, c.division, _seal(data_keys, c.id, people[c.id])) for c in cases]
        await queries.insert_persons(connection, sealed)
        await open_claims(connection, act, [c for case in cases if (c := _claimed(case, newcomers[case.id]))])
        return free

    content = ("household_id", "reason", "joined_on", "relation", "person")
    return await open_cases(connection, act, ARRIVAL, "reported", items, told, content, judge, save)


async def _list_waiting(connection: Connection, data_keys: DataKeys, ids: Sequence[UUID]) -> dict[UUID, NewPerson]:
    """By arrival that is not decided, who it is."""
    sealed = await queries.list_persons(connection, ids)
    return {
        one: NewPerson.model_validate_json(data_keys.decrypt(row.person_sealed, *SEALED, one))
        for one, row in sealed.items()
    }


async def _newcomers(
    connection: Connection, data_keys: DataKeys, people: dict[UUID, NewPerson]
) -> dict[UUID, Newcomer]:
    index = {p.identity: data_keys.index(p.identity) for p in people.values()}
    found = await persons.list_known(connection, index)
    return {one: Newcomer(p, index[p.identity], found.get(p.identity)) for one, p in people.items()}


def _refusal(act: Act, home: Household | None, newcomer: Newcomer, said: Arrival | ArrivalCase) -> str | None:
    joined = Home(home.status == "removed", home.registered_on) if home else None
    words = Said(said.reason, said.joined_on, newcomer.born_on, act.business_date)
    return arrival_refusal(joined, newcomer.before(said.household_id), words)


def _claimed(case: ArrivalCase, newcomer: Newcomer) -> Claimed | None:
    if newcomer.known is None or not is_claimed(newcomer.before(case.household_id)):
        return None
    return Claimed(newcomer.known, case.division, case.reason, case.joined_on, arrival_id=case.id)


def _seal(data_keys: DataKeys, arrival_id: UUID, person: NewPerson) -> bytes:
    return data_keys.encrypt(person.model_dump_json(), *SEALED, arrival_id)


async def confirm_arrivals(
    connection: Connection, act: Act, data_keys: DataKeys, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person agrees: he belongs to the household from that day on, if no other household still holds him. Once
    it is decided, nobody is claimed by it.
    """
    cases = await lock_cases(connection, ARRIVAL, [i.id for i in items])
    claims = await lock_open_claims(connection, list(cases))
    homes = await households.lock_households(connection, sorted({c.household_id for c in cases.values()}))
    waiting = await _list_waiting(connection, data_keys, list(cases))
    await persons.hold_persons(connection, {p.identity: data_keys.index(p.identity) for p in waiting.values()})
    newcomers = await _newcomers(connection, data_keys, waiting)
    taken = set[str]()

    def find(case: ArrivalCase, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        newcomer = newcomers[case.id]
        refusal = _refusal(act, homes.get(case.household_id), newcomer, case)
        if is_claimed(newcomer.before(case.household_id)):
            refusal = refusal or "belongs_elsewhere"
        elif newcomer.person.identity in taken:
            refusal = refusal or "already_member"
        if refusal:
            return Finding(refusal=refusal)
        taken.add(newcomer.person.identity)
        return Finding(sets={"reference": newcomer.known.reference if newcomer.known else secrets.token_hex(8)})

    async def save(passed: list[tuple[ArrivalCase, Finding]]) -> None:
        joined = [(case._replace(**found.sets), newcomers[case.id]) for case, found in passed]
        people = await _join(connection, act, data_keys, joined)
        came = [Joined(c.household_id, c.joined_on, c.reported_by, n.born_on, people[c.id]) for c, n in joined]
        await revise_guarantees(connection, act, policy, came)
        await _tell(connection, act, policy, [case for case, _ in joined], homes)

    results = await take_step(connection, act, ARRIVAL, "confirmed", items, find, rows=cases, save=save)
    decided = {r.id for r in results if r.status == "accepted"}
    await queries.forget_persons(connection, [one for one in cases if one in decided])
    await end_claims(connection, act, [c for c in claims if c.arrival_id in decided])
    return results


async def _join(
    connection: Connection, act: Act, data_keys: DataKeys, joined: Sequence[tuple[ArrivalCase, Newcomer]]
) -> dict[UUID, NewPerson]:
    """Write down who belongs to his household now; by arrival, how he is held to be."""
    attested = await queries.list_attested(connection, [n.known.member_id for _, n in joined if n.known])
    ids = dict[UUID, UUID]()
    former = await persons.list_former_members(connection, [_membership(case) for case, n in joined if n.known])
    rows: dict[str, list[dict[str, Any]]] = {"member": [], "member_fact": [], "person_index": []}
    moves = list[tuple[UUID, UUID, str]]()
    for case, newcomer in joined:
        ids[case.id] = member_id = former.get(_membership(case)) or uuid7()
        own = {"household_id": case.household_id, "division": case.division}
        if _membership(case) not in former:
            number = data_keys.encrypt(newcomer.person.number, "member", "id_number_sealed", member_id)
            rows["member"].append(own | {"id": member_id, "reference": case.reference, "id_number_sealed": number})
        rows["member_fact"].append(own | _fact(case, newcomer) | {"member_id": member_id})
        if newcomer.known is None:
            rows["person_index"] += [
                {"key_id": key_id, "digest": digest, "member_id": member_id, "division": case.division}
                for key_id, digest in newcomer.digests.items()
            ]
        elif newcomer.known.member_id != member_id:
            moves.append((newcomer.known.member_id, member_id, case.division))
    await households.insert_members(connection, rows, weight="statement")
    await persons.move_persons(connection, moves)
    return await _keep_attested(connection, act, joined, ids, attested)


async def _keep_attested(
    connection: Connection,
    act: Act,
    joined: Sequence[tuple[ArrivalCase, Newcomer]],
    ids: Mapping[UUID, UUID],
    attested: Mapping[UUID, Sequence[AttestedOfPerson]],
) -> dict[UUID, NewPerson]:
    """What departments attested of somebody is so wherever he lives; what was reported otherwise waits for their word.
    `ids`: by arrival the member, `attested`: by the member that he was before.
    """
    people, reports, kept = dict[UUID, NewPerson](), list[dict[str, Any]](), list[dict[str, Any]]()
    for case, newcomer in joined:
        facts = attested.get(newcomer.known.member_id, ()) if newcomer.known else ()
        holds = {fact.field: fact.value for fact in facts}
        people[case.id] = newcomer.person.model_copy(update=holds)
        if not facts:
            continue
        own = {"member_id": ids[case.id], "since": case.joined_on, "weight": "statement"}
        reports.append(own | holds | {"attested": {fact.field: fact.unit for fact in facts}})
        said = own | {"household_id": case.household_id, "stated_by": case.reported_by, "stated_as": None}
        kept += [
            overruled(act, said | {f.field: value}, f.field, f.unit, f.value, division=case.division)
            for f in facts
            if (value := getattr(newcomer.person, f.field)) != f.value
        ]
    if reports:
        await households.revise_people(connection, reports)
    await keep_words(connection, kept)
    return people


def _membership(case: ArrivalCase) -> tuple[str, UUID]:
    assert case.reference is not None
    return case.reference, case.household_id


def _fact(case: ArrivalCase, newcomer: Newcomer) -> dict[str, Any]:
    person = newcomer.person.model_dump(exclude={"number"})
    born = {"sex": id_number.sex(newcomer.person.identity), "born_on": newcomer.born_on}
    return person | born | {"relation": case.relation, "since": case.joined_on}


async def revise_guarantees(connection: Connection, act: Act, policy: Policy, joined: Sequence[Joined]) -> None:
    """A household is insured, and sends its children to school, only if whoever joined it is and does."""
    rule = policy.on(act.business_date, SchoolPolicy)
    reports = dict[UUID, dict[str, Any]]()
    for one in joined:
        person, missing = one.person, dict[str, Any]()
        if not person.medical_insured:
            missing["medical_insured"] = False
        if has_dropped_out(one.born_on, person.school_status, person.education, act.business_date, rule):
            missing["school_dropout"] = True
        if missing:
            said = reports.setdefault(one.household_id, {"household_id": one.household_id, "weight": "statement"})
            since = max(one.joined_on, said.get("since", one.joined_on))
            said.update(missing, since=since, stated_by=one.reported_by)
    if reports:
        await revise_facts(connection, act, list(reports.values()))


async def _tell(
    connection: Connection, act: Act, policy: Policy, joined: Sequence[ArrivalCase], homes: Mapping[UUID, Household]
) -> None:
    wholes = await settle(connection, act, policy, {case.household_id: homes[case.household_id] for case in joined})
    added = [
        MemberAdded(
            household_id=case.household_id,
            division=case.division,
            reason=case.reason,
            members=wholes[case.household_id].members,
            joined_on=case.joined_on,
            person=_membership(case)[0],
        )
        for case in joined
    ]
    await emit(connection, act, "registry", [*wholes.values(), *added])
