"""Reactions to one fact add up, in one transaction; what is a household's goes where it goes, or stays for a reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid

from shared.acts import projection
from shared.data.sql import Connection, fetch, sql
from shared.events.registry import HouseholdRegistered, HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act
from shared.serve.service import together
from tests.conftest import House, find_service
from tests.integration.shared.conftest import Ground, registered

A, B = (UUID(int=n) for n in (0xA, 0xB))
HERE, THERE = "140927200201", "140927200202"
MARKS = "SELECT key, last_sequence FROM applied ORDER BY key"
OF_HOUSEHOLDS = "SELECT table_name FROM information_schema.columns WHERE column_name = '{}' AND table_schema = 'public'"
# Which table's division is that of a row elsewhere, and changes with it.
TAKEN_ALONG = (
    "SELECT c.conrelid::regclass::text AS taken, c.confrelid::regclass::text AS along FROM pg_constraint c"
    " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) AND a.attname = 'division'"
    " WHERE c.contype = 'f' AND c.confupdtype = 'c'"
)
SEEN = sql("SELECT h.division AS home, t.division FROM household h JOIN thing t ON t.household_id = h.id ORDER BY h.id")
THING = Table(
    "thing", MetaData(), Column("household_id", Uuid), Column("division", Text), Column("version", BigInteger)
)


async def has_things(ground: Ground) -> None:
    owner = await ground.house.owner("finance")
    await owner.execute(
        'CREATE TABLE thing (household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, version bigint NOT NULL);'
        " GRANT ALL ON thing TO system"
    )
    await owner.executemany("INSERT INTO thing VALUES ($1, $2, 1)", [(A, HERE), (B, HERE)])


def revised(household_id: UUID, division: str) -> HouseholdRevised:
    return HouseholdRevised.model_validate(registered(household_id, 3, division).model_dump())


async def test_all_reactions_of_a_type_run_in_the_order_given(ground: Ground) -> None:
    found: list[Any] = []

    def look(who: str) -> Reaction:
        async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
            known = await fetch(connection, sql("SELECT count(*) AS n, pg_current_xact_id() AS x FROM household"))
            found.append((who, known[0]["n"], str(known[0]["x"])))

        return react

    kind = HouseholdRegistered.TYPE
    await ground.serve(together({kind: look("before")}, projection.REACTIONS, {kind: look("one")}, {kind: look("two")}))
    await ground.publish((registered(A), 1))
    await ground.until(MARKS, [(str(A), 1)])
    assert [(who, known) for who, known, _ in found] == [("before", 0), ("one", 1), ("two", 1)]
    assert len({transaction for _, _, transaction in found}) == 1


async def test_what_a_later_reaction_refuses_the_earlier_has_not_done(ground: Ground) -> None:
    async def refuse(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        assert len(await fetch(connection, sql("SELECT 1 FROM household"))) >= len(facts), "the first has run"
        if any(fact.household_id == A for _, fact in facts):
            raise ValueError("poison")

    await ground.serve(together(projection.REACTIONS, {HouseholdRegistered.TYPE: refuse}))
    await ground.publish((registered(A), 1), (registered(B), 1))
    await ground.until(MARKS, [(str(B), 1)])
    await ground.until("SELECT key, reason FROM parked_key", [(str(A), "ValueError: registry.household_registered.v1")])
    assert await ground.rows("SELECT id FROM household") == [(B,)]


async def test_rows_follow_their_household_after_the_rooms_have_reacted(ground: Ground) -> None:
    seen: list[list[tuple[str, str]]] = []

    async def look(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        seen.append([(r["home"], r["division"]) for r in await fetch(connection, SEEN)])

    await has_things(ground)
    await ground.serve(together(projection.REACTIONS, {HouseholdRevised.TYPE: look}), follows=(THING,))
    await ground.publish((registered(A), 1), (registered(B), 1), (revised(A, THERE), 2), (revised(B, HERE), 2))
    await ground.until(MARKS, [(str(A), 2), (str(B), 2)])
    assert seen[-1][0] == (THERE, HERE), "a room still finds its rows where they were"
    assert await ground.rows("SELECT * FROM thing ORDER BY 1") == [(A, THERE, 2), (B, HERE, 1)]


@pytest.mark.parametrize("name", ["finance", "relocation", "industry", "assessment"])
async def test_every_table_of_households_follows_or_is_history(house: House, name: str) -> None:
    """By its service's word or, with what it belongs to, by a foreign key; one of them, once."""
    service = find_service(name)
    of_household, of_division = [
        {r["table_name"] for r in await house.rows(name, OF_HOUSEHOLDS.format(column))}
        for column in ("household_id", "division")
    ]
    told = [t.name for t in (*service.follows, *service.history)]
    follows, pairs = {t.name for t in service.follows}, await house.rows(name, TAKEN_ALONG)
    taken: set[str] = set()
    while more := {r["taken"] for r in pairs if r["along"] in follows | taken} - taken:
        taken |= more
    both = of_household & of_division
    assert both - {*told} - taken == set(), "a word is due in `service.py`: does it follow, or is it `history`?"
    assert sorted([*told, *(taken & both)]) == sorted(both)


def test_the_register_moves_its_households_itself_and_hears_nothing_of_it() -> None:
    """What follows there is told by `tests/integration/registry/test_moved_households.py`."""
    service = find_service("registry")
    assert HouseholdRevised.TYPE not in service.reactions
    assert service.follows == ()
