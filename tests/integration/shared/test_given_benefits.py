"""What each service says that it gave: of every table that holds a benefit, and of nobody else's."""

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from uuid import UUID, uuid4

import pytest

from shared.data.db import open_pool, system_caller, transaction
from shared.events.registry import ExitRevoked, HouseholdReinstated, HouseholdRemoved
from shared.ground.context import system_act
from tests.conftest import House, find_service
from tests.integration.rights.growth import OURS, furnish

ONE = UUID(int=OURS)
# What must hold of the rows to be a benefit that was given.
GIVEN = (
    ("finance", ("discount", "loan"), ("UPDATE discount_claim SET state = 'checked'",
                                       "UPDATE discount_line SET outcome = 'accepted'")),
    ("relocation", ("flat", "relocation", "reward"), ()),
    ("industry", ("agreement", "payout", "post", "project", "training"),
     ("UPDATE payout_line SET state = 'confirmed', revoked_on = NULL",)),
    ("assessment", ("helper",), ()),
)  # fmt: skip
NOT_GIVEN = (
    ("finance", "discount", "UPDATE discount_claim SET state = 'made'"),
    ("finance", "discount", "UPDATE discount_line SET outcome = 'refused'"),
    ("industry", "payout", "UPDATE payout_line SET state = 'returned'"),
    ("industry", "payout", "UPDATE payout_line SET state = 'confirmed', revoked_on = '2017-05-01'"),
)


async def kinds_given(house: House, service: str, *fitting: str) -> list[str]:
    """Of household `ONE`."""
    superuser = await furnish(house, service)
    for statement in fitting:
        await superuser.execute(statement)
    list_given = import_module(f"services.{service}.dossier.queries").list_given
    pool = await open_pool((await house.settings(service)).database_url, 1)
    try:
        async with transaction(pool, system_caller(service)) as connection:
            found = await list_given(connection, [ONE])
            assert await list_given(connection, [uuid4()]) == []
    finally:
        await pool.close()
    assert {benefit.household_id for benefit in found} == {ONE}
    return [benefit.kind for benefit in found]


@pytest.mark.parametrize(("service", "kinds", "fitting"), GIVEN)
async def test_every_table_of_benefits_is_told_of(
    house: House, service: str, kinds: Sequence[str], fitting: Sequence[str]
) -> None:
    assert await kinds_given(house, service, *fitting) == list(kinds)


@pytest.mark.parametrize(("service", "kind", "unfit"), NOT_GIVEN)
async def test_what_was_not_given_is_not_told(house: House, service: str, kind: str, unfit: str) -> None:
    fitting = next(fit for name, _, fit in GIVEN if name == service)
    assert kind not in await kinds_given(house, service, *fitting, unfit)


@pytest.mark.parametrize("service", ["finance", "relocation", "industry", "assessment"])
async def test_the_same_question_is_answered_the_same_and_only_a_question_is(house: House, service: str) -> None:
    superuser = await furnish(house, service)
    benefits = import_module(f"services.{service}.dossier.reactions").REACTIONS
    assert set(benefits) == {kind.TYPE for kind in (ExitRevoked, HouseholdRemoved, HouseholdReinstated)}
    assert set(benefits) <= set(find_service(service).reactions)
    told = {"household_id": ONE, "division": "140927200201", "reason": "EX3", "removed_on": date(2017, 6, 1)}
    asking, silent = HouseholdRemoved(**told, touched_id=uuid4()), HouseholdRemoved(**told)
    pool = await open_pool((await house.settings(service)).database_url, 1)
    act = system_act(service, date(2017, 6, 2), str(uuid4()))
    for fact in (asking, silent, asking):
        async with transaction(pool, system_caller(service)) as connection:
            await benefits[fact.TYPE](connection, [(act, fact)])
    await pool.close()
    answers = await superuser.fetch("SELECT key, value FROM outbox ORDER BY id")
    assert [(a["key"], a["value"]) for a in answers] == [(str(ONE), answers[0]["value"])] * 2
