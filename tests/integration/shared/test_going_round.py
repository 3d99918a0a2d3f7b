"""What is looked through a portion at a time: behind which to go on, from the start again, and through trouble."""

import asyncio
from uuid import UUID, uuid4

import pytest

from shared.acts.apart import go_round
from shared.acts.bodies import FIRST
from shared.data.sql import Connection, fetch_values, sql
from shared.ground.context import Act
from shared.values import dates
from tests.conftest import House

_COUNT = sql("SELECT count(*) FROM division")


class AllSeenError(Exception):
    """Ends what runs for ever."""


async def test_a_round_goes_on_behind_the_last_and_begins_anew_and_trouble_is_no_end(house: House) -> None:
    door = await house.serve("registry", "api")
    door.app.state.settings.clock = "wall"
    behind, (one, two) = list[UUID](), (uuid4(), uuid4())

    async def look(connection: Connection, act: Act, after: UUID) -> UUID | None:
        behind.append(after)
        assert (act.caller.role, act.business_date) == ("system", dates.today())
        assert await fetch_values(connection, _COUNT) == [0]
        if len(behind) == 3:
            raise ConnectionResetError
        if len(behind) == 6:
            raise AllSeenError
        return {1: one, 2: two, 4: None}.get(len(behind), one)

    with pytest.raises(AllSeenError):
        await asyncio.wait_for(go_round(door.app, "probe", look, 0), 20)
    assert behind == [FIRST, one, two, two, FIRST, one], "what troubled a portion, is seen again"
