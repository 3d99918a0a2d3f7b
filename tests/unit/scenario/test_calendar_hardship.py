"""Returns and counts, played against a door that only listens: who says what, of whom, and on what he sees."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from scenario.actors import county, returns
from scenario.api import Api, Who
from scenario.calendar import days, hardship
from scenario.calendar.newcomers import JOINED_TOLD_ON
from scenario.calendar.relocation import LEFT_TOLD_ON
from scenario.world import World
from scenario.year import Year

pytestmark = pytest.mark.xdist_group("world")

INCOMES = "/registry/v1/households/incomes"
CONFIRMATIONS = "/registry/v1/amendments/confirmations"
COUNTS = "/registry/v1/deep-poverty/counts"


class Listener:
    """Answers that all was accepted, lists what was proposed, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Who, str, Any]] = []
        self.fallen: list[str] = []

    async def call(self, who: Who, _method: str, path: str, body: Any = None, **_: Any) -> Any:
        self.asked.append((who, path, body))
        return {"results": [{"id": i.get("id"), "status": "accepted"} for i in body.get("items", [])]}

    async def post(self, who: Who, path: str, body: Any) -> Any:
        return await self.call(who, "POST", path, body)

    async def pages(self, _who: Who, path: str) -> AsyncIterator[dict[str, Any]]:
        if path == "/registry/v1/risk-warnings?state=fallen":
            for one in self.fallen:
                yield {"household_id": one}
            return
        assert path == "/registry/v1/amendments?kind=return&state=proposed"
        for item in self.items(returns.RETURNS):
            yield item

    def items(self, path: str) -> list[dict[str, Any]]:
        return [item for _, asked, body in self.asked if asked == path for item in body["items"]]


async def played(world: World) -> Listener:
    listener = Listener()
    year = Year(cast("Api", listener), world, Path(), cast("Any", None), "")
    year.ids = {h.no: f"id-{h.no}" for h in world.households}
    for day in sorted(hardship.days(), key=lambda d: d.on):
        await day.deed(year, day.on)
    return listener


async def test_of_whom_something_is_known_only_who_is_under_the_line_is_proposed(world: World) -> None:
    listener = await played(world)
    eyes = Year(cast("Api", listener), world, Path(), cast("Any", None), "").eyes
    known = {f"id-{s.no}": s for s in eyes.setbacks(hardship.PROPOSED_ON)}
    stated, proposed = listener.items(INCOMES), listener.items(returns.RETURNS)
    fallen = {one for one, s in known.items() if eyes.under_line(s.no)}
    assert {s["household_id"] for s in stated} == fallen
    assert sorted(p["household_id"] for p in proposed) == sorted(fallen)
    assert 0 < len(proposed) < len(known) < len(world.setbacks)
    for p in proposed:
        setback = known[p["household_id"]]
        assert (p["reason"], p["fell_on"]) == (setback.cause, setback.on.isoformat())
        assert p["id"] == returns.return_id(p["household_id"])
    for s in stated:
        assert s["wage_fen"] == eyes.income(known[s["household_id"]].no).wage_fen


async def test_the_village_proposes_its_own_and_another_of_the_county_confirms(world: World) -> None:
    listener = await played(world)
    for who, path, body in listener.asked:
        if path in (INCOMES, returns.RETURNS):
            assert who.role == "team"
            assert {i["household_id"][3:15] for i in body["items"]} == {who.area}
    makers = {who.subject for who, path, _ in listener.asked if path == returns.RETURNS}
    (checker,) = {who for who, path, _ in listener.asked if path == CONFIRMATIONS}
    assert (checker.role, checker.subject in makers) == ("county", False)
    assert [c["id"] for c in listener.items(CONFIRMATIONS)] == [p["id"] for p in listener.items(returns.RETURNS)]


async def test_what_is_sent_again_is_the_same(world: World) -> None:
    assert (await played(world)).asked == (await played(world)).asked


async def test_the_county_has_all_of_it_counted_in_spring_and_at_the_years_end(world: World) -> None:
    counted = [(who.role, body) for who, path, body in (await played(world)).asked if path == COUNTS]
    assert counted == [("county", {"division": county.COUNTY})] * 2


def test_it_is_counted_when_the_facts_are_in() -> None:
    spring, winter = hardship.COUNTED_ON
    named = {title: [d.on for d in days() if d.title == title] for title in {d.title for d in days()}}
    (attested,) = named["wells, certificates and patients attested"]
    assert attested < spring < date(2017, 4, 1)
    told = [*named["late exits announced"], *named["households entered"], *named["exits announced"],
            *named["returns confirmed"], *named["departments look again"], *named["incomes stated"],
            *LEFT_TOLD_ON, *JOINED_TOLD_ON]  # fmt: skip
    assert max(told) < winter
    assert named["incomes stated"][0] < hardship.PROPOSED_ON < hardship.CONFIRMED_ON
