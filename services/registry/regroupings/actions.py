"""Writing down who goes from one household to another, and what is known of either that speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.amendments.queries import list_with_open
from services.registry.changes import queries as changes
from services.registry.exits.queries import lock_open_cases
from services.registry.households import queries as households
from services.registry.households.rules import income_year_of
from services.registry.households.tables import Household, MemberFact
from services.registry.incomes import queries as incomes
from services.registry.persons import queries as persons
from services.registry.regroupings import queries
from services.registry.regroupings.rules import Belonging, Home
from services.registry.suspicions.queries import list_suspected
from shared.acts.freezes import list_frozen
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.values.ids import uuid7


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a household today, and what the rules ask of him."""

    fact: MemberFact
    belongs: Belonging


@dataclass(frozen=True, slots=True)
class Grounds:
    """Households, locked, as they stand today; and their members by reference."""

    homes: Mapping[UUID, Household]
    stand: Mapping[UUID, Home]
    members: Mapping[UUID, Mapping[str, Member]]

    def belonging(self, household_id: UUID) -> dict[str, Belonging]:
        """What the rules ask of a household's members, by reference."""
        return {reference: m.belongs for reference, m in self.members.get(household_id, {}).items()}


async def lock_grounds(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> Grounds:
    """Nothing about these households is decided elsewhere until the transaction ends."""
    ids = sorted(set(household_ids))
    exiting = {case.household_id for case in await lock_open_cases(connection, ids)}
    homes = await households.lock_households(connection, ids)
    waiting = exiting | await list_with_open(connection, ids) | await changes.list_proposed(connection, ids)
    waiting |= await list_suspected(connection, ids)
    frozen = await list_frozen(connection, ids)
    people = await households.list_members(connection, ids, act.business_date)
    member_ids = [p.member_id for members in people.values() for p in members]
    references = await changes.list_references(connection, member_ids)
    since = await changes.list_belong_since(connection, member_ids)
    leaving = await changes.list_reported(connection, member_ids)

    def member(fact: MemberFact) -> Member:
        one = fact.member_id
        return Member(fact, Belonging(fact.born_on, since[one], leaving=one in leaving))

    stand = {
        one: Home(
            home.status,
            home.registered_on,
            home.stands_since,
            home.exited_year,
            frozen=one in frozen,
            under_way=one in waiting,
        )
        for one, home in homes.items()
    }
    return Grounds(
        homes, stand, {one: {references[f.member_id]: member(f) for f in facts} for one, facts in people.items()}
    )


@dataclass(frozen=True, slots=True)
class Transfer:
    """A member goes to a household on a day, and is there to its head what `relation` says."""

    member_id: UUID
    reference: str
    household_id: UUID
    division: str
    relation: str
    on: date


async def transfer(connection: Connection, data_keys: DataKeys, transfers: Sequence[Transfer]) -> None:
    """They are members where they were until that day, and elsewhere from that day on; what is known of them, with
    its weight, is known of them there. Who was there before is the same member again.
    """
    known = await queries.list_memberships(connection, [t.member_id for t in transfers])
    former = await persons.list_former_members(connection, [(t.reference, t.household_id) for t in transfers])
    new, rows = dict[UUID, UUID](), list[dict[str, object]]()
    for t in transfers:
        own = {"household_id": t.household_id, "division": t.division}
        new[t.member_id] = one = former.get((t.reference, t.household_id)) or uuid7()
        if (t.reference, t.household_id) not in former:
            # A sealed number is bound to its row.
            number = data_keys.decrypt(known[t.member_id].id_number_sealed, *SEALED, t.member_id)
            sealed = data_keys.encrypt(number, *SEALED, one)
            rows.append(own | {"id": one, "reference": t.reference, "id_number_sealed": sealed})
    await households.insert_members(
        connection, {"member": rows, "member_fact": [], "person_index": []}, weight="statement"
    )
    heirs = [
        {"from_id": t.member_id, "since": t.on, "member_id": new[t.member_id], "household_id": t.household_id}
        | {"division": t.division, "relation": t.relation}
        for t in transfers
    ]
    await households.inherit_membership(connection, heirs)
    await households.end_membership(connection, {t.member_id: t.on for t in transfers})
    await persons.move_persons(connection, [(t.member_id, new[t.member_id], t.division) for t in transfers])


SEALED = "member", "id_number_sealed"


async def end_statements(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By household, the day since which others belong to it: what was stated of income years that were not over then
    was said of others together, and nobody knows it of these until they say it, or a department attests it anew. What
    was paid stays where it was paid.
    """
    stated = await incomes.list_incomes(connection, list(days))
    years = [(one, year) for one, day in days.items() for year in stated[one] if year >= income_year_of(day)]
    await incomes.end_statements(connection, years)
    await incomes.end_attested(connection, years)
